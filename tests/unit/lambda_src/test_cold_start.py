"""Handlers import no heavy modules. `make bench-cold-start` measures their import times."""

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
"""Modules of the standard library that handlers import only when they need them."""

PROBE = """
import json, sys
before = set(sys.modules)
sys.path.insert(0, {sources!r})
import {module}
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def test_benchmark_measures_every_handler() -> None:
    assert sorted(FUNCTIONS.values()) == ENTRY_POINTS


@pytest.mark.parametrize("module", ENTRY_POINTS)
def test_import_of_handler_loads_nothing_heavy(module: str) -> None:
    probe = PROBE.format(sources=str(SOURCES), module=module)
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-c", probe], capture_output=True, text=True, check=True
    )
    loaded = set(json.loads(done.stdout))
    own = {path.stem for path in SOURCES.iterdir()}
    assert {name.partition(".")[0] for name in loaded} <= sys.stdlib_module_names | own
    assert not loaded & HEAVY
