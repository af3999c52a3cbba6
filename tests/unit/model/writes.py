"""Writes of a process: the next version of an item, with its operations and its stamp."""

from shop.lines import Line
from tests.unit.model.scenario import CHARGED_TWICE, DROPPED, BrokenInvariantError, Setting
from tests.unit.model.state import Operation, Version, World, expected_copies


def with_process(world: World, index: int, process: object) -> World:
    """The world after a process has taken a step."""
    return world._replace(processes=(*world.processes[:index], process, *world.processes[index + 1 :]))


def next_stamp(world: World, region: str, setting: Setting) -> tuple[int, str]:
    """Stamp of a write that happens now."""
    return (world.writes + setting.skew.get(region, 0), region)


def value_of(version: Version | None) -> object:
    """The visible state."""
    return None if version is None else version.value


def line_of(version: Version | None) -> Line | None:
    """The version as a cart line."""
    assert version is None or isinstance(version.value, Line)
    return None if version is None else version.value  # type: ignore[return-value]


def next_version(
    world: World, region: str, setting: Setting, current: Version | None, line: Line, *operations: Operation
) -> Version:
    """The version that replaces `current`. If it is clean, its quantity must equal `expected_copies(...)`.

    Raises:
        BrokenInvariantError: the quantity is higher or lower.
    """
    stamp = next_stamp(world, region, setting)
    if current is not None:
        # In DynamoDB a region's later write always wins over its own earlier one.
        stamp = max(stamp, (current.stamp[0] + 1, region))
    operations = (*(current.operations if current else ()), *operations)
    version = Version(line, stamp, operations, current.clean if current else True)
    expected = expected_copies(operations)
    if version.clean and line.quantity > expected:
        raise BrokenInvariantError(f"{CHARGED_TWICE}: {line.quantity} are left of {expected}, {operations}")
    if version.clean and line.quantity < expected:
        raise BrokenInvariantError(f"{DROPPED}: {line.quantity} are left of {expected}, {operations}")
    return version
