"""What a drill's recording adds up to: how long each population went without, and what it lost."""

from collections.abc import Iterable
from dataclasses import dataclass

from ops.deployment import Deployment
from ops.drill.recording import Incident, Population, Recording, Sample
from ops.traffic import ALIAS_TTL

CLIENT_BAR = 2.5
"""Seconds from a client's first failed attempt within which its own failover must have it served."""

DNS_ALLOWANCE = 5.0
"""Seconds over the arithmetic that DNS may take: the spread of checkers and of a shopper's own pace."""


@dataclass(frozen=True)
class Outage:
    """What one incident did to one population of its region.

    Times are in seconds, or None where nobody was hit. `first_success` runs from the break to the first
    answer anyone had who had met the failure, `last_recovered` to the moment when everyone was served again,
    `unexcused` are the failed requests for what does not lean on the broken thing, `longest_wait` is the longest that
    one shopper was without, from the first failed attempt on, and `left` runs from the break to the region's last
    answer to any of them.
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
    """How long DNS takes to move everyone: checks must fail, then resolvers must forget what they know."""

    interval: int
    threshold: int
    ttl: int

    @property
    def seconds(self) -> int:
        """Interval x threshold + TTL."""
        return self.interval * self.threshold + self.ttl

    def __str__(self) -> str:
        return f"{self.interval} s x {self.threshold} + {self.ttl} s = {self.seconds} s"


def dns_arithmetic(deployment: Deployment) -> Arithmetic:
    """The bound that the health checks promise as they are deployed, whatever the settings say by now.

    All regions have the same; raises what boto3 raises.
    """
    check = next(iter(deployment.edge.endpoint_checks.values()))
    found = deployment.client("route53").get_health_check(HealthCheckId=check)
    config = found["HealthCheck"]["HealthCheckConfig"]
    return Arithmetic(config["RequestInterval"], config["FailureThreshold"], ALIAS_TTL)


def outage(recording: Recording, incident: Incident, population: Population) -> Outage:
    """Measure an incident from the requests of the shoppers whose home it hit."""
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
        unexcused=sum(not sample.ok and sample.action not in incident.leans_on_it for sample in hit),
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
    """One shopper's first trouble, first answer after it, and the answer after which nothing failed any more.

    None for a shopper who met no trouble. One who was never served again counts as recovering at the end of
    time, so that no figure can hide it.
    """
    troubled = [sample for sample in samples if sample.troubled]
    if not troubled:
        return None
    served = [sample for sample in samples if sample.ok and sample.ended >= troubled[0].ended]
    last_failure = max((sample.ended for sample in samples if not sample.ok), default=troubled[0].at)
    lasting = [sample for sample in served if sample.ended >= last_failure]
    first = served[0].ended if served else float("inf")
    return troubled[0].at, first, lasting[0].ended if lasting else float("inf")
