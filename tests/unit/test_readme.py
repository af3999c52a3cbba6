"""Every promise of the README names a command and tests that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TARGETS = set(re.findall(r"^([a-z][a-z0-9-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
RUNS = {"unit": "tests/unit", "e2e": "tests/e2e"}
"""Folder of the tests that a command runs."""


def promises() -> dict[str, str]:
    """Promises, with the text of the column `shown by`."""
    section = (ROOT / "README.md").read_text().partition("## Promises")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| ")]
    (promise, shown), *others = [[cell.strip() for cell in row] for row in rows]
    assert (promise, shown) == ("promise", "shown by")
    return {promise: shown for promise, shown in others if promise != "---"}


@pytest.mark.parametrize(("promise", "shown"), promises().items())
def test_promise_names_existing_command(promise: str, shown: str) -> None:
    for part in shown.split(";"):
        command = re.search(r"`make ([a-z0-9-]+)`", part)
        assert command, f"no command: {part}"
        assert command[1] in TARGETS
        for path in re.findall(r"`(tests/[^`]+)`", part):
            assert (ROOT / path).exists(), path
            assert path.startswith(RUNS[command[1]])


def test_readme_has_promises() -> None:
    assert len(promises()) > 8
