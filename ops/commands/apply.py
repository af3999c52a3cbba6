"""`ops apply`: applies exactly the plans that were saved and reviewed.

Stacks that need a stack which changes first wait: they are planned and reviewed again. docs/adr/0035 has the reasons.
"""

from collections.abc import Collection, Mapping
from typing import Annotated

import typer
from rich.console import Console

from ops.blog_image import image_copies
from ops.checkout_lock import checkout_lock
from ops.cli import DEFAULT_SETTINGS, SettingsOption
from ops.console import plain_console
from ops.errors import InterruptError, RefusedError
from ops.planning.changes import Plan, changes_of
from ops.planning.planner import changed_since
from ops.planning.saved_plans import PLAN_FILE, SavedPlans, outdated_aliases
from ops.rollout import shift_traffic
from ops.synthesis import synthesized_folder
from ops.terraform.engine import Engine, StacksFailedError
from ops.terraform.graph import with_images
from ops.terraform.unsaved_states import finished_changes
from stacks.settings import Settings

TO_CONTINUE = "Plan again for the rest: make plan"


def apply(
    settings: SettingsOption = DEFAULT_SETTINGS,
    only_list: Annotated[
        bool,
        typer.Option("--list", help="Print the stacks that would change or get traffic, and change nothing."),
    ] = False,
) -> None:
    """Apply the saved plans that depend on no other change; exits 1 when one fails or is out of date."""
    console = plain_console()
    environment = Settings.load(settings)
    with checkout_lock("apply"):
        saved = SavedPlans.load(environment)
        outdated = outdated_aliases(saved.plans, environment)
        if only_list:
            ready = saved.ready
            for stack in saved.plans:
                if stack in ready or stack in outdated:
                    typer.echo(stack)
            return
        if changed := changed_since(saved.record, saved.ready):
            raise RefusedError(
                f"the code of {', '.join(changed)} has changed since the plan, and what was reviewed is not what "
                f"would be applied: run `make plan` again"
            )
        apply_plans(saved.ready, environment, console)
        if environment.has_canary:
            shift_traffic(environment, console=console, log=synthesized_folder() / "canary.log")
    if saved.unsettled:
        console.print(f"Plan again for {', '.join(saved.unsettled)}: the stacks that they need have changed.")
    elif not saved.ready and not outdated:
        console.print("Nothing changes.")


def apply_plans(plans: Mapping[str, Plan], settings: Settings, console: Console) -> None:
    """Apply saved plans side by side: none needs another. A region's blog waits for its image.

    Raises StacksFailedError once all have ended; InterruptError once every Terraform has ended.
    """
    planned = {stack: sum(change.steps for change in changes_of(plan)) for stack, plan in plans.items()}
    needs = dict[str, Collection[str]](dict.fromkeys(planned, ()))
    images = image_copies(settings)
    if images:
        needs = dict(with_images(needs, settings))
    try:
        engine = Engine(settings, console, synthesized_folder() / "apply.log")
        engine.apply_plans(needs, planned, PLAN_FILE, extra_work=images)
    except StacksFailedError:
        console.print(f"{finished_changes(plans)} {TO_CONTINUE}")
        raise
    except KeyboardInterrupt:
        raise InterruptError(f"interrupted. {finished_changes(plans)} {TO_CONTINUE}") from None
