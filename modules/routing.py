"""DNS of the API: health checks decide which regions receive traffic, a routing policy decides which one answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from cdktf_cdktf_provider_aws.route53_health_check import Route53HealthCheck
from cdktf_cdktf_provider_aws.route53_record import Route53Record
from constructs import Construct

from modules.alarm_topic import AlarmTopic
from modules.api.domain import ApiDomain
from modules.support.resources import DELETED_LAST, Record


@dataclass(frozen=True)
class RegionEndpoint:
    """The two host names of a region's API."""

    region: str
    """AWS region."""
    own: ApiDomain
    """Host name of this region only."""
    shared: ApiDomain
    """Host name that all regions serve."""


@dataclass(frozen=True)
class RoutingPolicy:
    """How the shared name is resolved, and how fast a failing region is detected."""

    kind: Literal["latency", "failover"] = "latency"
    """`latency`: the nearest healthy region. `failover`: the first region while it is healthy."""
    interval: Literal[10, 30] = 10
    """Seconds between the checks of one checker. 10 costs more."""
    threshold: int = 2
    """Consecutive results that change a region's status."""
    path: str = "/v1/health"
    """Path that the checkers request."""
    checker_regions: Sequence[str] = ("us-east-1", "eu-west-1", "ap-southeast-1")
    """Regions of the checkers, at least three; empty for all eight. Each checker's requests are paid for.
    https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html"""


class RegionHealth(Construct):
    """Two health checks: one of the region's endpoint, and one for the DNS records that operators can close.

    The check of the records counts healthy children of its one child, the endpoint. Its threshold is 1. `ops evacuate`
    raises the threshold to 2, which can never be reached, so the region is unhealthy until `ops restore` lowers it.
    HealthThreshold: https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html.
    Alternatives: docs/adr/0010-evacuate-a-region-by-a-health-check-threshold.md.
    """

    def __init__(self, scope: Construct, id: str, *, name: str, host: str, policy: RoutingPolicy) -> None:
        """Create both checks.

        Args:
            name: Prefix of the checks' `Name` tags.
            host: Host name of the region's API.
            policy: Path, interval and threshold.
        """
        super().__init__(scope, id)
        self.endpoint = Route53HealthCheck(
            self,
            "endpoint",
            type="HTTPS",
            fqdn=host,
            port=443,
            enable_sni=True,
            resource_path=policy.path,
            request_interval=policy.interval,
            failure_threshold=policy.threshold,
            regions=list(policy.checker_regions) or None,
            tags={"Name": f"{name}-endpoint"},
        )
        """Check of the endpoint, for alarms. An evacuation does not change it."""
        self.record = Route53HealthCheck(
            self,
            "record",
            type="CALCULATED",
            child_healthchecks=[self.endpoint.id],
            child_health_threshold=1,
            tags={"Name": f"{name}-takes-traffic"},
            # Operators change it with `ops evacuate` and `ops restore`; an apply must not revert them.
            lifecycle={"ignore_changes": ["child_health_threshold"]},
        )
        """Check that DNS records refer to."""


