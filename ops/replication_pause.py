"""Replication paused and resumed in a shop on one machine, where an address of the emulator does it.

On AWS it takes an experiment of the Fault Injection Service, with a role of its own:
https://docs.aws.amazon.com/fis/latest/userguide/fis-actions-reference.html#dynamodb-actions-reference
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from stacks.settings import Settings

POLL = 0.2
"""Seconds between two looks at what still waits."""


class NotCaughtUpError(Exception):
    """What waited while replication was paused has not arrived in time."""


@dataclass(frozen=True)
class Backlog:
    """Which regions are paused, and how many writes wait for each region that lacks any."""

    paused: Sequence[str]
    waiting: dict[str, int]

    @property
    def writes(self) -> int:
        """How many wait, of all regions."""
        return sum(self.waiting.values())

    def of(self, region: str) -> str:
        """A region's part of it in words; nothing where nothing is out of the ordinary."""
        waits = self.waiting.get(region, 0)
        told = "paused" if region in self.paused else "catching up" if waits else ""
        return f"{told}, {waits} writes on their way here" if waits else told


class Pausing:
    """The switch. Methods raise httpx.HTTPError when it does not answer."""

    def __init__(self, endpoint: str) -> None:
        self._address = f"{endpoint}/_replication"

    @classmethod
    def of(cls, settings: Settings) -> "Pausing | None":
        """The switch of a shop on one machine; None for one on AWS."""
        local = settings.local
        return cls(local.aws_endpoint) if local and local.aws_endpoint else None

    def pause(self, region: str) -> None:
        """Let no write in or out of `region`."""
        self._post(f"pause/{region}")

    def resume(self, region: str) -> None:
        """Let them through again; what waits follows in the order in which it was written."""
        self._post(f"resume/{region}")

    def backlog(self) -> Backlog:
        """What waits now."""
        found: dict[str, Any] = httpx.get(self._address, timeout=5).raise_for_status().json()
        waiting: dict[str, int] = {}
        for link in found["waiting"]:
            waiting[link["to"]] = waiting.get(link["to"], 0) + link["writes"]
        return Backlog(found["paused"], waiting)

    def await_caught_up(self, timeout: float) -> None:
        """Wait until nothing waits any more. Raises NotCaughtUpError."""
        deadline = time.monotonic() + timeout
        while (backlog := self.backlog()).waiting:
            if time.monotonic() > deadline:
                raise NotCaughtUpError(
                    f"{backlog.writes} writes still wait for other regions"
                    + (f"; paused: {', '.join(backlog.paused)}" if backlog.paused else "")
                )
            time.sleep(POLL)

    def _post(self, path: str) -> None:
        httpx.post(f"{self._address}/{path}", timeout=5).raise_for_status()
