"""Recording of a drill: every request of every shopper and every action of the operator."""

import time
from dataclasses import dataclass, field
from typing import Literal

Population = Literal["failover", "dns"]
"""How a client finds the API: with its own failover, or by DNS only."""

MarkKind = Literal["break", "detected", "switched", "heal", "restored"]


@dataclass(frozen=True, slots=True)
class Sample:
    """One request as its client saw it. Times are seconds since the drill began.

    `region` is the responding region by its header. `failed_attempts` counts the endpoints that failed before
    one responded, or all of them.
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
    retry_after: int | None = None
    """Seconds of `retry-after` in a refusal."""

    @property
    def ended(self) -> float:
        """Time of the response."""
        return self.at + self.seconds

    @property
    def troubled(self) -> bool:
        """Whether any attempt failed, including attempts that the client repeated."""
        return not self.ok or self.failed_attempts > 0


@dataclass(frozen=True, slots=True)
class Mark:
    """An event of the drill."""

    at: float
    kind: MarkKind
    incident: str
    text: str


@dataclass(frozen=True)
class DataLoss:
    """Confirmed orders that only the lost region holds, should it never come back.

    `reported` is known without the lost region: confirmed orders that no other region holds. `actual` is read from the
    lost region's table. `oldest_seconds` is the age of the oldest of them at the loss: the measured RPO.
    """

    reported: list[str]
    actual: list[str]
    oldest_seconds: float

    @property
    def matches(self) -> bool:
        """Whether `reported` names exactly the orders that are gone."""
        return self.reported == self.actual


@dataclass(frozen=True)
class SignIn:
    """Sign-in without the user pool. `error` is empty if it succeeded; `token_seconds` is the validity of a token."""

    error: str
    token_seconds: int
    expire_in: tuple[float, float] = (0.0, 0.0)
    """Seconds until the first and until the last signed-in shopper cannot order any more."""
    orders: int = 0
    """Orders that signed-in shoppers of the region placed meanwhile."""


@dataclass(slots=True)
class Incident:
    """One failure in one region."""

    id: str
    failure: str
    region: str
    description: str
    moves_traffic: bool
    is_planned: bool = False
    dependent_actions: tuple[str, ...] = ()
    broke_at: float = 0.0
    healed_at: float = 0.0
    loss: DataLoss | None = None
    """Confirmed orders that only the region holds; None if it was not isolated."""
    sign_in: SignIn | None = None
    """Sign-in while the user pool is unavailable; None for other failures."""
    sheds_load: bool = False
    """Whether the other regions get more requests than they accept."""
    health: dict[str, dict[str, int]] = field(default_factory=dict)
    """Answers to health checks meanwhile: how often each region gave each answer."""
    failures_in_a_row: dict[str, int] = field(default_factory=dict)
    """Most health checks in a row that a region failed meanwhile."""
    settled: bool = True
    """Whether requests succeeded again after healing."""


@dataclass
class Recording:
    """Raw data of the report."""

    samples: list[Sample] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def now(self) -> float:
        """Seconds since the drill began."""
        return time.monotonic() - self.began

    def mark(self, kind: MarkKind, incident: Incident, text: str) -> float:
        """Record an event and return its time."""
        at = self.now()
        self.marks.append(Mark(at, kind, incident.id, text))
        return at
