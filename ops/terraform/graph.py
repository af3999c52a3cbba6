"""Runs work in the order of its dependencies, everything that is ready side by side."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from stacks.settings import Settings

Needs = Mapping[str, Collection[str]]
"""The names that must be done before each name."""


def run_graph(
    needs: Needs,
    work: Callable[[str], bool],
    *,
    skip: Callable[[str, str], None],
    stopped: Callable[[], bool] = lambda: False,
    workers: int | None = None,
) -> dict[str, bool]:
    """Call `work` for each name, after the names that it needs; returns what it returned.

    Where it returned False, `skip(name, because)` is called for everything that depends on it, and nothing else
    stops. After `stopped()` no further work begins. A need that is no name of the graph counts as done.
    """
    waiting = {name: set(others) & needs.keys() for name, others in needs.items()}
    done: dict[str, bool] = {}
    with ThreadPoolExecutor(max_workers=workers or len(needs) or 1) as pool:
        running: dict[Future[bool], str] = {}
        while True:
            _skip_blocked(waiting, done, skip)
            ready = [] if stopped() else [name for name, others in waiting.items() if others <= done.keys()]
            for name in ready:
                del waiting[name]
                running[pool.submit(work, name)] = name
            if not running:
                return done
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                done[running.pop(future)] = future.result()


def _skip_blocked(
    waiting: dict[str, set[str]], done: Mapping[str, bool], skip: Callable[[str, str], None]
) -> None:
    """Remove everything that needs a failure, directly or not."""
    lost = {name for name, is_done in done.items() if not is_done}
    while blocked := {name: others & lost for name, others in waiting.items() if others & lost}:
        for name, others in blocked.items():
            del waiting[name]
            lost.add(name)
            skip(name, sorted(others)[0])


def reverse(needs: Needs) -> dict[str, set[str]]:
    """The same graph for removing: each name after the names that need it."""
    return {
        name: {other for other, its_needs in needs.items() if name in its_needs}
        for name in reversed(list(needs))
    }


def gate_name(region: str) -> str:
    """The name of a region's health gate among the stacks."""
    return f"health gate {region}"


def image_name(region: str) -> str:
    """The name of the work that brings the blog's image to a region."""
    return f"blog image {region}"


def with_images(needs: Needs, settings: Settings) -> dict[str, set[str]]:
    """The graph with the blog's image before each region's blog, and after the stack with the repository."""
    graph = {name: set(others) for name, others in needs.items()}
    for region in settings.regions:
        own = f"{settings.name}-{region}"
        if f"{own}-blog" in graph:
            graph[image_name(region)] = {f"{own}-common"} & graph.keys()
            graph[f"{own}-blog"].add(image_name(region))
    return graph


def canary_name(region: str) -> str:
    """The name of a region's canary deployment among the stacks."""
    return f"canary {region}"


def with_canaries(needs: Needs, settings: Settings) -> dict[str, set[str]]:
    """The graph with a canary deployment after each region's own stack, and before the region's gate, if it has one."""
    graph = {name: set(others) for name, others in needs.items()}
    for region in settings.regions:
        graph[canary_name(region)] = {f"{settings.name}-{region}"} & graph.keys()
        if gate_name(region) in graph:
            graph[gate_name(region)].add(canary_name(region))
    return graph


def canaries_and_gates(settings: Settings) -> dict[str, set[str]]:
    """The graph of each region's canary deployment and gate, one region after the other."""
    names = [name for region in settings.regions for name in (canary_name(region), gate_name(region))]
    return {name: set(names[:place][-1:]) for place, name in enumerate(names)}


def region_by_region(needs: Needs, settings: Settings) -> dict[str, set[str]]:
    """The graph with a gate after each region's own stack, which the next region's stacks need.

    The gate does not need the region's blog: a fault of the blog must not stop the next region.
    """
    graph = {name: set(others) for name, others in needs.items()}
    before: str | None = None
    for region in settings.regions:
        stacks = stacks_of_region(graph, settings, region)
        if before:
            for stack in stacks:
                graph[stack].add(before)
        before = gate_name(region)
        graph[before] = {f"{settings.name}-{region}"} & graph.keys()
    for stack in stacks_over_all_regions(needs, settings):
        graph[stack].update(gate_name(region) for region in settings.regions)
    return graph


def stacks_of_region(stacks: Iterable[str], settings: Settings, region: str) -> list[str]:
    """The region's own stack, and the stacks of its features."""
    own = f"{settings.name}-{region}"
    return [stack for stack in stacks if stack == own or stack.startswith(f"{own}-")]


def stacks_over_all_regions(needs: Needs, settings: Settings) -> Sequence[str]:
    """The stacks that belong to no region and need one."""
    regional = {stack for region in settings.regions for stack in stacks_of_region(needs, settings, region)}
    return [name for name, others in needs.items() if name not in regional and regional & set(others)]
