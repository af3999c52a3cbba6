"""Destroys stacks: each one's protections are removed before its `terraform destroy`."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from ops.teardown.protections import unprotect
from ops.teardown.state_resources import StateResource
from ops.terraform.engine import Engine, Task, Work
from ops.terraform.graph import Needs
from stacks.settings import Settings

StacksResources = Mapping[str, Sequence[StateResource]]


def destroy_stacks(
    settings: Settings, stacks: StacksResources, needs: Needs, *, console: Console, log: Path, region: str
) -> None:
    """Destroy each stack after the stacks that need it. Safe to repeat.

    `region` is for resources that have none in their ARN. Raises StacksFailedError; KeyboardInterrupt once every
    Terraform has ended.
    """
    before = {stack: _unprotecting(resources, region) for stack, resources in stacks.items()}
    Engine(settings, console, log).destroy({stack: needs.get(stack, ()) for stack in stacks}, before=before)


def _unprotecting(resources: Sequence[StateResource], default_region: str) -> Work:
    region = next((each.region for each in resources if each.region), default_region)

    def work(task: Task) -> None:
        for resource in resources:
            if done := unprotect(resource, region):
                task.take({"type": "log", "@message": f"{resource.type} {resource.name}: {done}"})

    return work