class Routing(Construct):
    """Health checks and records of all regions.

    Each region's own name resolves to that region. The shared name resolves by the routing policy. Both are aliases,
    so their TTL is the one of API Gateway, 60 seconds:
    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-alias.html
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        zone_id: str,
        endpoints: Sequence[RegionEndpoint],
        policy: RoutingPolicy = RoutingPolicy(),
    ) -> None:
        """Create the checks and records.

        Args:
            name: Name of the deployment.
            zone_id: Hosted zone of the host names.
            endpoints: The regions. With `failover`, the first is the primary.
            policy: How the shared name is resolved.

        Raises:
            ValueError: `failover` with a number of regions other than two.
        """
        super().__init__(scope, id)
        if policy.kind == "failover" and len(endpoints) != 2:
            raise ValueError(
                f"routing.policy 'failover' needs exactly two regions, a primary and a standby, not {len(endpoints)}; "
                "use 'latency'"
            )
        self.health: dict[str, RegionHealth] = {}
        """Health checks by region."""
        for endpoint in endpoints:
            health = RegionHealth(
                self,
                endpoint.region,
                name=f"{name}-{endpoint.region}",
                host=endpoint.own.name,
                policy=policy,
            )
            self.health[endpoint.region] = health
            _alias(health, "own", zone_id, endpoint.own.name, _target(endpoint.own))
        pair = self._failover_pair(zone_id, endpoints) if policy.kind == "failover" else []
        for endpoint in endpoints:
            health = self.health[endpoint.region]
            # These records keep their policy when the setting changes, because Route 53 refuses records of one name
            # with different policies. With `failover`, all of them lead to the pair.
            # https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-shared.html
            _alias(
                health,
                "shared",
                zone_id,
                endpoint.shared.name,
                {"name": _pair_name(endpoint), "zone_id": zone_id} if pair else _target(endpoint.shared),
                set_identifier=endpoint.region,
                health_check_id=None if pair else health.record.id,
                latency_routing_policy={"region": endpoint.region},
                depends_on=pair or None,
            )

    def _failover_pair(self, zone_id: str, endpoints: Sequence[RegionEndpoint]) -> list[Route53Record]:
        """Create the primary and the secondary record under a name of their own."""
        return [
            _alias(
                self.health[endpoint.region],
                "failover",
                zone_id,
                _pair_name(endpoint),
                _target(endpoint.shared),
                set_identifier=endpoint.region,
                health_check_id=self.health[endpoint.region].record.id,
                failover_routing_policy={"type": role},
                lifecycle=DELETED_LAST,
            )
            for endpoint, role in zip(endpoints, ("PRIMARY", "SECONDARY"), strict=True)
        ]


class HealthAlarms(Construct):
    """An alarm for the endpoint of each region, and the topic that they notify.

    Route 53 publishes its metrics in us-east-1 only:
    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-health-checks.html
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        health: dict[str, RegionHealth],
        emails: Sequence[str],
        provider: TerraformProvider,
    ) -> None:
        """Create topic and alarms.

        Args:
            name: Name of the deployment.
            health: Health checks by region, see `Routing.health`.
            emails: Addresses that receive the alarms.
            provider: Provider of us-east-1.
        """
        super().__init__(scope, id)
        self.topic = AlarmTopic(self, "topic", name=f"{name}-region-health", emails=emails, provider=provider)
        """Topic of the alarms."""
        self.alarms: dict[str, CloudwatchMetricAlarm] = {}
        """Alarms by name, one per region."""
        for region, checks in health.items():
            alarm_name = f"{name}-{region}-unhealthy"
            self.alarms[alarm_name] = CloudwatchMetricAlarm(
                self,
                region,
                alarm_name=alarm_name,
                alarm_description=f"Route 53 finds {region} unhealthy. See docs/runbooks/region-lost.md.",
                namespace="AWS/Route53",
                metric_name="HealthCheckStatus",
                dimensions={"HealthCheckId": checks.endpoint.id},
                statistic="Minimum",
                period=60,
                evaluation_periods=1,
                comparison_operator="LessThanThreshold",
                threshold=1,
                # Without data from the checkers the status is unknown, which must alarm too.
                treat_missing_data="breaching",
                alarm_actions=[self.topic.arn],
                ok_actions=[self.topic.arn],
                provider=provider,
                lifecycle=DELETED_LAST,
            )


def _alias(
    scope: Construct, id: str, zone_id: str, name: str, target: dict[str, str], **policy: Any
) -> Route53Record:
    alias = {**target, "evaluate_target_health": True}
    return Record(scope, f"{id}-a", zone_id=zone_id, name=name, type="A", alias=alias, **policy).resource


def _target(domain: ApiDomain) -> dict[str, str]:
    return {"name": domain.target_domain_name, "zone_id": domain.target_zone_id}


def _pair_name(endpoint: RegionEndpoint) -> str:
    return f"failover-{endpoint.shared.name}"
