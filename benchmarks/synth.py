"""Time and memory of a synth of the whole app as cdktf.json starts it, and of a plain one (`FAST_SYNTH=0`, no `-O`).

Both must write the same bytes. Each run is a fresh process. A figure is the median, with half the distance between the
quartiles. `wall` is judged. `processor` is the time of Python and of jsii's Node process together. `peak` is the larger
one of the two processes. Further lists of regions show how the cost grows; the plain synth is measured for the
settings' own regions only, in turns with the others.
"""

import hashlib
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.results import Figure, record
from stacks.settings import Settings, known_regions
from stacks.settings.model import REGIONS_WITHOUT_BLOG

ROOT = Path(__file__).parents[1]
RUNS = 5
PLAIN_RUNS = 3
NUMBERS_OF_REGIONS = (1, 2, 3, 6)
TIMES_FASTER = 4.0

COMMAND = json.loads((ROOT / "cdktf.json").read_text())["app"].split()[1:]
PLAIN_COMMAND = ["main.py"]
UNITS = {"wall": "s", "processor": "s", "peak": "MB"}
FOREIGN = ("BOOKSTORE_", "FAST_SYNTH", "NODE_OPTIONS", "PYTHONDONTWRITEBYTECODE")
"""Prefixes of variables that would change the measurement: other settings, and no byte code on disk."""


@dataclass(frozen=True)
class Run:
    """One synth: seconds, megabytes, and a hash of the files that it wrote."""

    wall: float
    processor: float
    peak: float
    written: str


@dataclass(frozen=True)
class Cost:
    """The figures of several synths of the same app."""

    wall: Figure
    processor: Figure
    peak: Figure

    @classmethod
    def of(cls, runs: Sequence[Run]) -> "Cost":
        """Summarize several runs."""
        return cls(
            Figure.of([run.wall for run in runs]).rounded(),
            Figure.of([run.processor for run in runs]).rounded(),
            Figure.of([run.peak for run in runs]).rounded(),
        )


def synth(regions: Sequence[str], *, plain: bool = False) -> Run:
    """Synthesize into an empty folder. Raises SystemExit when the synth fails."""
    with tempfile.TemporaryDirectory(prefix="synth-") as folder:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)},
            "BOOKSTORE_REGIONS": json.dumps(regions),
            "CDKTF_OUTDIR": folder,
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
            **({"FAST_SYNTH": "0"} if plain else {}),
        }
        command = PLAIN_COMMAND if plain else COMMAND
        started = time.perf_counter()
        process = os.posix_spawn(sys.executable, [sys.executable, *command], environment)
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


def region_lists(own: Sequence[str]) -> dict[int, list[str]]:
    """Return a list of regions for each number: the settings' own, then other regions of AWS that all features have."""
    all_regions = [*own, *sorted(known_regions() - {*own, *REGIONS_WITHOUT_BLOG})]
    return {number: all_regions[:number] for number in NUMBERS_OF_REGIONS}


def measure(lists: Mapping[int, Sequence[str]], own: Sequence[str]) -> tuple[dict[int, list[Run]], list[Run]]:
    """Return the runs of each list of regions, and plain ones of `own`: in turns, so that a busy moment affects all."""
    runs: dict[int, list[Run]] = {number: [] for number in lists}
    plain = []
    for turn in range(RUNS):
        for number, regions in lists.items():
            runs[number].append(synth(regions))
        if turn < PLAIN_RUNS:
            plain.append(synth(own, plain=True))
    return runs, plain


def growth(costs: Mapping[int, Cost]) -> dict[str, float]:
    """Return the cost of another region: the slope of a line through the medians."""
    numbers = list(costs)
    return {
        name: round(
            statistics.linear_regression(
                numbers, [getattr(cost, name).median for cost in costs.values()]
            ).slope,
            2,
        )
        for name in UNITS
    }


def show(costs: Mapping[str, Cost], more: Mapping[str, float], goals: Mapping[str, tuple[str, bool]]) -> None:
    """Print the table, and whether each goal is met."""
    table = Table(title=f"Synth of the whole app; median of {RUNS}, plain of {PLAIN_RUNS}")
    for column in ("", "wall s", "processor s", "peak MB"):
        table.add_column(column, justify="left" if not column else "right")
    for name, cost in costs.items():
        table.add_row(name, cost.wall.text(2), cost.processor.text(2), cost.peak.text(0))
    table.add_section()
    table.add_row("each region more", *(f"{more[name]:.2f}" for name in UNITS))
    console = Console()
    console.print(table)
    for goal, (figure, met) in goals.items():
        console.print(f"{goal}: {figure}, {'met' if met else 'missed'}")


def judge(fast: Cost, plain: Cost, identical: bool) -> dict[str, tuple[str, bool]]:
    """Return by goal the figure, and whether it meets the goal."""
    faster = plain.wall.median / fast.wall.median
    return {
        f"at least {TIMES_FASTER:.0f} times faster": (
            f"{faster:.1f} times ({fast.wall.median:.2f} s instead of {plain.wall.median:.2f} s)",
            faster >= TIMES_FASTER,
        ),
        "the same bytes every time": ("yes" if identical else "no", identical),
    }


def main() -> int:
    """Measure, print and record. Returns 1 when a goal is missed."""
    os.chdir(ROOT)
    own = Settings.load(os.environ.get("SETTINGS", "settings/local.toml")).regions
    for plainly in (False, True):
        synth(own, plain=plainly)  # warms the file cache, jsii's cache and the byte code
    runs, plain = measure(region_lists(own) | {len(own): list(own)}, own)
    costs = {number: Cost.of(some) for number, some in sorted(runs.items())}
    identical = len({run.written for run in (*runs[len(own)], *plain)}) == 1
    named = {f"{number} region{'s' * (number > 1)}": cost for number, cost in costs.items()}
    named[f"{len(own)}, plain"] = Cost.of(plain)
    goals, more = judge(costs[len(own)], Cost.of(plain), identical), growth(costs)
    show(named, more, goals)
    measured = {
        name: {f"{part}_{unit}": asdict(getattr(cost, part)) for part, unit in UNITS.items()}
        for name, cost in named.items()
    }
    slopes = {f"{part}_{unit}": more[part] for part, unit in UNITS.items()}
    reached = {goal: {"reached": figure, "met": met} for goal, (figure, met) in goals.items()}
    record("synth", {**measured, "each region more": slopes, "goals": reached})
    return 0 if all(met for _, met in goals.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
