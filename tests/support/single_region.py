"""Makes every region but one unreachable; `python -m tests.support.single_region` runs the tests so in each region.

An unreachable region drops every connection to its API, its AWS APIs answer 503, and nothing replicates to or from it.
Test accounts are opened before: the user pool is in the primary region, and no one can sign in while it is lost
(docs/runbooks/sign-in-region-lost.md).
"""

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from localcloud.layout import Layout, url
from ops.replication_pause import Pausing
from stacks.settings import Settings
from tests.support.waiting import wait_until

NOTICED = 60.0
"""Seconds within which Route 53 must detect the loss or the return of a region."""
APART = ("blog", "regions", "state", "faults")
"""Folders excluded from the run: their tests deploy or break something of their own."""


class SingleRegion:
    """Makes every region but one unreachable while the context lasts."""

    def __init__(self, layout: Layout, region: str, peers: list[str]) -> None:
        self._region = region
        self._peers = peers
        self._edge = f"{url(layout.control_room)}/_edge"
        self._aws = f"{url(layout.aws)}/_regions"
        self._pausing = Pausing(url(layout.aws))
        self._undo = ExitStack()

    def __enter__(self) -> Self:
        with self._undo:
            self._make_unreachable()
            # The undo callbacks run when the context ends.
            self._undo = self._undo.pop_all()
        return self

    def _make_unreachable(self) -> None:
        self._undo.callback(self._await_return)
        for peer in self._peers:
            self._turn(f"{self._edge}/cut/{peer}", f"{self._edge}/mend/{peer}")
            self._turn(f"{self._aws}/lose/{peer}", f"{self._aws}/restore/{peer}")
        self._undo.callback(self._pausing.resume, self._region)
        self._pausing.pause(self._region)
        self._await({self._region})

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._undo.close()

    def _turn(self, there: str, back: str) -> None:
        self._undo.callback(httpx.post, back)
        httpx.post(there).raise_for_status()

    def _await_return(self) -> None:
        self._pausing.await_caught_up(NOTICED)
        self._await({self._region, *self._peers})

    def _await(self, healthy: set[str]) -> None:
        wait_until(
            lambda: self._healthy() == healthy,
            NOTICED,
            lambda: f"Route 53 reports {self._healthy()} as healthy, expected {healthy}",
        )

    def _healthy(self) -> set[str]:
        state: dict[str, Any] = httpx.get(f"{self._edge}/state").raise_for_status().json()
        return {region["name"] for region in state["regions"] if region["healthy"]}


def main() -> int:
    """Run the tests once with each region alone; return the first exit code that is not 0, or 0."""
    settings = Settings.load(Path(os.environ.get("SETTINGS", "settings/local.toml")))
    if len(settings.regions) < 2:
        sys.exit("there is one region only: it is alone as it is")
    ignored = [f"--ignore=tests/e2e/{folder}" for folder in APART]
    codes = []
    for region in settings.regions:
        print(f"{region} alone", flush=True)
        command = [sys.executable, "-m", "pytest", "tests/e2e", "-rs", *ignored, *sys.argv[1:]]
        codes.append(subprocess.run(command, env={**os.environ, "ALONE_REGION": region}).returncode)
    return next((code for code in codes if code), 0)


if __name__ == "__main__":
    sys.exit(main())
