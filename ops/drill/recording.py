"""What happened in a drill, as it happened: every request of every shopper, and every act of the operator."""

import time
from dataclasses import dataclass, field
from typing import Literal

Population = Literal["failover", "dns"]
"""How a shopper finds the shop: with the client's own failover, or by DNS alone."""

MarkKind = Literal["break", "detected", "switched", "heal", "restored"]


@dataclass(frozen=True, slots=True)
class Sample:
    """One request as its shopper saw it. Times are in seconds since the drill began.

    `region` is who answered, by its own account. `failed_attempts` counts endpoints that could not serve
    before one did, or all that were tried when none did.
    """

    at: float
    seconds: float
    shopper: str
    population: Population
    home: str
    action: str
    region: str | None
    outcome: str
    ok: bool
    failed_attempts: int

    @property
    def ended(self) -> float:
        """When the shopper had the answer."""
        return self.at + self.seconds

    @property
    def troubled(self) -> bool:
        """Whether anything went wrong on the way, also where the shopper did not notice."""
        return not self.ok or self.failed_attempts > 0


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment of the drill."""

    at: float
    kind: MarkKind
    incident: str
    text: str


@dataclass(slots=True)
class Incident:
    """One failure in one region."""

    id: str
    failure: str
    region: str
    what: str
    moves_traffic: bool
    is_orderly: bool = False
    leans_on_it: tuple[str, ...] = ()
    broke_at: float = 0.0
    healed_at: float = 0.0
    settled: bool = True
    """Whether all went well again after healing."""


@dataclass
class Recording:
    """The raw material of the report."""

    samples: list[Sample] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def now(self) -> float:
        """Seconds since the drill began."""
        return time.monotonic() - self.began

    def mark(self, kind: MarkKind, incident: Incident, text: str) -> float:
        """Note a moment and give it."""
        at = self.now()
        self.marks.append(Mark(at, kind, incident.id, text))
        return at
