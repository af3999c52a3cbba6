"""Route 53's answers as pure functions of records and health.

Sources: "How Amazon Route 53 chooses records when health checking is configured" and "Values that are common for
alias records", Amazon Route 53 Developer Guide.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from localcloud.edge.region_locations import Place, distance_km, place

ALIAS_TTL = 60
"""TTL of an alias to API Gateway, CloudFront or S3: the target's TTL, 60 seconds for all of these."""

Healthy = Callable[[str], bool]
"""Whether the health check with this id counts as healthy."""


class NoRecordError(Exception):
    """The zone has no record of this name and type."""


@dataclass(frozen=True)
class Record:
    """A record set of a hosted zone. Names have no trailing dot; `ttl` is in seconds, None for aliases."""

    name: str
    type: str
    set_identifier: str = ""
    region: str | None = None
    failover: str | None = None
    ttl: int | None = None
    values: tuple[str, ...] = ()
    alias: str | None = None
    evaluate_target_health: bool = False
    health_check: str | None = None


@dataclass(frozen=True)
class Answer:
    """A DNS answer: target name or address, TTL in seconds, and the chosen record."""

    target: str
    ttl: int
    record: Record


@dataclass(frozen=True)
class Zone:
    """A hosted zone's records."""

    records: tuple[Record, ...] = ()

    def named(self, name: str, type_: str) -> tuple[Record, ...]:
        """Records of a name with type `type_` or CNAME."""
        return tuple(
            record for record in self.records if record.name == name and record.type in (type_, "CNAME")
        )

    def answer(self, name: str, viewer: Place, healthy: Healthy, type_: str = "A") -> Answer:
        """Answer for a viewer at `viewer`, with aliases inside the zone followed. Raises NoRecordError."""
        records = self.named(name, type_)
        if not records:
            raise NoRecordError(f"no {type_} record for {name}")
        chosen = choose(records, viewer, lambda record: self.is_healthy(record, healthy))
        target = chosen.alias or chosen.values[0]
        if chosen.alias and self.named(target, type_):
            inner = self.answer(target, viewer, healthy, type_)
            return Answer(inner.target, inner.ttl, chosen)
        return Answer(target, ALIAS_TTL if chosen.ttl is None else chosen.ttl, chosen)

    def is_healthy(self, record: Record, healthy: Healthy) -> bool:
        """Whether `record` is healthy by its own check, and by its alias target when that is evaluated.

        Route 53 cannot evaluate a target outside the zone (API Gateway); it counts as healthy.
        """
        if record.health_check and not healthy(record.health_check):
            return False
        if not (record.alias and record.evaluate_target_health):
            return True
        targets = self.named(record.alias, record.type)
        return not targets or any(self.is_healthy(target, healthy) for target in targets)


def choose(records: Iterable[Record], viewer: Place, healthy: Callable[[Record], bool]) -> Record:
    """Choose one of the records of a name. When all are unhealthy, all count as healthy: Route 53 fails open."""
    among = list(records)
    fit = [record for record in among if healthy(record)] or among
    if any(record.failover for record in fit):
        return next((record for record in fit if record.failover == "PRIMARY"), fit[0])
    if any(record.region for record in fit):
        return min(fit, key=lambda record: _distance(viewer, record))
    return fit[0]


def _distance(viewer: Place, record: Record) -> float:
    return distance_km(viewer, place(record.region)) if record.region else float("inf")
