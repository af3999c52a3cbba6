"""DNS for the blog: readers go to the first region that can show them a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cdktf_cdktf_provider_aws.route53_health_check import Route53HealthCheck
from constructs import Construct

from modules.support.resources import Record


@dataclass(frozen=True)
class BlogEndpoint:
    """A region's load balancer, and the name that leads to it alone."""

    region: str
    host: str
    dns_name: str
    zone_id: str


class BlogRouting(Construct):
    """`blog.<domain>` fails over down the list of regions; `blog-<region>.<domain>` is one region.

    Failover records come in pairs, so that more than two regions make a chain: the second of a pair is the name of
    the next pair. https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-complex-configs.html
    """

    READY_PATH = "/readyz"

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        zone_id: str,
        host: str,
        endpoints: Sequence[BlogEndpoint],
        interval: int,
        threshold: int,
    ) -> None:
        """`interval` is in seconds; `threshold` is how many checks in a row decide that a region has changed."""
        super().__init__(scope, id)
        self._zone_id = zone_id
        self._interval = interval
        self._threshold = threshold
        self.checks: dict[str, Route53HealthCheck] = {}
        for endpoint in endpoints:
            self._alias(f"{endpoint.region}-own", endpoint.host, _target(endpoint))
            self.checks[endpoint.region] = self._check(name, endpoint)
        self._fail_over(host, endpoints)

    def _check(self, name: str, endpoint: BlogEndpoint) -> Route53HealthCheck:
        return Route53HealthCheck(
            self,
            f"{endpoint.region}-ready",
            type="HTTPS",
            fqdn=endpoint.host,
            port=443,
            enable_sni=True,
            resource_path=self.READY_PATH,
            request_interval=self._interval,
            failure_threshold=self._threshold,
            tags={"Name": f"{name}-{endpoint.region}-blog"},
        )

    def _fail_over(self, host: str, endpoints: Sequence[BlogEndpoint]) -> None:
        first, *others = endpoints
        if not others:
            self._alias(f"{first.region}-only", host, _target(first))
            return
        self._alias(
            f"{first.region}-primary",
            host,
            _target(first),
            set_identifier=first.region,
            health_check_id=self.checks[first.region].id,
            failover_routing_policy={"type": "PRIMARY"},
        )
        second = others[0]
        if len(others) == 1:
            target, check = _target(second), self.checks[second.region].id
        else:
            standby = f"standby-{host}"
            self._fail_over(standby, others)
            target, check = {"name": standby, "zone_id": self._zone_id}, None
        self._alias(
            f"{second.region}-secondary",
            host,
            target,
            set_identifier=second.region,
            health_check_id=check,
            failover_routing_policy={"type": "SECONDARY"},
        )

    def _alias(self, id: str, host: str, target: dict[str, str], **choice: Any) -> None:
        Record(
            self,
            id,
            zone_id=self._zone_id,
            name=host,
            type="A",
            alias={**target, "evaluate_target_health": True},
            **choice,
        )


def _target(endpoint: BlogEndpoint) -> dict[str, str]:
    return {"name": endpoint.dns_name, "zone_id": endpoint.zone_id}
