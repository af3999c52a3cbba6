"""Pauses and resumes replication in a bookstore on one machine, by an address of the emulator.

On AWS `ops/replication_experiment.py` does it, by experiments of the Fault Injection Service.
"""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from ops.errors import OperatorError
from stacks.settings import Settings

LATE_FACTOR = 4
"""Multiple of the delay's 95th percentile from which a write counts as late."""
POLL = 0.2
"""Seconds between two reads of the backlog."""


class NotCaughtUpError(OperatorError):
    """The backlog of a pause was not replicated in time."""


@dataclass(frozen=True)
class Link:
    """Waiting writes from one region to another. Times are in seconds."""

    source: str
    target: str
    writes: int
    oldest_seconds: float


@dataclass(frozen=True)
class Backlog:
    """Paused regions, and the writes that wait for replication."""

    paused: Sequence[str]
    links: Sequence[Link] = ()
    delay_p95: float = 0.0
    """Configured replication delay: younger writes wait in normal operation."""
    latency: Mapping[tuple[str, str], float] = field(default_factory=dict)
    """Median latency of the last writes by source and target, in seconds."""

    @property
    def late(self) -> list[Link]:
        """Links with writes older than the configured delay explains."""
        return [link for link in self.links if link.oldest_seconds > LATE_FACTOR * self.delay_p95]

    @property
    def waiting(self) -> dict[str, int]:
        """Late writes by the region that lacks them."""
        found: Counter[str] = Counter()
        for link in self.late:
            found[link.target] += link.writes
        return dict(found)

    @property
    def writes(self) -> int:
        """Number of late writes."""
        return sum(self.waiting.values())

    def of(self, region: str) -> str:
        """Describe a region's backlog; empty if it is neither paused nor late."""
        waits = self.waiting.get(region, 0)
        state = "paused" if region in self.paused else "catching up" if waits else ""
        return f"{state}, {waits} writes waiting" if waits else state


class Pausing:
    """Controls replication of a local deployment. Methods raise httpx.HTTPError if the emulator is unavailable."""

    def __init__(self, endpoint: str, *, transport: httpx.BaseTransport | None = None) -> None:
        self._endpoint = endpoint
        self._address = f"{endpoint}/_replication"
        # One client: making one reads all certificates, and a drill asks five times a second.
        self._http = httpx.Client(
            timeout=5, limits=httpx.Limits(max_keepalive_connections=0), transport=transport
        )

    @classmethod
    def of(cls, settings: Settings) -> "Pausing | None":
        """Return the control of a local deployment, None on AWS."""
        local = settings.local
        return cls(local.aws_endpoint) if local and local.aws_endpoint else None

    def pause(self, region: str) -> None:
        """Stop replication to and from `region`."""
        self._post(f"pause/{region}")

    def resume(self, region: str) -> None:
        """Resume replication; waiting writes follow in the order of each item."""
        self._post(f"resume/{region}")

    def set_delay(self, median: float, p95: float) -> None:
        """Delay replication by a distribution in seconds; 0 and 0 for none."""
        self._post(f"delay?median={median}&p95={p95}")

    def backlog(self) -> Backlog:
        """Read the waiting writes."""
        found: dict[str, Any] = self._http.get(self._address).raise_for_status().json()
        return Backlog(
            found["paused"],
            [
                Link(each["from"], each["to"], each["writes"], each["oldest_seconds"])
                for each in found["waiting"]
            ],
            found.get("delay", {}).get("p95", 0.0),
            {(each["from"], each["to"]): each["median_seconds"] for each in found.get("latency", ())},
        )

    def await_caught_up(self, timeout: float) -> None:
        """Wait until no write is late. Raises NotCaughtUpError after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while (backlog := self.backlog()).waiting:
            if time.monotonic() > deadline:
                raise NotCaughtUpError(
                    f"{backlog.writes} writes still wait for other regions"
                    + (f"; paused: {', '.join(backlog.paused)}" if backlog.paused else "")
                )
            time.sleep(POLL)

    def unavailable_apis(self) -> list[str]:
        """Regions whose AWS APIs `lose_apis` made unavailable."""
        found: dict[str, Any] = self._http.get(f"{self._endpoint}/_regions").raise_for_status().json()
        return list(found["unavailable"])

    def lose_apis(self, region: str) -> None:
        """Make a region's AWS APIs unavailable."""
        self._http.post(f"{self._endpoint}/_regions/lose/{region}").raise_for_status()

    def restore_apis(self, region: str) -> None:
        """Make a region's AWS APIs available again."""
        self._http.post(f"{self._endpoint}/_regions/restore/{region}").raise_for_status()

    def _post(self, path: str) -> None:
        self._http.post(f"{self._address}/{path}").raise_for_status()
