"""Deploys the synthesized stacks of an environment."""

from pathlib import Path

from rich.console import Console

from ops.health_gate import gates
from ops.synthesis import stack_dependencies
from ops.terraform.engine import Engine
from ops.terraform.graph import region_by_region
from stacks.settings import Settings


def deploy_stacks(settings: Settings, *, console: Console, log: Path, at_once: bool) -> None:
    """Apply each stack after those that it needs.

    Independent stacks run side by side with `at_once`. Without it regions follow each other, each after the health
    gate of the one before. Raises StacksFailedError; KeyboardInterrupt once every Terraform has ended.
    """
    needs = stack_dependencies()
    engine = Engine(settings, console, log)
    if at_once:
        engine.deploy(needs)
    else:
        engine.deploy(region_by_region(needs, settings), gates=gates(settings))
