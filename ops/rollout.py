"""Deploys the synthesized stacks of an environment."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from ops.blog_image import image_copies
from ops.canary import canaries
from ops.deployment import BLOG
from ops.health_gate import gates
from ops.synthesis import stack_dependencies
from ops.terraform.engine import Engine, Task
from ops.terraform.graph import canaries_and_gates, region_by_region, with_canaries, with_images
from stacks.settings import Settings

CATALOG = "catalog"
"""Name of the load of the catalog among the stacks."""
SHOP = "shop"
"""Name of the shop's opening among the stacks."""

StackOutputs = Mapping[str, Mapping[str, Any]]
"""Outputs of the stacks that are applied, by the stack's name after `<project>-<environment>-`."""


@dataclass(frozen=True)
class Opening:
    """Work that opens the shop while stacks are deployed. Both parts are called in a thread."""

    load_catalog: Callable[[StackOutputs], None]
    """Called once every region's own stack is applied, beside the stacks over all regions."""
    open_shop: Callable[[StackOutputs], None]
    """Called once the catalog is loaded and every stack but the blog's is applied."""


def deploy_stacks(
    settings: Settings,
    *,
    console: Console,
    log: Path,
    at_once: bool,
    region_lost: bool = False,
    opening: Opening | None = None,
) -> StackOutputs:
    """Apply each stack after those that it needs, and return their outputs.

    Independent stacks run side by side with `at_once`. Without it regions follow each other, each after the health
    gate of the one before. With `features.canary` new versions of a region's functions get requests after its stack is
    applied. A region's blog follows once its repository has the image. `opening` is done beside the stacks that it does
    not need. `region_lost` is the engine's. Raises StacksFailedError; KeyboardInterrupt once every Terraform has ended.
    """
    engine = Engine(settings, console, log, region_lost)

    def outputs() -> StackOutputs:
        return {name.removeprefix(f"{settings.name}-"): each for name, each in engine.outputs.items()}

    stacks = stack_dependencies()
    graph = dict[str, Collection[str]](stacks if at_once else region_by_region(stacks, settings))
    work = {} if at_once else dict(gates(settings))
    if images := image_copies(settings):
        graph = dict(with_images(graph, settings))
        work |= images
    if settings.has_canary:
        graph = dict(with_canaries(graph, settings))
        work |= canaries(settings)
    if opening:
        graph[CATALOG] = [f"{settings.name}-{region}" for region in settings.regions]
        graph[SHOP] = [CATALOG, *(name for name in stacks if not name.endswith(BLOG))]
        work[CATALOG] = lambda task: _perform(opening.load_catalog, outputs(), "loaded", task)
        work[SHOP] = lambda task: _perform(opening.open_shop, outputs(), "open", task)
    engine.deploy(graph, extra_work=work)
    return outputs()


def shift_traffic(settings: Settings, *, console: Console, log: Path) -> None:
    """Move each region's traffic to the newest versions of its functions, each after the health gate of the one before.

    For stacks that were applied without `deploy_stacks`. Raises as it does.
    """
    work = {**canaries(settings), **gates(settings)}
    Engine(settings, console, log).run(canaries_and_gates(settings), work)


def _perform(work: Callable[[StackOutputs], None], outputs: StackOutputs, note: str, task: Task) -> None:
    work(outputs)
    task.progress.note = note
