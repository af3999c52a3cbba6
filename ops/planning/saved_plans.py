"""The plans that `ops plan` keeps beside the stacks, and which of them may be applied as they are.

A plan is made from what other stacks have put out by then. Terraform refuses a saved plan when the stack's own state
has changed since, but not when the stacks that it needs have: that is looked after here.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from ops import cdktf
from ops.planning.changes import Plan
from ops.teardown.state_resources import terraform

PLAN_FILE = "plan"
"""The saved plan beside a stack's Terraform; `terraform show -json plan` reads it."""


@dataclass(frozen=True)
class SavedPlans:
    """The plans of every stack, made together."""

    plans: Mapping[str, Plan | None]
    """By stack, each after those that it needs. None: it cannot be planned before they are deployed."""
    needs: Mapping[str, Sequence[str]]
    """The stacks that have to be deployed before a stack, most of them because it reads what they put out."""

    @classmethod
    def load(cls) -> Self:
        """Read what is beside the synthesized stacks. Raises NoPlanError, TerraformError."""
        try:
            needs = cdktf.stack_dependencies(cdktf.synthesized_folder())
        except FileNotFoundError as missing:
            raise NoPlanError from missing
        plans = {stack: _read(stack) for stack in needs}
        if not any(plans.values()):
            raise NoPlanError
        return cls(plans, needs)

    @property
    def ready(self) -> dict[str, Plan]:
        """The plans that change something and may be applied. None of these stacks needs another."""
        return {
            stack: plan
            for stack, plan in self.plans.items()
            if plan is not None and self._changes(stack) and not self.awaited(stack)
        }

    @property
    def unsettled(self) -> list[str]:
        """The stacks that have to be planned again, for stacks that they need change first."""
        return [stack for stack, plan in self.plans.items() if plan is None or self.awaited(stack)]

    def awaited(self, stack: str) -> list[str]:
        """The stacks that change before this one, which needs them or what needs them."""
        before = set(self._before(stack))
        return [other for other in self.plans if other in before and self._changes(other)]

    def _before(self, stack: str) -> Iterator[str]:
        for other in self.needs[stack]:
            yield other
            yield from self._before(other)

    def _changes(self, stack: str) -> bool:
        """Whether applying it would change a resource or an output; what was not planned will."""
        plan = self.plans[stack]
        return plan is None or bool(plan["applyable"])


class NoPlanError(Exception):
    """Nothing was planned here."""

    def __init__(self) -> None:
        super().__init__(f"No plan in {cdktf.synthesized_folder()}: run `make plan` first.")


def plan_file(stack: str) -> Path:
    """Where the plan of a stack is kept."""
    return cdktf.synthesized_folder() / "stacks" / stack / PLAN_FILE


def _read(stack: str) -> Plan | None:
    if not plan_file(stack).exists():
        return None
    if not (plan_file(stack).parent / ".terraform").exists():
        # It was planned elsewhere, and by the very providers of its lock file, or Terraform refuses it.
        terraform(stack, "init", "-input=false", "-no-color", "-lockfile=readonly")
    plan: Plan = json.loads(terraform(stack, "show", "-json", PLAN_FILE))
    return plan
