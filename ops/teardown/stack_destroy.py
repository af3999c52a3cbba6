"""A stack destroyed, with what stood in the way taken away first."""

from rich.console import Console

from ops import cdktf
from ops.teardown.protections import unprotect
from ops.teardown.state_resources import Held, terraform
from stacks.settings import Settings


def destroy_stack(
    console: Console, stack: str, resources: list[Held], settings: Settings, default_region: str
) -> None:
    """Drop protections, empty buckets, and destroy; safe to repeat. Raises TerraformError with what it said."""
    region = next((each.region for each in resources if each.region), default_region)
    for resource in resources:
        if done := unprotect(resource, region):
            console.print(f"{resource.type} {resource.name}: {done}", markup=False)
    with console.status(f"destroying {stack}"):
        terraform(
            stack, "destroy", "-auto-approve", "-input=false", "-no-color", *cdktf.parallelism(settings)
        )
    console.print(f"{stack}: destroyed")
