"""DNS of the blog: the first region that can serve a page receives the readers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cdktf_cdktf_provider_aws.route53_health_check import Route53HealthCheck
from cdktf_cdktf_provider_aws.route53_record import Route53Record
from constructs import Construct

from modules.support.resources import Record


@dataclass(frozen=True)
class BlogEndpoint:
    """A region's load balancer and its own host name."""

    region: str
    """AWS region."""
    host: str
    """Host name of this region."""
    dns_name: str
    """DNS name of the load balancer."""
    zone_id: str
    """Hosted zone of that DNS name."""


@dataclass(frozen=True)
class BlogRoutingOptions:
    """The shared host name, and how fast a failing region is detected."""

    host: str
    """Host name that all regions serve."""
    interval: int = 10
    """Seconds between the checks of one checker: 10 or 30."""
    threshold: int = 2
    """Consecutive results that change a region's status."""
    path: str = "/readyz"
    """Path that the checkers request."""
    checker_regions: Sequence[str] = ("us-east-1", "eu-west-1", "ap-southeast-1")
    """Regions of the checkers, at least three; empty for all eight."""


class BlogRouting(Construct):
    """Failover records of the shared name, in the order of the regions, and a record for each region's own name.

    A single region has the primary record of a pair: a simple record could not become one, because Route 53 refuses
    records of one name with different policies. With more than two regions, the pairs form a chain: the secondary of
    a pair is an alias of the next one.
    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-complex-configs.html
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        zone_id: str,
        endpoints: Sequence[BlogEndpoint],
        options: BlogRoutingOptions,
    ) -> None:
        """Create health checks and records.

        Args:
            name: Prefix of the checks' `Name` tags.
            zone_id: Hosted zone of the host names.
            endpoints: The regions, in the order of failover.
            options: Shared host name, path, interval and threshold.
        """
        super().__init__(scope, id)
        self._zone_id = zone_id
        self._options = options
        self.checks: dict[str, Route53HealthCheck] = {}
        """Health checks by region."""
        for endpoint in endpoints:
            self._alias(f"{endpoint.region}-own", endpoint.host, _target(endpoint))
            self.checks[endpoint.region] = self._check(name, endpoint)
        self._fail_over(options.host, endpoints)

    def _check(self, name: str, endpoint: BlogEndpoint) -> Route53HealthCheck:
        return Route53HealthCheck(
            self,
            f"{endpoint.region}-ready",
            type="HTTPS",
            fqdn=endpoint.host,
            port=443,
            enable_sni=True,
            resource_path=self._options.path,
            request_interval=self._options.interval,
            failure_threshold=self._options.threshold,
            regions=list(self._options.checker_regions) or None,
            tags={"Name": f"{name}-{endpoint.region}-blog"},
        )

    def _fail_over(self, host: str, endpoints: Sequence[BlogEndpoint], level: int = 1) -> list[Route53Record]:
        """Create the records of `host` and of all pairs behind it, and return those of `host`."""
        first, *others = endpoints
        primary = self._alias(
            f"{first.region}-primary",
            host,
            _target(first),
            set_identifier=first.region,
            health_check_id=self.checks[first.region].id,
            failover_routing_policy={"type": "PRIMARY"},
        )
        if not others:
            return [primary]
        second = others[0]
        targets: list[Route53Record] = []
        if len(others) == 1:
            target, check = _target(second), self.checks[second.region].id
        else:
            # A label has at most 63 characters: https://datatracker.ietf.org/doc/html/rfc1035#section-2.3.4
            number = "" if level == 1 else f"-{level}"
            standby = f"standby{number}-{self._options.host}"
            targets = self._fail_over(standby, others, level + 1)
            target, check = {"name": standby, "zone_id": self._zone_id}, None
        secondary = self._alias(
            f"{second.region}-secondary",
            host,
            target,
            set_identifier=second.region,
            health_check_id=check,
            failover_routing_policy={"type": "SECONDARY"},
            # The target of an alias must exist first:
            # https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html
            depends_on=targets or None,
        )
        return [primary, secondary]

    def _alias(self, id: str, host: str, target: dict[str, str], **policy: Any) -> Route53Record:
        record = Record(
            self,
            id,
            zone_id=self._zone_id,
            name=host,
            type="A",
            alias={**target, "evaluate_target_health": True},
            **policy,
        )
        return record.resource


def _target(endpoint: BlogEndpoint) -> dict[str, str]:
    return {"name": endpoint.dns_name, "zone_id": endpoint.zone_id}
