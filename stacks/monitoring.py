"""The alarms, the dashboard and the tracing, from the resources that a stack passes in."""

from collections.abc import Mapping
from dataclasses import dataclass

from cdktf import TerraformProvider
from constructs import Construct

from modules.observability import (
    AllRegionsAlarm,
    DashboardMetrics,
    FleetDashboard,
    RegionAlarms,
    RegionMetrics,
    StorefrontAlarms,
    Tracing,
)
from modules.routing import HealthAlarms, RegionHealth
from stacks.settings import Settings


def monitor_region(
    scope: Construct, settings: Settings, region: str, metrics: RegionMetrics, topic_arn: str
) -> RegionAlarms:
    """Add a region's alarms and, where it is supported, the share of requests that X-Ray traces."""
    alarms = RegionAlarms(
        scope,
        "alarms",
        name=settings.name,
        region=region,
        metrics=metrics,
        topic_arn=topic_arn,
    )
    if settings.supports_trace_sampling:
        Tracing(scope, "tracing", name=settings.name, rate=settings.observability.trace_rate)
    return alarms


@dataclass(frozen=True)
class FleetResources:
    """The resources of all regions that the edge stack monitors."""

    health: Mapping[str, RegionHealth]
    """Route 53's health checks, by region."""
    dashboard: DashboardMetrics
    certificate_arn: str | None
    """CloudFront's certificate. None without a storefront: ACM renews only a certificate that is in use.

    https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html
    """


def monitor_fleet(
    scope: Construct, settings: Settings, us_east_1: TerraformProvider, resources: FleetResources
) -> None:
    """Add the alarms over all regions, in us-east-1 where Route 53 has its metrics, and the dashboard."""
    health = HealthAlarms(
        scope,
        "alarms",
        name=settings.name,
        health=dict(resources.health),
        emails=settings.observability.emails,
        provider=us_east_1,
    )
    AllRegionsAlarm(
        scope,
        "shop-alarm",
        name=settings.name,
        region_alarms=health.alarms,
        topic_arn=health.topic.arn,
        provider=us_east_1,
    )
    if resources.certificate_arn:
        StorefrontAlarms(
            scope,
            "storefront-alarms",
            name=settings.name,
            certificate_arn=resources.certificate_arn,
            topic_arn=health.topic.arn,
            provider=us_east_1,
        )
    FleetDashboard(
        scope, "dashboard", name=settings.name, regions=settings.regions, metrics=resources.dashboard
    )
