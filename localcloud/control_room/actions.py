"""Actions of the control room on one region: inject a failure, heal it, or run an operator's command."""

import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence

import httpx
from botocore.exceptions import BotoCoreError, ClientError
from redis import RedisError

from client import RefusedError, UnreachableError
from localcloud.control_room.journal import Journal
from localcloud.control_room.observer import Observer
from localcloud.edge.region_locations import region_name
from ops.deployment import Deployment
from ops.drill.failures import (
    Failure,
    FunctionsFailing,
    MappingDeleted,
    RedisLost,
    ReplicationPaused,
)
from ops.errors import OperatorError
from ops.replication_pause import NotCaughtUpError, Pausing

FAILURES: Mapping[str, Callable[[Deployment, Pausing], Failure]] = {
    "mapping": lambda deployment, _: MappingDeleted(deployment),
    "functions": lambda deployment, _: FunctionsFailing(deployment),
    "redis": lambda deployment, _: RedisLost(deployment),
    "replication": lambda _, pausing: ReplicationPaused(pausing),
}
CUT = "cut"
COMMANDS: Mapping[str, Sequence[str]] = {"evacuate": (), "restore": ("--timeout", "20")}
"""Operators' commands with options: a button must not block healing for minutes."""
ACTIONS = frozenset({*FAILURES, CUT, "heal", *COMMANDS})
ERRORS = (
    BotoCoreError,
    ClientError,
    RedisError,
    httpx.HTTPError,
    UnreachableError,
    RefusedError,
    NotCaughtUpError,
    OperatorError,
)
"""Expected errors of an action, which the journal shows."""


class Actions:
    """Runs one action per region at a time. `cut` is the edge's set of unreachable regions."""

    def __init__(self, observer: Observer, journal: Journal, pausing: Pausing, cut: set[str]) -> None:
        self._observer = observer
        self._journal = journal
        self._pausing = pausing
        self._cut = cut
        self._failures: dict[str, Failure] = {}

    async def run(self, deployment: Deployment, action: str, region: str) -> None:
        """Run an action to its end. Raises ERRORS."""
        state = self._observer.regions[region]
        state.busy = action
        try:
            if action == "heal":
                await self.heal(region)
                self._journal.note(f"{region_name(region)}: healed. Route 53 counts health checks.")
            elif action in COMMANDS:
                await self._operate(action, region)
            else:
                await self._break(deployment, action, region)
        finally:
            state.busy = None

    async def heal(self, region: str) -> None:
        """Undo all failures of a region that the control room caused. Raises ERRORS."""
        state = self._observer.regions[region]
        self._cut.discard(region)
        if CUT in state.broken:
            await asyncio.to_thread(self._pausing.resume, region)
        for failure in self._failures.values():
            await asyncio.to_thread(failure.heal, region)
        state.broken.clear()

    async def _break(self, deployment: Deployment, action: str, region: str) -> None:
        name = region_name(region)
        self._observer.regions[region].broken.add(action)
        if action == CUT:
            self._journal.note(f"{name}: cut off. Connections are dropped and replication stops.")
            self._observer.open_incident(region, action, moves_traffic=True)
            self._cut.add(region)
            await asyncio.to_thread(self._pausing.pause, region)
            return
        failure = self._failures.setdefault(action, FAILURES[action](deployment, self._pausing))
        self._journal.note(f"{name}: {failure.description}.")
        self._observer.open_incident(region, action, moves_traffic=failure.moves_traffic)
        await asyncio.to_thread(failure.break_, region)

    async def _operate(self, command: str, region: str) -> None:
        """Run an operator's command and add its output to the journal."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ops", command, region, *COMMANDS[command]),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            output, _ = await process.communicate()
        finally:
            # The edge may stop while the command runs.
            if process.returncode is None:
                process.terminate()
                await process.wait()
        verb = "evacuated" if command == "evacuate" else "restored"
        result = verb if process.returncode == 0 else f"{command} failed"
        lines = [line.rstrip() for line in output.decode().splitlines() if line.strip()]
        self._journal.note(f"{region_name(region)}: {result} with make {command} REGION={region}.", lines)
