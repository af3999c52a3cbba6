"""`ops move-state`: the states of an environment go from one backend to another, and nothing in AWS changes.

A state is pulled from where it was, kept in a file, pushed to where it shall be, and compared. What was is left as it
is. The folders' `.terraform/` has no part in it, so it does not matter which checkout deployed last.
"""

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from ops import cdktf
from ops.commands.bootstrap import BucketRefusedError, ensure_state_bucket
from ops.commands.plan import NO_CHANGE, exit_code, plan_stacks
from ops.region_commands import DEFAULT_SETTINGS, RefusedError, SettingsOption, exit_codes
from ops.teardown.state_resources import TerraformError, terraform
from stacks.settings import Settings

LOG = "move-state.log"
KEPT = "moved-states"
"""The folder in .local that keeps a copy of each state as it was moved."""

Synthesize = Callable[[Settings], None]


@dataclass(frozen=True)
class State:
    """A state as `terraform state pull` gives it."""

    text: str

    @property
    def content(self) -> dict[str, Any]:
        """Nothing where nothing was ever applied."""
        return dict(json.loads(self.text)) if self.text.strip() else {}

    @property
    def lineage(self) -> str:
        """Whose history it is; empty where there is none."""
        return str(self.content.get("lineage", ""))

    @property
    def resources(self) -> list[Any]:
        """What it holds, resource by resource."""
        return list(self.content.get("resources") or [])

    @property
    def holdings(self) -> tuple[list[Any], Any]:
        """What may not change on the way: resources and outputs."""
        return self.resources, self.content.get("outputs") or {}


def move_state(
    source: Annotated[
        Path, typer.Option("--from", envvar="FROM", help="The settings file as it was when it was deployed.")
    ],
    settings: SettingsOption = DEFAULT_SETTINGS,
) -> None:
    """Take every stack's state from the backend of one settings file to that of another, then plan."""
    console = Console(highlight=False, soft_wrap=True)
    with exit_codes():
        before, after = Settings.load(source), Settings.load(settings)

        def synthesize(environment: Settings) -> None:
            cdktf.synthesize(source if environment is before else settings, cdktf.synthesized_folder() / LOG)

        try:
            move(console, before, after, synthesize)
            with console.status("planning: nothing may change"):
                plans = plan_stacks()
        except (cdktf.SynthesisError, TerraformError, BucketRefusedError) as failure:
            console.print(str(failure), style="red", markup=False)
            console.print("What was moved stays moved, and what was is as it was: run it again for the rest.")
            raise typer.Exit(1) from failure
        if exit_code(plans) == NO_CHANGE:
            console.print("A plan over the moved states changes nothing. The old ones can be deleted.")
            return
        console.print(
            "A plan over the moved states shows changes. Look with `make plan`: they should be those that the old "
            "states would show. Keep the old ones until you know."
        )
        raise typer.Exit(2)


def move(console: Console, before: Settings, after: Settings, synthesize: Synthesize) -> None:
    """Move the states; leaves the stacks synthesized for the new backend.

    Raises RefusedError when the two are not the same deployment or when another state is in the way, TerraformError,
    BucketRefusedError.
    """
    _refuse_strangers(before, after)
    synthesize(before)
    stacks = cdktf.stack_order(cdktf.synthesized_folder())
    states = {stack: _pull(stack) for stack in stacks}
    for stack, state in states.items():
        _keep(stack, state)
    if after.state.backend == "s3":
        for region in after.regions:
            ensure_state_bucket(after.state_bucket(region), region, tags=after.all_tags)
    synthesize(after)
    for stack, state in states.items():
        console.print(f"{stack}: {_move(stack, state)}", markup=False)


def _refuse_strangers(before: Settings, after: Settings) -> None:
    if (before.name, before.regions) != (after.name, after.regions):
        raise RefusedError(
            f"these are not the same deployment: {before.name} in {', '.join(before.regions)}, and {after.name} in "
            f"{', '.join(after.regions)}; change the [state] section alone"
        )
    if before.state == after.state:
        raise RefusedError("both files keep the state in the same place: there is nothing to move")


def _move(stack: str, state: State) -> str:
    """Push `state` unless it is there; what was done."""
    if not state.resources:
        return "nothing was deployed, so there is nothing to move"
    there = _pull(stack)
    if (there.lineage, there.holdings) == (state.lineage, state.holdings):
        return "is there already"
    if there.resources and there.lineage != state.lineage and there.holdings != state.holdings:
        raise RefusedError(
            f"{stack}: the new place holds the state of something else; choose another place, or look there first"
        )
    _push(stack, state, over=there.lineage)
    moved = _pull(stack)
    if (moved.lineage, moved.holdings) != (state.lineage, state.holdings):
        raise TerraformError(
            f"{stack}: what was read back is not what was written; the old state is as it was"
        )
    return f"{len(state.resources)} resources moved"


def _pull(stack: str) -> State:
    terraform(stack, "init", "-input=false", "-no-color", "-reconfigure")
    return State(terraform(stack, "state", "pull"))


def _push(stack: str, state: State, *, over: str) -> None:
    """Terraform itself refuses a state that is older than what is there.

    Where there was none it begins a new lineage; written once more, it keeps the old one, or the state could never
    move back.
    """
    if not over:
        _write(stack, state)
    _write(stack, state, *([] if over == state.lineage else ["-force"]))


def _write(stack: str, state: State, *options: str) -> None:
    folder = cdktf.synthesized_folder() / "stacks" / stack
    command = ["terraform", f"-chdir={folder}", "state", "push", *options, "-"]
    run = subprocess.run(command, input=state.text, capture_output=True, text=True, check=False)
    if run.returncode:
        raise TerraformError(f"{stack}: {run.stderr.strip()[-2000:]}")


def _keep(stack: str, state: State) -> None:
    """A copy that only its owner may read: a state may hold what nobody else should see."""
    if not state.resources:
        return
    folder = Path(os.environ.get("LOCAL_DIR", ".local")) / KEPT
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    copy = folder / f"{stack}-{state.lineage}-{state.content['serial']}.tfstate"
    copy.touch(mode=0o600)
    copy.write_text(state.text, encoding="utf-8")
