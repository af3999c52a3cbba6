"""What keeps a cold start light is what no handler's import loads; how light that is, `make bench-cold-start` says."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.cold_start import FUNCTIONS

SOURCES = Path(__file__).parents[3] / "lambda_src"
ENTRY_POINTS = [
    ".".join(path.relative_to(SOURCES).with_suffix("").parts)
    for path in sorted(SOURCES.rglob("*.py"))
    if re.search(r"^(handle =|def handle\()", path.read_text(), re.MULTILINE)
]
HEAVY = {
    "concurrent.futures",
    "dataclasses",  # with inspect, ast, dis and tokenize; and it compiles methods for each class
    "inspect",
    "logging",
    "platform",
    "random",
    "socket",
    "traceback",
    "uuid",  # with platform
}
"""Of the standard library; it is imported where it is needed, or done without."""

PROBE = """
import json, sys
before = set(sys.modules)
sys.path.insert(0, {sources!r})
import {module}
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def test_the_benchmark_measures_every_handler() -> None:
    assert sorted(FUNCTIONS.values()) == ENTRY_POINTS


@pytest.mark.parametrize("module", ENTRY_POINTS)
def test_a_handler_s_import_loads_no_package_and_nothing_heavy(module: str) -> None:
    probe = PROBE.format(sources=str(SOURCES), module=module)
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-c", probe], capture_output=True, text=True, check=True
    )
    loaded = set(json.loads(done.stdout))
    own = {path.stem for path in SOURCES.iterdir()}
    assert {name.partition(".")[0] for name in loaded} <= sys.stdlib_module_names | own
    assert not loaded & HEAVY
