"""The cost of one client that sends as much as it can for a month, before and after the limits."""

from collections.abc import Sequence
from dataclasses import dataclass

from ops.cost.prices import Prices
from ops.cost.synthesized import Resource

SECONDS_OF_RULE = 300
LOG_BYTES = 900
GB_SECONDS = 0.03 * 0.5
"""30 ms of 512 MB."""


@dataclass(frozen=True)
class Request:
    """Resources that one request uses."""

    kilobytes: float
    reads: float = 0
    """Read units of DynamoDB."""
    writes: float = 0
    """Write units of DynamoDB, in all regions."""

    def usd(self, prices: Prices) -> float:
        """Price of the request, from API Gateway to the answer's transfer."""
        millions = (
            prices.monthly("api_request_million")
            + prices.monthly("lambda_request_million")
            + self.reads * prices.monthly("dynamodb_read_million")
            + self.writes * prices.monthly("dynamodb_write_million")
        )
        return (
            millions / 1e6
            + GB_SECONDS * prices.monthly("lambda_gb_second")
            + LOG_BYTES / 1e9 * prices.monthly("log_gb")
            + self.kilobytes / 1e6 * prices.monthly("transfer_gb")
        )


@dataclass(frozen=True)
class Abuse:
    """A client's cost in a month."""

    client: str
    before: float
    after: float


def abuse(
    resources: Sequence[Resource], prices: Prices, *, regions: int, orders_per_hour: int
) -> Sequence[Abuse]:
    """Return the monthly cost of an anonymous and of a signed-in client, before and after the limits.

    The client sends as fast as one method of the stage allows. Before: no rule of WAF, answers without compression,
    bestsellers read from DynamoDB for each request, orders without a cap. Blocked requests cost WAF's price alone:
    https://docs.aws.amazon.com/waf/latest/developerguide/waf-chapter.html
    """
    rate = max(_stage_rates(resources))
    sent = rate * prices.hours * 3600
    allowed = _allowed(resources, prices, sent)
    blocked = sent / 1e6 * prices.monthly("web_acl_request_million") if allowed < sent else 0
    large, small = Request(kilobytes=24, reads=20), Request(kilobytes=5)
    order = Request(kilobytes=2, reads=6, writes=12 * regions)
    refused = Request(kilobytes=1, reads=1)
    orders = min(allowed, orders_per_hour * prices.hours)
    return (
        Abuse("anonymous: GET /bestsellers", sent * large.usd(prices), blocked + allowed * small.usd(prices)),
        Abuse(
            "signed in: POST /orders",
            sent * order.usd(prices),
            blocked + orders * order.usd(prices) + (allowed - orders) * refused.usd(prices),
        ),
    )


def _stage_rates(resources: Sequence[Resource]) -> list[float]:
    """Requests a second that each method of a stage allows."""
    return [
        float(each.config["settings"]["throttling_rate_limit"])
        for each in resources
        if each.type == "aws_api_gateway_method_settings"
    ]


def _allowed(resources: Sequence[Resource], prices: Prices, sent: float) -> float:
    """Requests of a month that the rate rule of the regions' web ACLs lets through for one address."""
    limits = [
        float(rule["statement"]["rate_based_statement"]["limit"])
        for each in resources
        if each.type == "aws_wafv2_web_acl" and each.config["scope"] == "REGIONAL"
        for rule in each.config.get("rule") or []
        if rule["name"] == "rate-limit"
    ]
    return min(sent, *(limit / SECONDS_OF_RULE * prices.hours * 3600 for limit in limits)) if limits else sent
