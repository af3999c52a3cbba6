"""`ops destroy`: everything that an environment has, gone in the order in which it can go, and nothing forgotten.

Without CONFIRM it lists what would go and touches nothing.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ops import cdktf
from ops.region_commands import exit_codes
from ops.teardown.leftovers import (
    TagSearchError,
    delete_final_snapshots,
    delete_state_buckets,
    forget_secret,
    has_state_bucket,
    still_tagged,
)
from ops.teardown.stack_destroy import destroy_stack
from ops.teardown.state_resources import Held, TerraformError, held, stacks_in_reverse, state_region, summary
from stacks.settings import Settings

LOG = "destroy.log"


@exit_codes()
def destroy(
    settings: Annotated[Path, typer.Option(envvar="SETTINGS", help="The environment's TOML file.")] = Path(
        "settings/local.toml"
    ),
    confirm: Annotated[
        str, typer.Option(envvar="CONFIRM", help="<project>-<environment>, to show that you mean it.")
    ] = "",
) -> None:
    """List what an environment has, and with CONFIRM=<project>-<environment> destroy it all, data included."""
    environment = Settings.load(settings)
    console = Console(highlight=False)
    try:
        cdktf.synthesize(settings, cdktf.synthesized_folder() / LOG)
        stacks = dict(_holdings(console, environment))
        _list(console, stacks)
        if confirm != environment.name:
            console.print(
                f"Nothing was touched. To destroy all of it: make destroy CONFIRM={environment.name}"
            )
            raise typer.Exit(1 if confirm else 0)
        for stack, resources in stacks.items():
            destroy_stack(console, stack, resources, environment, environment.primary)
        left = _sweep(console, environment)
    except (cdktf.SynthesisError, TerraformError, TagSearchError) as failure:
        console.print(str(failure), style="red", markup=False)
        console.print("What is gone is gone; run it again for the rest.")
        raise typer.Exit(1) from failure
    if left:
        console.print("Still there by their tags (AWS's index may be hours behind; look before you worry):")
        console.print("\n".join(f"  {arn}" for arn in left), markup=False)
        raise typer.Exit(1)
    console.print("Nothing bears the environment's tags any more.")


def _holdings(console: Console, environment: Settings) -> Iterator[tuple[str, list[Held]]]:
    """Each stack with what it has, but for those whose state an earlier run has deleted with its bucket."""
    for stack in stacks_in_reverse():
        region = state_region(stack, environment)
        if has_state_bucket(environment, region):
            yield stack, held(stack)
        else:
            console.print(f"{stack}: its state is gone, and so is {environment.state_bucket(region)}")


def _list(console: Console, stacks: dict[str, list[Held]]) -> None:
    for stack, resources in stacks.items():
        console.print(f"{stack}: {len(resources)} resources", style="bold")
        for line in summary(resources):
            console.print(line, markup=False)


def _sweep(console: Console, environment: Settings) -> list[str]:
    for snapshot in delete_final_snapshots(environment, environment.regions):
        console.print(f"snapshot {snapshot}: deleted")
    if secret := forget_secret(environment):
        console.print(f"secret {secret}: deleted for good")
    for bucket in delete_state_buckets(environment):
        console.print(f"state bucket {bucket}: deleted")
    return still_tagged(environment)
