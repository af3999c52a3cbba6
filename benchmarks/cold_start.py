"""Cost of importing each function in a new interpreter: time, modules and bytes over bare Python.

Sources are imported as in Lambda, from a folder without bytecode and not writable, so compilation counts. The
reference bundle (boto3, Powertools for AWS Lambda and pydantic, imported whole) has bytecode, which favors it.
Runs take turns for equal conditions.

CPU time is judged: an import waits only for cached files, so on an idle machine it equals wall time. `wall` is wall
time. `ready` includes the clients that the first request needs; botocore and redis-py are imported lazily, but that
request waits for them.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.results import middle, record

ROOT = Path(__file__).parents[1]
RUNS = 7
MAX_MS = 100.0
TIMES_LIGHTER = 4.0

BUNDLE = "boto3, pydantic, aws_lambda_powertools.logging, aws_lambda_powertools.metrics"
FUNCTIONS = {
    "accounts": "accounts.handler",
    "accounts-cleaner": "accounts.cleaner",
    "catalog": "catalog.handler",
    "cart": "cart.handler",
    "orders": "orders.handler",
    "bestsellers": "bestsellers.handler",
    "bestsellers-feeder": "bestsellers.feeder",
    "bestsellers-rebuild": "bestsellers.rebuild",
    "health": "health.handler",
    "pages": "pages.handler",
    "search": "search.handler",
    "search-builder": "search.builder",
    "stock": "stock.handler",
}
DYNAMODB = "import runtime.aws; runtime.aws.client('dynamodb')"
REDIS = "import bestsellers.connection; bestsellers.connection.redis()"
READY = {
    **dict.fromkeys(FUNCTIONS.values(), DYNAMODB),
    "bestsellers.handler": f"{DYNAMODB}; {REDIS}",
    "bestsellers.feeder": REDIS,
    "bestsellers.rebuild": f"{DYNAMODB}; {REDIS}",
}
ENVIRONMENT = {
    "AWS_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "unused",
    "AWS_SECRET_ACCESS_KEY": "unused",
    "REDIS_URL": "redis://127.0.0.1/0",
}

PROBE = """
import sys, time
sys.path.insert(0, {folder!r})
before = set(sys.modules)
wall, started = time.perf_counter(), time.process_time()
import {modules}
wall, imported = time.perf_counter() - wall, time.process_time()
names = set(sys.modules) - before
{ready}
ready = time.process_time()
import json, pathlib
files = {{getattr(sys.modules[name], "__file__", None) for name in names}} - {{None}}
size = sum(pathlib.Path(file).stat().st_size for file in files)
print(json.dumps([(imported - started) * 1000, wall * 1000, (ready - started) * 1000, len(names), size]))
"""


@dataclass(frozen=True)
class Cost:
    """Milliseconds: medians of the runs with half the interquartile range; modules and bytes do not vary."""

    import_ms: float
    import_spread_ms: float
    wall_ms: float
    wall_spread_ms: float
    ready_ms: float
    ready_spread_ms: float
    modules: int
    kilobytes: int


def measure(folder: str, modules: str, ready: str) -> list[float]:
    """Measure one new interpreter: CPU and wall milliseconds of the import, milliseconds to ready, modules, bytes."""
    probe = PROBE.format(folder=folder, modules=modules, ready=ready)
    done = subprocess.run(
        [sys.executable, "-B", "-c", probe], env=ENVIRONMENT, capture_output=True, text=True, check=True
    )
    figures: list[float] = json.loads(done.stdout)
    return figures


def cost(runs: Sequence[Sequence[float]]) -> Cost:
    """Combine the figures of several runs."""
    imports, wall, ready, modules, size = zip(*runs, strict=True)
    return Cost(*middle(imports), *middle(wall), *middle(ready), int(modules[0]), round(size[0] / 1024))


def compare(folder: str) -> dict[str, Cost]:
    """Measure each function and the bundle in turn; the first run of each is discarded."""
    subjects = {"bundle": (BUNDLE, "")} | {
        name: (module, READY[module]) for name, module in FUNCTIONS.items()
    }
    runs: dict[str, list[list[float]]] = {name: [] for name in subjects}
    for turn in range(RUNS + 1):
        for name, (modules, ready) in subjects.items():
            figures = measure(folder, modules, ready)
            if turn:
                runs[name].append(figures)
    return {name: cost(figures) for name, figures in runs.items()}


def show(costs: dict[str, Cost]) -> bool:
    """Print the table; returns whether every function meets both goals."""
    table = Table(title=f"Import in a fresh interpreter, over bare Python; median of {RUNS}")
    for column in ("function", "import ms", "wall ms", "ready ms", "modules", "KB", "times lighter", "goal"):
        table.add_column(column, justify="left" if column == "function" else "right")
    bundle, met = costs["bundle"], []
    for name, one in costs.items():
        lighter = bundle.import_ms / one.import_ms
        met.append(name == "bundle" or (one.import_ms <= MAX_MS and lighter >= TIMES_LIGHTER))
        table.add_row(
            name,
            f"{one.import_ms:.0f} ± {one.import_spread_ms:.0f}",
            f"{one.wall_ms:.0f} ± {one.wall_spread_ms:.0f}",
            f"{one.ready_ms:.0f} ± {one.ready_spread_ms:.0f}",
            str(one.modules),
            str(one.kilobytes),
            "" if name == "bundle" else f"{lighter:.1f}",
            "" if name == "bundle" else ("met" if met[-1] else "missed"),
        )
    Console().print(table)
    return all(met)


def main() -> int:
    """Measure, print and record; returns 1 if a function misses a goal."""
    with tempfile.TemporaryDirectory() as folder:
        sources = Path(folder) / "task"
        shutil.copytree(ROOT / "lambda_src", sources, ignore=shutil.ignore_patterns("__pycache__"))
        costs = compare(str(sources))
    record("cold_start", {name: asdict(one) for name, one in costs.items()})
    return 0 if show(costs) else 1


if __name__ == "__main__":
    sys.exit(main())
