"""All stacks of an environment."""

from collections.abc import Mapping
from pathlib import Path

from cdktf import App

from stacks.edge_stack import EdgeStack
from stacks.global_stack import GlobalStack
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
    """Add to `app` a global stack, a stack for each region, and an edge stack.

    Raises FileNotFoundError when the storefront is enabled and `web_dist` holds no build of it.
    """
    shared = GlobalStack(app, f"{settings.name}-global", settings=settings)
    regions = {
        region: RegionStack(
            app, f"{settings.name}-{region}", settings=settings, region=region, global_stack=shared
        )
        for region in settings.regions
    }
    if settings.features.blog:
        _order_blog_regions(regions, settings)
    EdgeStack(
        app,
        f"{settings.name}-edge",
        settings=settings,
        global_stack=shared,
        regions=regions,
        web_dist=web_dist,
    )


def _order_blog_regions(regions: Mapping[str, RegionStack], settings: Settings) -> None:
    """Deploy the primary first: another region's cluster joins a global database that has a writer."""
    for region, stack in regions.items():
        if region != settings.primary:
            stack.add_dependency(regions[settings.primary])
