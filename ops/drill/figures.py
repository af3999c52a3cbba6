"""Computes outage times and losses from a drill's recording."""

from collections.abc import Iterable
from dataclasses import dataclass

from ops.deployment import Deployment
from ops.drill.recording import Incident, Population, Recording, Sample
from ops.traffic import ALIAS_TTL

CLIENT_BAR = 2.5
"""Limit in seconds from a client's first failed attempt to its success in another region."""

DNS_ALLOWANCE = 5.0
"""Seconds that DNS may exceed its computed bound: spread of checkers and pace of shoppers."""


@dataclass(frozen=True)
class Outage:
    """Effect of one incident on one population of its region.

    Times are in seconds, None if no client was affected. `first_success` runs from the break to the first
    success after a failed attempt, `last_recovered` to the moment when all clients succeed again,
    `longest_wait` from a client's first failed attempt to its lasting recovery, and `left` from the break to
    the region's last response. `unexcused` counts failed requests that do not depend on the broken part.
    """

    population: Population
    requests: int
    failed: int
    unexcused: int
    first_success: float | None
    last_recovered: float | None
    longest_wait: float | None
    left: float | None


@dataclass(frozen=True)
class Arithmetic:
    """Bound of DNS failover: failing health checks, then expiring cached answers."""

    interval: int
    threshold: int
    ttl: int

    @property
    def seconds(self) -> int:
        """Bound in seconds: interval x threshold + TTL."""
        return self.interval * self.threshold + self.ttl

    def __str__(self) -> str:
        return f"{self.interval} s x {self.threshold} + {self.ttl} s = {self.seconds} s"


def dns_arithmetic(deployment: Deployment) -> Arithmetic:
    """Bound by the deployed health checks, which may differ from the settings.

    All regions have equal checks. Raises boto3's errors.
    """
    check = next(iter(deployment.edge.endpoint_checks.values()))
    found = deployment.client("route53").get_health_check(HealthCheckId=check)
    config = found["HealthCheck"]["HealthCheckConfig"]
    return Arithmetic(config["RequestInterval"], config["FailureThreshold"], ALIAS_TTL)


def outage(recording: Recording, incident: Incident, population: Population) -> Outage:
    """Measure an incident from the requests of clients in its region."""
    hit = [
        sample
        for sample in recording.samples
        if sample.home == incident.region
        and sample.population == population
        and incident.broke_at <= sample.ended
        and sample.at <= incident.healed_at
    ]
    recoveries = [found for found in map(_recovery, _by_shopper(hit)) if found is not None]
    return Outage(
        population=population,
        requests=len(hit),
        failed=sum(not sample.ok for sample in hit),
        unexcused=sum(not sample.ok and sample.action not in incident.dependent_actions for sample in hit),
        first_success=min((end - incident.broke_at for _, end, _ in recoveries), default=None),
        last_recovered=max((end - incident.broke_at for _, _, end in recoveries), default=None),
        longest_wait=max((last - began for began, _, last in recoveries), default=None),
        left=max(
            (sample.ended - incident.broke_at for sample in hit if sample.region == incident.region),
            default=None,
        ),
    )


def _by_shopper(samples: Iterable[Sample]) -> Iterable[list[Sample]]:
    found: dict[str, list[Sample]] = {}
    for sample in sorted(samples, key=lambda sample: sample.at):
        found.setdefault(sample.shopper, []).append(sample)
    return found.values()


def _recovery(samples: list[Sample]) -> tuple[float, float, float] | None:
    """A client's first failed attempt, first success after it, and lasting recovery.

    None for a client without a failed attempt. A client that never recovered has infinite times.
    """
    troubled = [sample for sample in samples if sample.troubled]
    if not troubled:
        return None
    served = [sample for sample in samples if sample.ok and sample.ended >= troubled[0].ended]
    last_failure = max((sample.ended for sample in samples if not sample.ok), default=troubled[0].at)
    lasting = [sample for sample in served if sample.ended >= last_failure]
    first = served[0].ended if served else float("inf")
    return troubled[0].at, first, lasting[0].ended if lasting else float("inf")
