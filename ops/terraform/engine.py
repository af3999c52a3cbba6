"""Runs Terraform over all stacks: in order, side by side where nothing forbids it, with an outcome for each."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from ops.aws import explain
from ops.errors import OperatorError, TerraformError
from ops.progress import view
from ops.terraform.events import Diagnostic, Phase, StackProgress
from ops.terraform.graph import Needs, reverse, run_graph
from ops.terraform.interruption import orderly_stop, stop_others, stop_requested
from ops.terraform.process import TakeEvent, Terraform, UnsavedStateError, parallelism
from stacks.settings import Settings

PLANS_AT_ONCE = 4
"""A plan computes more than it waits."""
LOCAL_GRACE = 5.0
"""Seconds for Terraform to end after a signal, on one machine; on AWS a killed Terraform would lose changes."""
NO_CHANGE, FAILED, CHANGES = 0, 1, 2
"""Exit codes of `terraform plan -detailed-exitcode`."""


class StacksFailedError(TerraformError):
    """Some stacks failed. The message has each stack's outcome."""

    def __init__(self, stacks: Mapping[str, StackProgress], log: Path) -> None:
        self.stacks = stacks
        super().__init__("\n\n".join([*(stack.account() for stack in stacks.values()), f"Log: {log}"]))


@dataclass(frozen=True)
class Task:
    """Receiver of a task's reports: `take` for Terraform's events, `enter` for a phase of its own."""

    progress: StackProgress
    take: TakeEvent
    enter: Callable[[Phase], None]


Work = Callable[[Task], None]
"""Raises OperatorError when it fails."""


