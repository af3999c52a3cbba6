"""Keeps the health board: asks every endpoint on its check's own schedule."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from localcloud.edge.health_rules import HealthBoard, HealthCheck, Probe

Ask = Callable[[HealthCheck], Awaitable[tuple[bool, str]]]
"""Asks the endpoint of a check once; tells whether it is well and what it said."""


class Checker:
    """One task for each health check that has an endpoint to ask."""

    def __init__(
        self,
        board: HealthBoard,
        ask: Ask,
        changed: Callable[[], None],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._board = board
        self._ask = ask
        self._changed = changed
        self._sleep = sleep
        self._tasks: dict[HealthCheck, asyncio.Task[None]] = {}

    def follow(self) -> None:
        """Begin to ask what is new on the board and cease to ask what is gone from it."""
        wanted = {check for check in self._board.checks.values() if check.is_probed}
        for gone in self._tasks.keys() - wanted:
            self._tasks.pop(gone).cancel()
        for new in wanted - self._tasks.keys():
            self._tasks[new] = asyncio.create_task(self._keep_asking(new))

    async def stop(self) -> None:
        """Cease to ask."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _keep_asking(self, check: HealthCheck) -> None:
        while True:
            began = time.monotonic()
            ok, reason = await self._ask(check)
            if self._board.see(check.id, Probe(ok, reason, time.time())):
                self._changed()
            # The interval runs from one request to the next, however long an answer took.
            await self._sleep(max(0.0, check.interval - (time.monotonic() - began)))
