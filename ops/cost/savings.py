"""Monthly savings of each design decision."""

from collections.abc import Sequence
from dataclasses import dataclass

from ops.cost.bill import Bill
from ops.cost.prices import Prices
from ops.cost.rules import (
    ALL_CHECKER_REGIONS,
    CHECKERS,
    METRICS_OF_A_METHOD,
    METRICS_OF_CONTAINER_INSIGHTS,
    checker_requests,
)
from ops.cost.synthesized import Resource


@dataclass(frozen=True)
class Saving:
    """USD a month that a decision saves."""

    decision: str
    usd: float


def savings(
    resources: Sequence[Resource], bill: Bill, prices: Prices, regions: Sequence[str]
) -> Sequence[Saving]:
    """Return the savings of the design decisions in this environment, the largest first."""
    checks = [each for each in resources if checker_requests(each, prices.hours)]
    now = sum(checker_requests(each, prices.hours) for each in checks)
    everywhere = sum(checker_requests(each, prices.hours, regions=ALL_CHECKER_REGIONS) for each in checks)
    of_checkers = sum(usd for (kind, _), usd in bill.usd.items() if kind == CHECKERS)
    types = {each.type for each in resources}
    methods = sum(each.type == "aws_api_gateway_method" for each in resources)
    clusters = sum(each.type == "aws_ecs_cluster" for each in resources)
    found = [
        Saving(
            "Health checkers in three regions, not in all eight",
            of_checkers * (everywhere / now - 1) if now else 0,
        ),
        Saving("Health checks without traces", now / 1e6 * prices.monthly("trace_million")),
        Saving(
            "Metrics of an API's stage, not of each method, if all are used",
            methods * METRICS_OF_A_METHOD * prices.monthly("metric"),
        ),
        Saving(
            "Unreadable records in the log, not through an interface endpoint of SQS",
            sum(prices.monthly("vpc_endpoint_hour", region=region) for region in regions),
        ),
    ]
    if "aws_nat_gateway" not in types:
        nat = sum(prices.monthly("nat_gateway_hour", region=region) for region in regions)
        found.append(Saving("No NAT gateway", nat + len(regions) * prices.monthly("public_ipv4_hour")))
    for cache in (each for each in resources if each.type == "aws_elasticache_serverless_cache"):
        redis = prices.monthly("redis_serverless_gb_hour", region=cache.region)
        valkey = 0.1 * prices.monthly("valkey_serverless_gb_hour", region=cache.region)
        found.append(Saving(f"Valkey instead of Redis OSS, {cache.region}", redis - valkey))
    if clusters:
        insights = clusters * METRICS_OF_CONTAINER_INSIGHTS * prices.monthly("metric")
        found.append(Saving("Tasks counted by a free metric, not by Container Insights", insights))
    return sorted((each for each in found if each.usd > 0), key=lambda each: -each.usd)
