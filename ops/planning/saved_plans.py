"""The plans that `ops plan` saved, their settings, and whether they may be applied.

A plan uses the outputs that other stacks had when it was made. Terraform refuses a saved plan when the stack's own
state has changed since, but not when the stacks that it needs have: this module checks that.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

from ops.errors import OperatorError, RefusedError
from ops.planning.changes import Plan, outdated_functions
from ops.synthesis import stack_dependencies, stack_folder, synthesized_folder
from ops.terraform.process import Terraform
from stacks.settings import Settings

PLAN_FILE = "plan"
"""The name of the saved plan in a stack's folder."""


class Outcome(StrEnum):
    """Result of planning a stack."""

    CHANGES = "changes"
    NO_CHANGE = "no change"
    AWAITS = "awaits"
    FAILED = "failed"


class NoPlanError(OperatorError):
    """Nothing was planned here."""

    def __init__(self) -> None:
        super().__init__(f"No plan in {synthesized_folder()}: run `make plan` first.")


@dataclass(frozen=True)
class StackRecord:
    """One stack's outcome; `reason` says why there is no plan, `content` is a hash of what was planned."""

    outcome: Outcome
    reason: str = ""
    content: str = ""


@dataclass(frozen=True)
class PlanRecord:
    """The planned stacks and their settings; kept beside the synthesized stacks."""

    deployment: str
    file: str
    identity: str
    stacks: Mapping[str, StackRecord]

    @classmethod
    def read(cls, settings: Settings) -> Self:
        """The record of the last plan.

        Raises NoPlanError; RefusedError where the plan was made with other settings.
        """
        try:
            saved = json.loads(_record_file().read_text(encoding="utf-8"))
        except FileNotFoundError as missing:
            raise NoPlanError from missing
        stacks = {
            name: StackRecord(Outcome(stack["outcome"]), stack["reason"], stack["content"])
            for name, stack in saved["stacks"].items()
        }
        record = cls(saved["deployment"], saved["file"], saved["identity"], stacks)
        if record.deployment != settings.name:
            raise RefusedError(
                f"these are the plans of {record.deployment} ({record.file}), and the settings are those of "
                f"{settings.name}: run `make plan` with them first"
            )
        if record.identity != identity(settings):
            raise RefusedError(
                f"the settings of {settings.name} have changed since the plan: run `make plan` again"
            )
        return record

    @staticmethod
    def delete() -> None:
        """Delete the record of an earlier plan."""
        _record_file().unlink(missing_ok=True)

    def write(self) -> None:
        """Keep the record."""
        _record_file().write_text(json.dumps(asdict(self), indent=2), encoding="utf-8")


@dataclass(frozen=True)
class SavedPlans:
    """The plans of every stack, made together, each after those that it needs."""

    record: PlanRecord
    plans: Mapping[str, Plan | None]
    """None where there is no plan: the stack awaits another, or planning it failed."""
    needs: Mapping[str, Sequence[str]]

    @classmethod
    def load(cls, settings: Settings) -> Self:
        """Read the plans. Raises NoPlanError; RefusedError for plans of other settings; TerraformError."""
        record = PlanRecord.read(settings)
        try:
            needs = stack_dependencies()
        except FileNotFoundError as missing:
            raise NoPlanError from missing
        if set(needs) != set(record.stacks):
            raise RefusedError("other stacks were synthesized since the plan: run `make plan` again")
        return cls(record, {stack: _read(stack) for stack in needs}, needs)

    @property
    def ready(self) -> dict[str, Plan]:
        """The plans that change something and may be applied. None of these stacks needs another of them."""
        return {
            stack: plan
            for stack, plan in self.plans.items()
            if plan is not None and self._changes(stack) and not self.awaited(stack)
        }

    @property
    def unsettled(self) -> list[str]:
        """The stacks that must be planned again, because stacks that they need change first."""
        return [stack for stack, plan in self.plans.items() if plan is None or self.awaited(stack)]

    def awaited(self, stack: str) -> list[str]:
        """The stacks that this one needs, directly or not, and that change before it."""
        before = set(self._before(stack))
        return [other for other in self.plans if other in before and self._changes(other)]

    def reason(self, stack: str) -> str:
        """Reason that a stack has no plan."""
        return self.record.stacks[stack].reason

    def _before(self, stack: str) -> Iterator[str]:
        for other in self.needs[stack]:
            yield other
            yield from self._before(other)

    def _changes(self, stack: str) -> bool:
        """Whether applying its plan would change anything; a stack without a plan is assumed to change."""
        plan = self.plans[stack]
        return plan is None or bool(plan.get("applyable", True))


def removed_regions(plans: Mapping[str, Plan | None], settings: Settings) -> list[str]:
    """The regions of the last deployment that are not in `regions` now, from the outputs of the edge stack."""
    edge = plans.get(f"{settings.name}-edge") or {}
    outputs = edge.get("prior_state", {}).get("values", {}).get("outputs", {})
    deployed = outputs.get("health_checks", {}).get("value") or {}
    return sorted(deployed.keys() - set(settings.regions))


def outdated_aliases(plans: Mapping[str, Plan | None], settings: Settings) -> dict[str, list[str]]:
    """The functions whose alias serves an older version than the newest one, by stack. None without canaries.

    A plan does not show them: CodeDeploy moves the aliases, after the apply. It rolls them back on an alarm.
    """
    if not settings.has_canary:
        return {}
    found = {stack: outdated_functions(plan) for stack, plan in plans.items() if plan is not None}
    return {stack: functions for stack, functions in found.items() if functions}


def identity(settings: Settings) -> str:
    """A hash of every setting, those from the environment included."""
    return hashlib.sha256(settings.model_dump_json().encode()).hexdigest()


def plan_file(stack: str) -> Path:
    """The saved plan of a stack."""
    return stack_folder(stack) / PLAN_FILE


def _record_file() -> Path:
    return synthesized_folder() / "plans.json"


def _read(stack: str) -> Plan | None:
    if not plan_file(stack).exists():
        return None
    terraform = Terraform(stack)
    # In another checkout than the plan's: the providers must be those of the lock file, or Terraform refuses it.
    terraform.prepare(read_only_lock_file=True)
    return terraform.show_plan(PLAN_FILE)
