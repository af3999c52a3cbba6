"""Clock of a broken region: when clients, DNS and replication noticed the failure and its end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ops.traffic import ALIAS_TTL

TEXTS: Mapping[str, str] = {
    "failover": "clients failed over",
    "noticed": "DNS removed the region",
    "forgotten": "last cached DNS answer expired",
    "healed": "healed",
    "returned": "DNS answers with the region again",
    "caught_up": "replication caught up",
}
"""Marks in the order in which they can occur."""


@dataclass(frozen=True)
class Facts:
    """State of a region at one moment.

    `failed_over_at` is the time of the first request since the break that succeeded in another region.
    """

    healthy: bool
    broken: bool
    cached: bool
    behind: bool
    failed_over_at: float | None = None


@dataclass
class Incident:
    """A failure of one region. Times are in seconds since the epoch."""

    region: str
    kind: str
    began: float
    moves_traffic: bool
    marks: dict[str, float] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        """Whether the region serves again and every write has been replicated."""
        return "caught_up" in self.marks

    def observe(self, facts: Facts, now: float) -> list[str]:
        """Set the marks that `facts` show for the first time and return their texts."""
        reached = [
            key for key, holds in self._conditions(facts, now).items() if holds and key not in self.marks
        ]
        for key in reached:
            self.marks[key] = facts.failed_over_at if key == "failover" and facts.failed_over_at else now
        return [TEXTS[key] for key in reached]

    def _conditions(self, facts: Facts, now: float) -> dict[str, bool]:
        noticed = self.marks.get("noticed")
        returned = facts.healthy and (noticed is not None or not self.moves_traffic)
        # A failure that is healed before DNS has noticed leaves no mark of its return.
        recovered = facts.healthy and not facts.broken
        return {
            "failover": facts.failed_over_at is not None and self.moves_traffic,
            "noticed": not facts.healthy and self.moves_traffic,
            "forgotten": noticed is not None
            and not facts.healthy
            and (not facts.cached or now - noticed >= ALIAS_TTL),
            "healed": not facts.broken,
            "returned": not facts.broken and returned and noticed is not None,
            "caught_up": recovered and not facts.behind,
        }

    def view(self, name: str) -> dict[str, Any]:
        """JSON of the clock; `after` is in seconds since the break."""
        return {
            "region": self.region,
            "name": name,
            "kind": self.kind,
            "began": self.began,
            "ended": self.marks.get("caught_up"),
            "marks": [
                {"key": key, "text": text, "after": round(self.marks[key] - self.began, 1)}
                for key, text in TEXTS.items()
                if key in self.marks
            ],
        }
