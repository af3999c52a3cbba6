"""What a synth of the whole app costs, and what `stacks/aws.py` and `stacks/node.py` are worth: the same app with the
provider's package imported plainly, in the same run, must write the same bytes.

Each figure is of a fresh process, started as cdktf.json says: the median, and half of what lies between the
quartiles. `wall` is judged. `processor` adds up Python and jsii's Node process, and says on a busy machine what an
idle one would take at most. `peak` is the larger of the two processes. The same settings with other lists of regions
show how all of it grows; the plain import, a quarter of a minute each time, is for the settings' own regions only.
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

ROOT = Path(__file__).parents[1]
RUNS = 5
PLAIN_RUNS = 3
NUMBERS_OF_REGIONS = (1, 2, 3, 6)
MOST_SECONDS = 3.0
TIMES_FASTER = 4.0

LAZY = json.loads((ROOT / "cdktf.json").read_text())["app"].split()[1:]
# Imported first, the package is run whole, and Node has started without the preload before stacks/node.py is read.
PLAIN = [
    *LAZY[:-1],
    "-c",
    "import cdktf_cdktf_provider_aws, runpy; runpy.run_path('main.py', run_name='__main__')",
]
FOREIGN = ("BOOKSTORE_", "PYTHONDONTWRITEBYTECODE")
"""Beginnings of variables that would change what is measured: other settings, and modules compiled again each time."""


@dataclass(frozen=True)
class Run:
    """One synth: seconds, megabytes, and a hash of all it wrote."""

    wall: float
    processor: float
    peak: float
    written: str


@dataclass(frozen=True)
class Cost:
    """What several synths of the same cost."""

    wall: Figure
    processor: Figure
    peak: Figure

    @classmethod
    def of(cls, runs: Sequence[Run]) -> "Cost":
        """The figures of several runs as one."""
        return cls(
            Figure.of([run.wall for run in runs]).rounded(),
            Figure.of([run.processor for run in runs]).rounded(),
            Figure.of([run.peak for run in runs]).rounded(),
        )


def synth(arguments: Sequence[str], regions: Sequence[str]) -> Run:
    """Synthesize into a fresh folder."""
    with tempfile.TemporaryDirectory(prefix="synth-") as folder:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)},
            "BOOKSTORE_REGIONS": json.dumps(regions),
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


def region_lists(own: Sequence[str]) -> dict[int, list[str]]:
    """For each number, the settings' `own` regions in their order, then others of AWS's."""
    all_regions = [*own, *sorted(known_regions() - set(own))]
    return {number: all_regions[:number] for number in NUMBERS_OF_REGIONS}


def in_turns(lists: Mapping[int, Sequence[str]]) -> dict[int, list[Run]]:
    """Runs for each list of regions; they take turns, so that a busy moment is not one list's alone."""
    runs: dict[int, list[Run]] = {number: [] for number in lists}
    for _ in range(RUNS):
        for number, regions in lists.items():
            runs[number].append(synth(LAZY, regions))
    return runs


def growth(costs: Mapping[int, Cost]) -> dict[str, float]:
    """What each region more costs, by the slope of a line through the medians."""
    numbers = list(costs)
    return {
        name: round(
            statistics.linear_regression(
                numbers, [getattr(cost, name).median for cost in costs.values()]
            ).slope,
            2,
        )
        for name in ("wall", "processor", "peak")
    }


def show(costs: Mapping[str, Cost], more: Mapping[str, float], goals: Mapping[str, tuple[str, bool]]) -> None:
    """Print the table, and which goals are met."""
    table = Table(title=f"Synth of the whole app; median of {RUNS}, plain import of {PLAIN_RUNS}")
    for column in ("", "wall s", "processor s", "peak MB"):
        table.add_column(column, justify="left" if not column else "right")
    for name, cost in costs.items():
        table.add_row(name, cost.wall.text(2), cost.processor.text(2), cost.peak.text(0))
    table.add_section()
    table.add_row("each region more", *(f"{more[name]:.2f}" for name in ("wall", "processor", "peak")))
    console = Console()
    console.print(table)
    for goal, (figure, met) in goals.items():
        console.print(f"{goal}: {figure}, {'met' if met else 'missed'}")


def judge(lazy: Cost, plain: Cost, identical: bool) -> dict[str, tuple[str, bool]]:
    """By goal, what was reached and whether that meets it."""
    faster = plain.wall.median / lazy.wall.median
    return {
        f"at most {MOST_SECONDS:.0f} s": (f"{lazy.wall.median:.2f} s", lazy.wall.median <= MOST_SECONDS),
        f"at least {TIMES_FASTER:.0f} times faster": (f"{faster:.1f} times", faster >= TIMES_FASTER),
        "the same bytes every time": ("yes" if identical else "no", identical),
    }


def main() -> int:
    """Measure, print, record; 1 where a goal is missed."""
    os.chdir(ROOT)
    own = Settings.load(os.environ.get("SETTINGS", "settings/local.toml")).regions
    for arguments in (LAZY, PLAIN):
        synth(arguments, own)  # warms the file cache, jsii's and the byte code; not counted
    runs = in_turns(region_lists(own) | {len(own): list(own)})
    plain = [synth(PLAIN, own) for _ in range(PLAIN_RUNS)]
    costs = {number: Cost.of(some) for number, some in sorted(runs.items())}
    identical = len({run.written for run in (*runs[len(own)], *plain)}) == 1
    named = {f"{number} region{'s' * (number > 1)}": cost for number, cost in costs.items()}
    named[f"{len(own)}, plain import"] = Cost.of(plain)
    goals, more = judge(costs[len(own)], Cost.of(plain), identical), growth(costs)
    show(named, more, goals)
    measured = {name: asdict(cost) for name, cost in named.items()}
    reached = {goal: {"reached": figure, "met": met} for goal, (figure, met) in goals.items()}
    record("synth", {**measured, "each region more": more, "goals": reached})
    return 0 if all(met for _, met in goals.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
