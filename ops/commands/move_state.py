"""`ops move-state`: copies the states of an environment to another backend. Nothing in AWS changes.

Each state is pulled, saved to a file, pushed to the new backend, pulled again and compared. The old state is not
changed. It does not matter which checkout deployed last.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from ops.checkout_lock import checkout_lock
from ops.cli import DEFAULT_SETTINGS, SettingsOption
from ops.console import plain_console
from ops.errors import InterruptError, OperatorError, RefusedError, TerraformError
from ops.planning.planner import exit_code, plan_stacks
from ops.state_buckets import ensure_state_bucket
from ops.synthesis import stack_order, synthesize, synthesized_folder
from ops.teardown.leftovers import has_github_roles
from ops.terraform.engine import CHANGES, NO_CHANGE
from ops.terraform.process import Terraform
from stacks.settings import Settings

COPIES = "moved-states"
"""The folder in .local with a copy of each moved state."""
TO_CONTINUE = (
    "Moved states stay where they are now, and the old ones are unchanged: run it again for the rest."
)

Synthesize = Callable[[Settings], None]


@dataclass(frozen=True)
class State:
    """A state as `terraform state pull` prints it; empty text where nothing was ever applied."""

    text: str

    @property
    def content(self) -> dict[str, Any]:
        """The parsed state."""
        return dict(json.loads(self.text)) if self.text.strip() else {}

    @property
    def lineage(self) -> str:
        """The identifier that all versions of one state share; empty where there is no state."""
        return str(self.content.get("lineage", ""))

    @property
    def resources(self) -> list[Any]:
        """The state's resources."""
        return list(self.content.get("resources") or [])

    @property
    def comparable(self) -> tuple[list[Any], Any]:
        """Resources and outputs: what must be equal before and after."""
        return self.resources, self.content.get("outputs") or {}


def move_state(
    source: Annotated[
        Path,
        typer.Option("--from", envvar="FROM", help="The settings file as it was at the last deployment."),
    ],
    settings: SettingsOption = DEFAULT_SETTINGS,
) -> None:
    """Copy every stack's state from the backend of one settings file to that of another, then plan."""
    console = plain_console()
    before, after = Settings.load(source), Settings.load(settings)

    def synthesize_for(environment: Settings) -> None:
        synthesize(source if environment is before else settings, synthesized_folder() / "synth.log")

    with checkout_lock("move-state"):
        try:
            move(console, before, after, synthesize_for)
            record = plan_stacks(after, settings, console)
        except OperatorError:
            console.print(TO_CONTINUE)
            raise
        except KeyboardInterrupt:
            raise InterruptError(f"interrupted. {TO_CONTINUE}") from None
    if exit_code(record) == NO_CHANGE:
        console.print("A plan with the moved states shows no change. The old states can be deleted.")
        return
    console.print(
        "A plan with the moved states shows changes. Compare with `make plan`: they must be the changes that the old "
        "states would show. Keep the old states until then."
    )
    raise typer.Exit(CHANGES)


def move(console: Console, before: Settings, after: Settings, synthesize_for: Synthesize) -> None:
    """Move the states; leaves the stacks synthesized for the new backend.

    Raises RefusedError when the settings are of different deployments, GitHub's roles are deployed or another state is
    in the new place, TerraformError, BucketRefusedError.
    """
    _refuse_other_deployment(before, after)
    _refuse_github_roles(before)
    synthesize_for(before)
    states = {stack: _pull(stack) for stack in stack_order()}
    for stack, state in states.items():
        _save_copy(stack, state)
    if after.state.backend == "s3":
        for region in after.regions:
            ensure_state_bucket(after.state_bucket(region), region, tags=after.all_tags)
    synthesize_for(after)
    for stack, state in states.items():
        console.print(f"{stack}: {_move(stack, state)}")


def _refuse_other_deployment(before: Settings, after: Settings) -> None:
    if (before.name, before.regions) != (after.name, after.regions):
        raise RefusedError(
            f"these are different deployments: {before.name} in {', '.join(before.regions)}, and {after.name} in "
            f"{', '.join(after.regions)}; change the [state] section only"
        )
    if before.state == after.state:
        raise RefusedError("both files keep the state in the same place: there is nothing to move")


def _refuse_github_roles(before: Settings) -> None:
    """The stack of `ops bootstrap-ci` is not among the synthesized ones, so its state would stay behind."""
    if has_github_roles(before):
        raise RefusedError(
            "GitHub's roles are deployed, and the move would leave their state behind: nothing was changed. First run "
            "make bootstrap-ci ARGS=--remove with the old settings; after the move, where the states are in S3 again, "
            "make bootstrap-ci creates the roles again"
        )


def _move(stack: str, state: State) -> str:
    """Push `state` unless it is in the new place already; returns what was done."""
    if not state.resources:
        return "nothing was deployed, so there is nothing to move"
    there = _pull(stack)
    if (there.lineage, there.comparable) == (state.lineage, state.comparable):
        return "already moved"
    if there.resources and there.lineage != state.lineage and there.comparable != state.comparable:
        raise RefusedError(
            f"{stack}: the new place holds the state of another deployment; choose another place, or check that one"
        )
    _push(stack, state, over=there.lineage)
    moved = _pull(stack)
    if (moved.lineage, moved.comparable) != (state.lineage, state.comparable):
        raise TerraformError(
            f"{stack}: the state in the new place differs from what was written; the old state is unchanged"
        )
    return f"{len(state.resources)} resources moved"


def _pull(stack: str) -> State:
    terraform = Terraform(stack)
    terraform.check_saved()
    terraform.prepare()
    return State(terraform.text("state", "pull"))


def _push(stack: str, state: State, *, over: str) -> None:
    """Terraform refuses a state that is older than the one in the new place.

    In an empty place the first push starts a new lineage. The second push keeps the old one: without it the state
    could not be moved back.
    """
    if not over:
        _write(stack, state)
    _write(stack, state, *([] if over == state.lineage else ["-force"]))


def _write(stack: str, state: State, *options: str) -> None:
    Terraform(stack).text("state", "push", *options, "-", stdin=state.text)


def _save_copy(stack: str, state: State) -> None:
    """Save a copy that only its owner may read: a state may contain secrets."""
    if not state.resources:
        return
    folder = Path(os.environ.get("LOCAL_DIR", ".local")) / COPIES
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    copy = folder / f"{stack}-{state.lineage}-{state.content['serial']}.tfstate"
    copy.touch(mode=0o600)
    copy.write_text(state.text, encoding="utf-8")
