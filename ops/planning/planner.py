"""Plans every stack and keeps the plans beside the synthesized Terraform."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console

from ops.planning.saved_plans import PLAN_FILE, Outcome, PlanRecord, StackRecord, identity, plan_file
from ops.synthesis import stack_dependencies, stack_folder, synthesized_folder
from ops.terraform.engine import CHANGES, FAILED, NO_CHANGE, Engine
from ops.terraform.events import Phase, StackProgress
from ops.terraform.unsaved_states import ERRORED_STATE
from stacks.settings import Settings

_NOT_SYNTHESIZED = (".terraform", "terraform.tfstate", ERRORED_STATE, PLAN_FILE)
"""Beginnings of the names that Terraform itself writes into a stack's folder."""


def plan_stacks(settings: Settings, file: Path, console: Console, *, region_lost: bool = False) -> PlanRecord:
    """Plan the synthesized stacks side by side. The plans of an earlier call are deleted first.

    `file` is the settings file, which the record names. `region_lost` is the engine's. Raises KeyboardInterrupt once
    Terraform has ended.
    """
    needs = stack_dependencies()
    PlanRecord.delete()
    for stack in needs:
        plan_file(stack).unlink(missing_ok=True)
    engine = Engine(settings, console, synthesized_folder() / "plan.log", region_lost)
    record = PlanRecord(
        deployment=settings.name,
        file=str(file),
        identity=identity(settings),
        stacks={
            stack: _record(progress, needs[stack])
            for stack, progress in engine.plan(needs, PLAN_FILE).items()
        },
    )
    record.write()
    return record


def exit_code(record: PlanRecord) -> int:
    """One of Terraform's codes for all stacks: an error wins over changes; a stack that awaits another will change."""
    outcomes = {stack.outcome for stack in record.stacks.values()}
    if Outcome.FAILED in outcomes:
        return FAILED
    return CHANGES if outcomes & {Outcome.CHANGES, Outcome.AWAITS} else NO_CHANGE


def changed_since(record: PlanRecord, stacks: Iterable[str]) -> list[str]:
    """The stacks whose Terraform, function code or web files are not the planned ones any more."""
    return [stack for stack in stacks if content_hash(stack) != record.stacks[stack].content]


def content_hash(stack: str) -> str:
    """A hash of every file that the synth wrote for a stack: Terraform, function archives, web files."""
    folder, digest = stack_folder(stack), hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not inside.parts[0].startswith(_NOT_SYNTHESIZED):
            digest.update(f"{inside}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _record(progress: StackProgress, needs: Iterable[str]) -> StackRecord:
    content = content_hash(progress.name)
    if progress.phase is Phase.DONE:
        return StackRecord(Outcome.CHANGES if progress.has_changes else Outcome.NO_CHANGE, content=content)
    # Terraform saves a partial plan when it fails, which would look like a plan that changes little.
    plan_file(progress.name).unlink(missing_ok=True)
    if progress.errors and all(error.needs_a_deployment for error in progress.errors):
        reason = f"cannot be planned before deployment of {', '.join(needs)}"
        return StackRecord(Outcome.AWAITS, reason, content)
    return StackRecord(Outcome.FAILED, progress.outcome(), content)
