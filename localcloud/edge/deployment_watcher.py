"""What all parts of the edge look at: the deployment as it is now, and who wants to hear of changes."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from ops.deployment import Deployment, DeploymentError
from stacks.settings import Settings

log = logging.getLogger(__name__)
LOOK_SECONDS = 0.5


class Announcements:
    """Wakes everyone who listens; whoever is slow hears of several changes at once."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Event] = set()

    def announce(self) -> None:
        """Something changed."""
        for listener in self._listeners:
            listener.set()

    async def listen(self) -> AsyncIterator[None]:
        """One item now, and one after each change."""
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
    """Call `deployed` with what is deployed, now and whenever the copy of the outputs is a new one."""
    last = 0
    while True:
        modified = outputs.stat().st_mtime_ns if outputs.exists() else 0
        if modified != last:
            last = modified
            try:
                deployed(Deployment.read(settings, outputs))
            except DeploymentError as error:
                log.warning("the outputs cannot be used: %s", error)
        await asyncio.sleep(LOOK_SECONDS)
