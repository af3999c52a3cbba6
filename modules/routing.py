"""DNS for the API: who may take traffic, and which region answers whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from cdktf_cdktf_provider_aws.route53_health_check import Route53HealthCheck
from constructs import Construct

from modules.alarm_topic import AlarmTopic
from modules.api.rest_api import ApiDomain
from modules.support.resources import Record


@dataclass(frozen=True)
class RegionEndpoint:
    """A region's two host names, as its API Gateway serves them."""

    region: str
    own: ApiDomain
    shared: ApiDomain


@dataclass(frozen=True)
class RoutingPolicy:
    """How `api.<domain>` is answered, and how soon a failing region is noticed.

    `interval` is in seconds; `threshold` is how many checks in a row decide that a region has changed.
    """

    kind: Literal["latency", "failover"] = "latency"
    interval: Literal[10, 30] = 10
    threshold: int = 2


class RegionHealth(Construct):
    """Whether a region may take traffic: its endpoint answers, and no operator has evacuated it.

    `endpoint` asks the region's `/v1/health`, evacuated or not, so that alarms and operators still see it.
    `record` is what DNS records refer to: it wants one healthy child of one. An operator who evacuates the
    region makes it want two, which it can never have: it is unhealthy then, whatever the endpoint says.

    HealthThreshold: https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html
    The other ways, and why not: docs/adr/0010-evacuate-by-health-check.md.
    """

    def __init__(self, scope: Construct, id: str, *, name: str, host: str, policy: RoutingPolicy) -> None:
        super().__init__(scope, id)
        self.endpoint = Route53HealthCheck(
            self,
            "endpoint",
            type="HTTPS",
            fqdn=host,
            port=443,
            enable_sni=True,
            resource_path="/v1/health",
            request_interval=policy.interval,
            failure_threshold=policy.threshold,
            tags={"Name": f"{name}-endpoint"},
        )
        self.record = Route53HealthCheck(
            self,
            "record",
            type="CALCULATED",
            child_healthchecks=[self.endpoint.id],
            child_health_threshold=1,
            tags={"Name": f"{name}-takes-traffic"},
            # Operators own it once it is there: `ops evacuate` raises it, `ops restore` lowers it, an apply
            # neither undoes nor repeats what they did.
            lifecycle={"ignore_changes": ["child_health_threshold"]},
        )


class Routing(Construct):
    """Health checks and records: `api-<region>.<domain>` is one region, `api.<domain>` whichever is best.

    Both names are aliases, so their TTL is API Gateway's (60 s) and cannot be set.
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
        policy: RoutingPolicy,
    ) -> None:
        """Raises ValueError for failover with other than two regions: those records come in pairs."""
        super().__init__(scope, id)
        if policy.kind == "failover" and len(endpoints) != 2:
            raise ValueError(
                f"routing.policy = 'failover' takes exactly two regions, a primary and a standby; "
                f"{len(endpoints)} are set. Use 'latency'."
            )
        self.health: dict[str, RegionHealth] = {}
        for rank, endpoint in enumerate(endpoints):
            health = RegionHealth(
                self,
                endpoint.region,
                name=f"{name}-{endpoint.region}",
                host=endpoint.own.name,
                policy=policy,
            )
            self.health[endpoint.region] = health
            _alias(health, "own", zone_id=zone_id, domain=endpoint.own)
            _alias(
                health,
                "shared",
                zone_id=zone_id,
                domain=endpoint.shared,
                set_identifier=endpoint.region,
                health_check_id=health.record.id,
                **_choice(policy, endpoint.region, rank),
            )


class HealthAlarms(Construct):
    """An alarm for each region's endpoint, and the topic that all of them notify.

    Route 53 publishes its metrics in us-east-1 only, so `provider` must be of that region.
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
        super().__init__(scope, id)
        self.topic = AlarmTopic(self, "topic", name=f"{name}-region-health", emails=emails, provider=provider)
        self.alarms: dict[str, CloudwatchMetricAlarm] = {}
        """By name, one a region."""
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
                # A check that reports nothing is a check nobody should trust.
                treat_missing_data="breaching",
                alarm_actions=[self.topic.arn],
                ok_actions=[self.topic.arn],
                provider=provider,
            )


def _alias(scope: Construct, id: str, *, zone_id: str, domain: ApiDomain, **choice: Any) -> None:
    Record(
        scope,
        f"{id}-a",
        zone_id=zone_id,
        name=domain.name,
        type="A",
        alias={
            "name": domain.target_domain_name,
            "zone_id": domain.target_zone_id,
            "evaluate_target_health": True,
        },
        **choice,
    )


def _choice(policy: RoutingPolicy, region: str, rank: int) -> dict[str, Any]:
    if policy.kind == "latency":
        return {"latency_routing_policy": {"region": region}}
    return {"failover_routing_policy": {"type": "PRIMARY" if rank == 0 else "SECONDARY"}}
