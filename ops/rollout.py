"""Deploys the synthesized stacks of an environment."""

from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from ops.deployment import BLOG
from ops.health_gate import gates
from ops.synthesis import stack_dependencies
from ops.terraform.engine import Engine, Task
from ops.terraform.graph import region_by_region
from stacks.settings import Settings

SHOP = "shop"
"""Name of the shop's opening among the stacks."""


def deploy_stacks(
    settings: Settings,
    *,
    console: Console,
    log: Path,
    at_once: bool,
    open_shop: Callable[[], None] | None = None,
) -> None:
    """Apply each stack after those that it needs.

    Independent stacks run side by side with `at_once`. Without it regions follow each other, each after the health
    gate of the one before. `open_shop` is called in a thread once every stack but the blog's is applied. Raises
    StacksFailedError; KeyboardInterrupt once every Terraform has ended.
    """
    needs = stack_dependencies()
    engine = Engine(settings, console, log)
    if not at_once:
        engine.deploy(region_by_region(needs, settings), gates=gates(settings))
    elif open_shop:

        def open_(task: Task) -> None:
            open_shop()
            task.progress.note = "open"

        shop = [name for name in needs if not name.endswith(BLOG)]
        engine.deploy({**needs, SHOP: shop}, gates={SHOP: open_})
    else:
        engine.deploy(needs)
