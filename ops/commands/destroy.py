"""`ops destroy`: removes everything that an environment has. Without CONFIRM it lists that and changes nothing."""

from typing import Annotated

import typer
from rich.console import Console

from ops.checkout_lock import checkout_lock
from ops.cli import DEFAULT_SETTINGS, SettingsOption
from ops.console import plain_console
from ops.errors import InterruptError, OperatorError, RefusedError
from ops.state_buckets import check_primary
from ops.synthesis import stack_dependencies, synthesize, synthesized_folder
from ops.teardown.leftovers import (
    delete_final_snapshots,
    delete_states,
    force_delete_secret,
    has_github_roles,
    has_state_bucket,
    tagged_resources,
)
from ops.teardown.stack_destroy import destroy_stacks
from ops.teardown.state_resources import StateResource, state_region, state_resources, summary
from stacks.settings import Settings

TO_CONTINUE = "What was destroyed is gone; run it again for the rest."


def destroy(
    settings: SettingsOption = DEFAULT_SETTINGS,
    confirm: Annotated[str, typer.Option(envvar="CONFIRM", help="<project>-<environment>, to confirm.")] = "",
) -> None:
    """List what an environment has; with CONFIRM=<project>-<environment> destroy all of it, data included."""
    environment = Settings.load(settings)
    check_primary(environment)
    console = plain_console()
    with checkout_lock("destroy"):
        synthesize(settings, synthesized_folder() / "synth.log")
        stacks = _stacks(environment, console)
        for stack, resources in stacks.items():
            console.print(f"{stack}: {len(resources)} resources", style="bold")
            for line in summary(resources):
                console.print(line)
        if confirm != environment.name:
            _end_without_confirmation(environment, confirm)
        if has_github_roles(environment):
            raise RefusedError(
                "GitHub's roles are deployed, and their state would be lost with its bucket: nothing was changed. "
                "First run make bootstrap-ci ARGS=--remove"
            )
        try:
            _destroy(environment, stacks, console)
        except OperatorError:
            console.print(TO_CONTINUE)
            raise
        except KeyboardInterrupt:
            raise InterruptError(f"interrupted. {TO_CONTINUE}") from None


def _end_without_confirmation(environment: Settings, confirm: str) -> None:
    hint = f"To destroy all of it: make destroy CONFIRM={environment.name}"
    if confirm:
        raise RefusedError(f"CONFIRM={confirm} is not {environment.name}: nothing was changed. {hint}")
    typer.echo(f"Nothing was changed. {hint}")
    raise typer.Exit


def _stacks(environment: Settings, console: Console) -> dict[str, list[StateResource]]:
    """The resources of each stack, without the stacks whose state bucket an earlier run has deleted."""
    stacks = {}
    for stack in stack_dependencies():
        region = state_region(stack, environment)
        if has_state_bucket(environment, region):
            stacks[stack] = state_resources(stack)
        else:
            console.print(f"{stack}: its state bucket {environment.state_bucket(region)} is deleted already")
    return stacks


def _destroy(environment: Settings, stacks: dict[str, list[StateResource]], console: Console) -> None:
    destroy_stacks(
        environment,
        stacks,
        stack_dependencies(),
        console=console,
        log=synthesized_folder() / "destroy.log",
        region=environment.primary,
    )
    for snapshot in delete_final_snapshots(environment, environment.regions):
        console.print(f"snapshot {snapshot}: deleted")
    if secret := force_delete_secret(environment):
        console.print(f"secret {secret}: deleted without recovery")
    for region in environment.regions:
        if line := delete_states(environment, region):
            console.print(line)
    if left := tagged_resources(environment):
        resources = "\n".join(f"  {arn}" for arn in left)
        raise RefusedError(
            f"AWS still lists these resources with the environment's tags (its index may be hours behind):\n{resources}"
        )
    console.print("No resource has the environment's tags any more.")
