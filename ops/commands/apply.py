"""`ops apply`: applies the plans that were saved and shown, exactly these, and nothing that they do not say.

Stacks that need one that is still to change wait: they are planned and shown again. docs/adr/0035 says why.
"""

import subprocess
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ops import cdktf
from ops.cdktf import Listener
from ops.planning.changes import Plan, changes_of
from ops.planning.saved_plans import PLAN_FILE, NoPlanError, SavedPlans
from ops.progress import view
from ops.region_commands import DEFAULT_SETTINGS, RefusedError, SettingsOption, exit_codes
from ops.teardown.state_resources import TerraformError
from stacks.settings import Settings

AFTERWARDS = "what was finished is in the states; plan again for the rest"


def apply(
    settings: SettingsOption = DEFAULT_SETTINGS,
    only_list: Annotated[
        bool, typer.Option("--list", help="Print the stacks whose plans would be applied, and touch nothing.")
    ] = False,
) -> None:
    """Apply the saved plans that depend on no other change; exits 1 when one fails or was overtaken."""
    console = Console(highlight=False, soft_wrap=True)
    with exit_codes():
        try:
            environment = Settings.load(settings)
            saved = SavedPlans.load()
            if only_list:
                for stack in saved.ready:
                    console.print(stack)
                return
            apply_plans(saved.ready, environment, console)
        except (NoPlanError, TerraformError) as failure:
            raise RefusedError(str(failure)) from failure
        except KeyboardInterrupt:
            raise RefusedError(f"interrupted: {AFTERWARDS}") from None
    if saved.unsettled:
        console.print(f"Plan again for {', '.join(saved.unsettled)}: they need what was changed now.")
    elif not saved.ready:
        console.print("Nothing changes.")


def apply_plans(plans: Mapping[str, Plan], settings: Settings, console: Console) -> None:
    """Apply saved plans side by side: none needs another. Raises TerraformError, once all have ended.

    Interrupted, Terraform finishes what it is doing and gives its locks back.
    """
    listener = Listener(plans)
    for stack, plan in plans.items():
        listener.stacks[stack].planned = sum(change.steps for change in changes_of(plan))
    with view(listener, console) as shown:

        def applied(stack: str) -> str | None:
            progress = listener.stacks[stack]

            def hear(line: str) -> None:
                progress.hear(line)
                shown.changed(progress)

            return _apply(stack, cdktf.parallelism(settings), hear)

        with ThreadPoolExecutor(max_workers=len(plans) or 1) as pool:
            failures = [failure for failure in pool.map(applied, plans) if failure]
    if failures:
        raise TerraformError("\n\n".join([*failures, AFTERWARDS]))


def _apply(stack: str, options: Sequence[str], hear: Callable[[str], None]) -> str | None:
    """Apply one stack's plan; what Terraform said, if it failed."""
    folder: Path = cdktf.synthesized_folder() / "stacks" / stack
    said: list[str] = []
    with subprocess.Popen(
        ["terraform", f"-chdir={folder}", "apply", "-input=false", "-no-color", *options, PLAN_FILE],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for line in process.stdout or ():
            said.append(line)
            hear(line.rstrip())
    return f"{stack}:\n{''.join(said).strip()}" if process.returncode else None