@dataclass(frozen=True)
class Engine:
    """Terraform for the stacks of one environment. `log` gets every line that Terraform prints."""

    settings: Settings
    console: Console
    log: Path
    region_lost: bool = False
    """Whether a region other than the first is lost. The global stack is then planned without a refresh."""
    outputs: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """Outputs of each stack that `deploy` has applied, by its name, without the sensitive ones."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def deploy(self, needs: Needs, *, extra_work: Mapping[str, Work] | None = None) -> None:
        """Initialize and apply each stack. `extra_work` has the work of names in `needs` that are not stacks.

        Raises StacksFailedError; KeyboardInterrupt once every Terraform has ended.
        """
        extra_work = extra_work or {}
        self.run(needs, {name: extra_work.get(name, self._deploy) for name in needs})

    def apply_plans(
        self, needs: Needs, planned: Mapping[str, int], plan: str, *, extra_work: Mapping[str, Work]
    ) -> None:
        """Apply the saved plan of each stack; `planned` is its number of changes.

        `extra_work` and exceptions: as `deploy`.
        """

        def work(task: Task) -> None:
            self._terraform(task, "apply", *parallelism(self.settings), plan)

        self.run(needs, {name: extra_work.get(name, work) for name in needs}, planned=planned)

    def plan(self, needs: Needs, plan: str) -> dict[str, StackProgress]:
        """Plan each stack into its file `plan`; returns every stack, failed ones included.

        Raises KeyboardInterrupt once every Terraform has ended.
        """

        def work(task: Task) -> None:
            Terraform(task.progress.name).prepare(take=task.take)
            options = ("-detailed-exitcode", f"-out={plan}", *self._refresh(task.progress.name))
            code = self._terraform(task, "plan", *options)
            task.progress.has_changes = code == CHANGES

        stacks = dict.fromkeys(needs, ())
        return self._run(stacks, dict.fromkeys(stacks, work), workers=PLANS_AT_ONCE)

    def destroy(self, needs: Needs, *, before: Mapping[str, Work] | None = None) -> None:
        """Destroy each stack after the stacks that need it, and after its work in `before`."""
        before = before or {}

        def work(task: Task) -> None:
            if prepare := before.get(task.progress.name):
                prepare(task)
            Terraform(task.progress.name).prepare(take=task.take)
            self._terraform(task, "destroy", "-auto-approve", *parallelism(self.settings))

        self.run(reverse(needs), dict.fromkeys(needs, work))

    def run(
        self, needs: Needs, work: Mapping[str, Work], *, planned: Mapping[str, int] | None = None
    ) -> None:
        """Do the work of each name after the names that it needs. Raises StacksFailedError."""
        stacks = self._run(needs, work, planned=planned)
        if any(stack.phase is not Phase.DONE for stack in stacks.values()):
            raise StacksFailedError(stacks, self.log)

    def _run(
        self,
        needs: Needs,
        work: Mapping[str, Work],
        *,
        planned: Mapping[str, int] | None = None,
        workers: int | None = None,
    ) -> dict[str, StackProgress]:
        stacks = {name: StackProgress(name, planned=(planned or {}).get(name, 0)) for name in needs}
        self.log.parent.mkdir(parents=True, exist_ok=True)
        grace = LOCAL_GRACE if self.settings.is_local else None
        with self.log.open("w", buffering=1, encoding="utf-8") as log, orderly_stop(grace):
            with view(stacks, self.console) as shown:

                def changed(stack: StackProgress) -> None:
                    with self._lock:
                        shown.changed(stack)

                def do(name: str) -> bool:
                    return _do(work[name], self._task(stacks[name], changed, log), changed)

                def skip(name: str, because: str) -> None:
                    stacks[name].phase, stacks[name].note = Phase.SKIPPED, f"it needs {because}"
                    changed(stacks[name])

                run_graph(needs, do, skip=skip, stopped=stop_requested, workers=workers)
            if stop_requested():
                _print_what_stopped(stacks, self.console)
        return stacks

    def _task(self, stack: StackProgress, changed: Callable[[StackProgress], None], log: TextIO) -> Task:
        def take(event: Mapping[str, Any]) -> None:
            stack.take(event)
            with self._lock:
                log.write(f"{stack.name}: {_line(event)}\n")
            changed(stack)

        def enter(phase: Phase) -> None:
            stack.phase = phase
            changed(stack)

        return Task(stack, take, enter)

    def _deploy(self, task: Task) -> None:
        Terraform(task.progress.name).prepare(take=task.take)
        options = ("-auto-approve", *self._refresh(task.progress.name), *parallelism(self.settings))
        self._terraform(task, "apply", *options)
        self.outputs[task.progress.name] = task.progress.outputs

    def _refresh(self, stack: str) -> tuple[str, ...]:
        """The option without which the provider reads the tables' replicas in a lost region, and fails."""
        return ("-refresh=false",) if self.region_lost and stack == f"{self.settings.name}-global" else ()

    def _terraform(self, task: Task, command: str, *options: str) -> int:
        """Run one command and return its exit code. Raises TerraformError; the errors are in the progress.

        Raises UnsavedStateError instead if the state could not be written, now or before.
        """
        terraform = Terraform(task.progress.name)
        self._check_saved(terraform)
        task.enter(Phase.PLANNING)
        code = terraform.events(command, "-input=false", *options, take=task.take)
        self._check_saved(terraform)
        if code not in {NO_CHANGE, CHANGES}:
            raise TerraformError(f"terraform {command} ended with exit code {code}")
        return code

    def _check_saved(self, terraform: Terraform) -> None:
        if not self.settings.is_local:  # `make down` deletes the states of a local cloud
            terraform.check_saved()


def _do(work: Work, task: Task, changed: Callable[[StackProgress], None]) -> bool:
    stack = task.progress
    try:
        work(task)
        stack.phase = Phase.DONE
    except (OperatorError, BotoCoreError, ClientError) as failure:
        stack.phase = Phase.STOPPED if stop_requested() else Phase.FAILED
        if isinstance(failure, UnsavedStateError):
            stack.unsaved = str(failure)
        elif not stack.errors and not stack.text:
            text = str(failure) if isinstance(failure, OperatorError) else explain(failure)
            stack.errors.append(Diagnostic(text))
    except BaseException:
        stack.phase = Phase.FAILED
        stop_others()
        raise
    finally:
        stack.busy.clear()
        changed(stack)
    return stack.phase is Phase.DONE


def _line(event: Mapping[str, Any]) -> str:
    detail = event.get("diagnostic", {}).get("detail", "")
    return "\n".join(filter(None, [str(event.get("@message", "")), detail]))


def _print_what_stopped(stacks: Mapping[str, StackProgress], console: Console) -> None:
    by_phase: dict[str, list[str]] = {}
    for stack in stacks.values():
        words = "not started" if stack.phase in {Phase.WAITING, Phase.SKIPPED} else str(stack.phase)
        by_phase.setdefault(words, []).append(stack.name)
    for words, names in by_phase.items():
        console.print(f"{words}: {', '.join(names)}")
    for text in filter(None, (stack.unsaved for stack in stacks.values())):
        console.print(text)
