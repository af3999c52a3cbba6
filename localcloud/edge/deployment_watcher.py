"""Watches the deployment outputs and notifies listeners of changes."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from ops.deployment import Deployment
from ops.errors import DeploymentError
from stacks.settings import Settings

log = logging.getLogger(__name__)
POLL_SECONDS = 0.5


class Announcements:
    """Wakes all listeners. Several changes may be merged into one for a slow listener."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Event] = set()

    def announce(self) -> None:
        """Wake all listeners."""
        for listener in self._listeners:
            listener.set()

    async def listen(self) -> AsyncIterator[None]:
        """Yield once immediately, then after each change."""
        changed = asyncio.Event()
        changed.set()
        self._listeners.add(changed)
        try:
            while True:
                await changed.wait()
                changed.clear()
                yield
        finally:
            self._listeners.discard(changed)


async def follow_deployment(
    settings: Settings, outputs: Path, deployed: Callable[[Deployment], None]
) -> None:
    """Call `deployed` with the deployment now and whenever the outputs file changes."""
    last = 0
    while True:
        modified = _modified(outputs)
        if modified != last:
            last = modified
            try:
                deployed(Deployment.read(settings, outputs))
            except DeploymentError as error:
                log.warning("the outputs cannot be used: %s", error)
        await asyncio.sleep(POLL_SECONDS)


def _modified(path: Path) -> int:
    """Time of the last change in nanoseconds since 1970; 0 without a file, which `down` may remove at any moment."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
