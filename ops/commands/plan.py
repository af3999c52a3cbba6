"""`ops plan`: shows the changes that a deployment would make, and keeps the plans for `ops apply`."""

import typer

from ops.checkout_lock import checkout_lock
from ops.cli import DEFAULT_SETTINGS, RegionLostOption, SettingsOption
from ops.console import plain_console
from ops.planning.planner import exit_code, plan_stacks
from ops.planning.saved_plans import PLAN_FILE, Outcome
from ops.state_buckets import check_primary
from ops.synthesis import synthesize, synthesized_folder
from ops.terraform.engine import FAILED
from ops.terraform.process import Terraform
from stacks.settings import Settings


def plan(settings: SettingsOption = DEFAULT_SETTINGS, region_lost: RegionLostOption = False) -> None:
    """Synthesize, then plan every stack. Exits 1 when a stack cannot be planned."""
    environment = Settings.load(settings)
    check_primary(environment)
    console = plain_console(stderr=True)
    with checkout_lock("plan"):
        with console.status("synthesizing"):
            synthesize(settings, synthesized_folder() / "synth.log")
        record = plan_stacks(environment, settings, console, region_lost=region_lost)
        for name, stack in record.stacks.items():
            typer.echo(f"\n=== {name}")
            # Written as Terraform prints it: rich would replace `:secret:` in an ARN and fold long addresses.
            has_plan = stack.outcome in {Outcome.CHANGES, Outcome.NO_CHANGE}
            typer.echo(Terraform(name).text("show", "-no-color", PLAN_FILE) if has_plan else stack.reason)
    if exit_code(record) == FAILED:
        raise typer.Exit(FAILED)
