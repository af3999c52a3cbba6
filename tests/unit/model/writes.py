"""How a step of a process writes: the version that replaces another, with its story and its stamp."""

from dataclasses import replace

from shop.lines import Line
from tests.unit.model.scenario import CHARGED_TWICE, DROPPED, BrokenInvariantError, Setting
from tests.unit.model.state import Deed, Version, World, owed


def become(world: World, index: int, process: object) -> World:
    """The world after a process has taken a step."""
    return replace(world, processes=(*world.processes[:index], process, *world.processes[index + 1 :]))


def stamped(world: World, region: str, setting: Setting) -> tuple[int, str]:
    """When and where something is written now."""
    return (world.writes + setting.skew.get(region, 0), region)


def value_of(version: Version | None) -> object:
    """The visible state."""
    return None if version is None else version.value


def line_of(version: Version | None) -> Line | None:
    """The cart line that it is."""
    assert version is None or isinstance(version.value, Line)
    return None if version is None else version.value  # type: ignore[return-value]


def successor(
    world: World, region: str, setting: Setting, current: Version | None, line: Line, *deeds: Deed
) -> Version:
    """The version that replaces `current`. Where nothing was lost to another region, it must hold what is owed.

    Raises:
        BrokenInvariantError: it holds more, or less.
    """
    stamp = stamped(world, region, setting)
    if current is not None:
        # DynamoDB never lets a region's own later write lose to its earlier one.
        stamp = max(stamp, (current.stamp[0] + 1, region))
    story = (*(current.story if current else ()), *deeds)
    version = Version(line, stamp, story, current.clean if current else True)
    if version.clean and line.quantity > owed(story):
        raise BrokenInvariantError(f"{CHARGED_TWICE}: {line.quantity} are left of {owed(story)}, {story}")
    if version.clean and line.quantity < owed(story):
        raise BrokenInvariantError(f"{DROPPED}: {line.quantity} are left of {owed(story)}, {story}")
    return version
