"""All stacks of an environment."""

from collections.abc import Mapping
from pathlib import Path

import stacks.aws  # noqa: F401  before CDKTF: it makes the provider's package load fast

from cdktf import App  # isort: skip

from stacks.edge_stack import EdgeStack
from stacks.global_stack import GlobalStack
from stacks.region_stack import RegionStack
from stacks.settings import Settings

WEB_DIST = Path(__file__).parent.parent / "web" / "dist"


def synthesize(settings: Settings) -> None:
    """Write the Terraform of every stack."""
    app = App()
    build(app, settings)
    app.synth()


def build(app: App, settings: Settings, *, web_dist: Path = WEB_DIST) -> None:
    """Add to `app` one global stack, one stack a region, one edge stack over them all.

    Raises FileNotFoundError when the storefront is wanted and `web_dist` holds no build of it.
    """
    shared = GlobalStack(app, f"{settings.name}-global", settings=settings)
    regions = {
        region: RegionStack(
            app, f"{settings.name}-{region}", settings=settings, region=region, global_stack=shared
        )
        for region in settings.regions
    }
    if settings.features.blog:
        _after_the_founder(regions, settings)
    EdgeStack(
        app,
        f"{settings.name}-edge",
        settings=settings,
        global_stack=shared,
        regions=regions,
        web_dist=web_dist,
    )


def _after_the_founder(regions: Mapping[str, RegionStack], settings: Settings) -> None:
    """A region can join the blog's global database only once the primary has founded it."""
    for region, stack in regions.items():
        if region != settings.primary:
            stack.add_dependency(regions[settings.primary])
