"""What of the stacks is watched: the one place that knows both what a region has and what an alarm wants."""

from typing import TYPE_CHECKING

from cdktf import TerraformProvider

from modules.blog import Blog
from modules.observability import (
    FleetDashboard,
    RegionAlarms,
    ShopAlarm,
    StorefrontAlarms,
    Tracing,
    Watched,
    WatchedBlog,
)
from modules.routing import HealthAlarms

if TYPE_CHECKING:
    from stacks.edge_stack import EdgeStack
    from stacks.region_stack import RegionStack
    from stacks.settings import Settings


def watch_region(stack: "RegionStack", settings: "Settings") -> None:
    """Give a region its alarms and, on AWS, its share of traced requests: the emulator knows no sampling."""
    bestsellers = stack.bestsellers
    workers = {
        "bestsellers-feeder": bestsellers.feeder.name,
        "bestsellers-rebuild": bestsellers.rebuild.name,
    }
    watched = Watched(
        api=settings.name,
        stage=stack.api.stage,
        functions={short: function.name for short, function in stack.functions.items()},
        workers=workers,
        stream_readers={"bestsellers-feeder": bestsellers.feeder.name},
        dead_letters=bestsellers.dead_letters.name,
        tables={short: f"{settings.name}-{short}" for short in stack.tables.names},
        cache=bestsellers.cache_name,
        cache_mode=settings.cache.mode,
        cache_largest_gb=bestsellers.cache_options.largest_gb,
        certificate_arn=stack.certificate_arn,
        blog=_blog(stack.blog) if stack.blog else None,
    )
    RegionAlarms(
        stack,
        "alarms",
        name=settings.name,
        region=stack.region,
        watched=watched,
        emails=settings.observability.emails,
    )
    if not settings.local:
        Tracing(stack, "tracing", name=settings.name, rate=settings.observability.trace_rate)


def _blog(blog: Blog) -> WatchedBlog:
    return WatchedBlog(
        balancer=blog.balancer.arn_suffix,
        targets=blog.balancer.target_group_suffix,
        cluster=blog.service.cluster_name,
        service=blog.service.name,
        database=blog.database.cluster_name,
    )


def watch_fleet(
    stack: "EdgeStack", settings: "Settings", us_east_1: TerraformProvider, *, certificate_arn: str
) -> None:
    """The alarms over all regions, where Route 53 reports, and the page that shows them side by side.

    `certificate_arn` is CloudFront's. Without the storefront nothing uses it, and ACM renews only what is used
    (https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html), so nobody is told of its end.
    """
    health = HealthAlarms(
        stack,
        "alarms",
        name=settings.name,
        health=stack.routing.health,
        emails=settings.observability.emails,
        provider=us_east_1,
    )
    ShopAlarm(
        stack,
        "shop-alarm",
        name=settings.name,
        region_alarms=health.alarms,
        topic_arn=health.topic.arn,
        provider=us_east_1,
    )
    if settings.features.storefront:
        StorefrontAlarms(
            stack,
            "storefront-alarms",
            name=settings.name,
            certificate_arn=certificate_arn,
            topic_arn=health.topic.arn,
            provider=us_east_1,
        )
    first = next(iter(stack.regions.values()))
    FleetDashboard(
        stack,
        "dashboard",
        name=settings.name,
        stage=first.api.stage,
        regions=settings.regions,
        tables={short: f"{settings.name}-{short}" for short in first.tables.names},
        feeder=first.bestsellers.feeder.name,
        cache=first.bestsellers.cache_name,
        cache_mode=settings.cache.mode,
    )
