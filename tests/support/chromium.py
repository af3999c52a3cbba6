"""Starts Chromium for the browser tests and the page benchmark."""

import os
import shutil
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""Names of the browser in Debian, Ubuntu and Google's packages, in order of preference."""
STARTER = Path(__file__).with_suffix(".sh")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def executable() -> str:
    """Path of the installed browser.

    Raises:
        FileNotFoundError: none of the names is on the PATH.
    """
    for name in NAMES:
        if found := shutil.which(name):
            return found
    raise FileNotFoundError(f"no browser found ({', '.join(NAMES)}): run bin/debian-packages chromium")


def launch(playwright: Playwright) -> Browser:
    """Start a headless browser without background requests."""
    return playwright.chromium.launch(
        executable_path=STARTER, args=list(FLAGS), env={**os.environ, "CHROMIUM": executable()}
    )


class Traffic:
    """Counts the bytes that a page receives, headers included, with the cache disabled."""

    def __init__(self, page: Page) -> None:
        self.session: CDPSession = page.context.new_cdp_session(page)
        self._scripts: dict[str, str] = {}
        self._received: dict[str, int] = {}
        self._headers: dict[str, int] = {}
        self.session.send("Network.enable")
        self.session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        self.session.on("Network.responseReceived", self._note_kind)
        self.session.on("Network.loadingFinished", self._note_size)

    def _note_kind(self, event: dict[str, Any]) -> None:
        if event["type"] == "Script":
            self._scripts[event["requestId"]] = event["response"]["url"]
            self._headers[event["requestId"]] = int(event["response"]["encodedDataLength"])

    def _note_size(self, event: dict[str, Any]) -> None:
        self._received[event["requestId"]] = int(event["encodedDataLength"])

    @property
    def bytes(self) -> int:
        """Bytes of all responses."""
        return sum(self._received.values())

    @property
    def scripts(self) -> dict[str, int]:
        """Compressed bytes of each script without headers, by URL."""
        return {
            url: max(0, self._received.get(request, 0) - self._headers[request])
            for request, url in self._scripts.items()
        }
