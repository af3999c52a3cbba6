"""What a synth of the whole app costs, and what `stacks/aws.py` is worth: the same app with the provider's package
imported plainly, in the same run, must write the same bytes.

Each figure is of a fresh process, `python main.py` as cdktf runs it. `wall` is judged. `processor` adds up Python
and jsii's Node process, and says on a busy machine what an idle one would take at most. `peak` is the larger of the
two processes.
"""

import hashlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.results import record

ROOT = Path(__file__).parents[1]
RUNS = 5
PLAIN_RUNS = 3
"""Fewer, since each takes a quarter of a minute."""
MOST_SECONDS = 3.0
TIMES_FASTER = 4.0

LAZY = ["main.py"]
# Imported first, the package is run whole, and Node has started without the preload before stacks/aws.py is read.
PLAIN = [
    "-c",
    "import cdktf_cdktf_provider_aws, runpy; runpy.run_path('main.py', run_name='__main__')",
]


@dataclass(frozen=True)
class Run:
    """One synth: seconds, megabytes, and a hash of all it wrote."""

    wall: float
    processor: float
    peak: float
    written: str


@dataclass(frozen=True)
class Cost:
    """The median of several."""

    wall: float
    processor: float
    peak: float


def synth(arguments: list[str]) -> Run:
    """Synthesize into a fresh folder."""
    with tempfile.TemporaryDirectory(prefix="synth-") as folder:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("BOOKSTORE_")},
            "CDKTF_OUTDIR": folder,
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
        }
        started = time.perf_counter()
        process = os.posix_spawn(sys.executable, [sys.executable, *arguments], environment)
        _, status, usage = os.wait4(process, 0)
        wall = time.perf_counter() - started
        if status:
            raise SystemExit("the synth failed; its message is above")
        processor = usage.ru_utime + usage.ru_stime
        return Run(wall, processor, usage.ru_maxrss / 1024, _hash(Path(folder)))


def _hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{file.relative_to(folder)}\0{file.stat().st_size}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def cost(runs: list[Run]) -> Cost:
    """The figures of several runs as one."""
    return Cost(
        round(statistics.median(run.wall for run in runs), 2),
        round(statistics.median(run.processor for run in runs), 2),
        round(statistics.median(run.peak for run in runs)),
    )


def show(costs: Mapping[str, Cost], faster: float, identical: bool) -> bool:
    """Print the table; whether all goals are met."""
    table = Table(title=f"Synth of the whole app; median of {RUNS}, plain import of {PLAIN_RUNS}")
    for column in ("", "wall s", "processor s", "peak MB"):
        table.add_column(column, justify="left" if not column else "right")
    for name, one in costs.items():
        table.add_row(name, f"{one.wall:.2f}", f"{one.processor:.2f}", f"{one.peak:.0f}")
    goals = {
        f"at most {MOST_SECONDS:.0f} s": (
            f"{costs['as it is'].wall:.2f} s",
            costs["as it is"].wall <= MOST_SECONDS,
        ),
        f"at least {TIMES_FASTER:.0f} times faster": (f"{faster:.1f} times", faster >= TIMES_FASTER),
        "the same bytes every time": ("yes" if identical else "no", identical),
    }
    console = Console()
    console.print(table)
    for goal, (figure, met) in goals.items():
        console.print(f"{goal}: {figure}, {'met' if met else 'missed'}")
    return all(met for _, met in goals.values())


def main() -> int:
    """Measure, print, record; 1 where a goal is missed."""
    os.chdir(ROOT)
    synth(LAZY)  # warms the file cache and jsii's package cache; not counted
    lazy = [synth(LAZY) for _ in range(RUNS)]
    plain = [synth(PLAIN) for _ in range(PLAIN_RUNS)]
    costs = {"as it is": cost(lazy), "plain import": cost(plain)}
    faster = costs["plain import"].wall / costs["as it is"].wall
    identical = len({run.written for run in (*lazy, *plain)}) == 1
    figures = {name: asdict(one) for name, one in costs.items()}
    record("synth", {**figures, "times_faster": round(faster, 1), "identical": identical})
    return 0 if show(costs, faster, identical) else 1


if __name__ == "__main__":
    sys.exit(main())
