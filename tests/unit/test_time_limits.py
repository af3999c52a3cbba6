"""Tests wait up to a minute for an expected event: with a short limit they fail on a loaded machine."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.support.waiting import TIMEOUT_SECONDS

TESTS = Path(__file__).parents[1]
WAITS = {"wait_until": 1, "wait": 0, "join": 0, "timeout": 0}
"""Position of the seconds among the arguments of functions and methods that wait."""
NOTHING_EXPECTED = 1.0
"""Below this number of seconds, a test expects that nothing happens, or sets a pace."""


def short_limits(source: str) -> Iterator[int]:
    """Yield the lines of calls whose time limit is a number of seconds under `TIMEOUT_SECONDS`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            keyword = "seconds" if name == "wait_until" else "timeout"
            limits = [each.value for each in node.keywords if each.arg == keyword]
            if name in WAITS:
                limits += node.args[WAITS[name] :][:1]
            if any(is_short(limit) for limit in limits):
                yield node.lineno


def is_short(limit: ast.expr) -> bool:
    number = limit.value if isinstance(limit, ast.Constant) else None
    return isinstance(number, int | float) and NOTHING_EXPECTED <= number < TIMEOUT_SECONDS


def test_limits_of_waits_are_long_or_named() -> None:
    """A bar that a promise states has a name, so it is not written as a number in the call."""
    found = [
        f"{file.relative_to(TESTS)}:{line}"
        for file in sorted(TESTS.rglob("*.py"))
        for line in short_limits(file.read_text(encoding="utf-8"))
    ]
    assert not found, "use TIMEOUT_SECONDS of tests/support/waiting.py, or name the promise"


def test_short_limits_are_found() -> None:
    waits = [
        "done.wait(5)",
        "asyncio.timeout(5)",
        "httpx.get(url, timeout=10)",
        "wait_until(holds, 30, 'none')",
    ]
    assert [list(short_limits(wait)) for wait in waits] == [[1]] * 4
    assert not list(short_limits("done.wait(0.05); wait_until(holds, REPLICATED_SECONDS); run(timeout=120)"))
