"""Probes every endpoint on the interval of its health check."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from localcloud.edge.health_rules import HealthBoard, HealthCheck, Probe

ProbeEndpoint = Callable[[HealthCheck], Awaitable[tuple[bool, str]]]
"""Probes the endpoint of a check once. Returns success and a short reason."""


class Checker:
    """Runs one task per health check with an endpoint."""

    def __init__(
        self,
        board: HealthBoard,
        probe: ProbeEndpoint,
        changed: Callable[[], None],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._board = board
        self._probe = probe
        self._changed = changed
        self._sleep = sleep
        self._tasks: dict[HealthCheck, asyncio.Task[None]] = {}

    def follow(self) -> None:
        """Start probing new checks and stop probing removed ones."""
        wanted = {check for check in self._board.checks.values() if check.is_probed}
        for gone in self._tasks.keys() - wanted:
            self._tasks.pop(gone).cancel()
        for new in wanted - self._tasks.keys():
            self._tasks[new] = asyncio.create_task(self._keep_probing(new))

    async def stop(self) -> None:
        """Stop all probes."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _keep_probing(self, check: HealthCheck) -> None:
        while True:
            began = time.monotonic()
            ok, reason = await self._probe(check)
            if self._board.see(check.id, Probe(ok, reason, time.time())):
                self._changed()
            # The interval runs from one request to the next, however long an answer took.
            await self._sleep(max(0.0, check.interval - (time.monotonic() - began)))
