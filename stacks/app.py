"""All stacks of an environment."""

from collections.abc import Mapping
from pathlib import Path

from cdktf import App

from stacks.blog_routing_stack import BlogRoutingStack
from stacks.blog_stack import BlogStack
from stacks.common_stack import CommonStack
from stacks.dns_stack import DnsStack
from stacks.edge_stack import EdgeStack
from stacks.global_stack import GlobalStack
from stacks.logs_stack import LogsStack
from stacks.region_stack import RegionStack
from stacks.settings import Settings

WEB_DIST = Path(__file__).parent.parent / "web" / "dist"


def synthesize(settings: Settings) -> None:
    """Write the Terraform of every stack.

    Raises FileNotFoundError when the storefront is enabled and not built.
    """
    app = App()
    build(app, settings)
    app.synth()


def build(app: App, settings: Settings, *, web_dist: Path = WEB_DIST) -> None:
    """Add to `app` every stack of the environment.

    Raises FileNotFoundError when the storefront is enabled and `web_dist` holds no build of it.
    """
    shared = GlobalStack(app, f"{settings.name}-global", settings=settings)
    dns = DnsStack(app, f"{settings.name}-dns", settings=settings)
    # Where the zone is still in the global stack's state, the deployment ends there, before it creates a second zone.
    dns.add_dependency(shared)
    commons = {
        region: CommonStack(app, f"{settings.name}-{region}-common", settings=settings, region=region)
        for region in settings.regions
    }
    regions = {
        region: RegionStack(
            app,
            f"{settings.name}-{region}",
            settings=settings,
            region=region,
            global_stack=shared,
            common_stack=common,
            web_dist=web_dist,
        )
        for region, common in commons.items()
    }
    _blogs(app, settings, shared, dns, commons)
    logs = (
        LogsStack(app, f"{settings.name}-logs", settings=settings) if settings.features.storefront else None
    )
    EdgeStack(
        app,
        f"{settings.name}-edge",
        settings=settings,
        global_stack=shared,
        dns_stack=dns,
        commons=commons,
        regions=regions,
        log_bucket_arn=logs.log_bucket_arn if logs else None,
        web_dist=web_dist,
    )


def _blogs(
    app: App, settings: Settings, shared: GlobalStack, dns: DnsStack, commons: Mapping[str, CommonStack]
) -> None:
    if shared.blog_database is None:
        return
    blogs = {
        region: BlogStack(
            app,
            f"{settings.name}-{region}-blog",
            settings=settings,
            common_stack=common,
            image=common.blog_image,
            database=shared.blog_database,
        )
        for region, common in commons.items()
        if common.blog_image
    }
    for region, stack in blogs.items():
        # A secondary cluster can join the global database only once the primary cluster exists.
        if region != settings.primary:
            stack.add_dependency(blogs[settings.primary])
    BlogRoutingStack(
        app,
        f"{settings.name}-blog",
        settings=settings,
        zone_id=dns.zone_id,
        blogs={region: stack.blog for region, stack in blogs.items()},
    )
