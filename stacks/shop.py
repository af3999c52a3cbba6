"""All stacks of an environment."""

import stacks.aws  # noqa: F401  before CDKTF: it makes the provider's package load fast

from cdktf import App  # isort: skip

from stacks.edge_stack import EdgeStack
from stacks.global_stack import GlobalStack
from stacks.region_stack import RegionStack
from stacks.settings import Settings


def synthesize(settings: Settings) -> None:
    """Write the Terraform of every stack."""
    app = App()
    build(app, settings)
    app.synth()


def build(app: App, settings: Settings) -> None:
    """Add to `app` one global stack, one stack a region, one edge stack over them all."""
    shared = GlobalStack(app, f"{settings.name}-global", settings=settings)
    regions = {
        region: RegionStack(
            app, f"{settings.name}-{region}", settings=settings, region=region, global_stack=shared
        )
        for region in settings.regions
    }
    EdgeStack(app, f"{settings.name}-edge", settings=settings, global_stack=shared, regions=regions)
