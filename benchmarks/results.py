"""Where benchmarks leave their figures: `bench.json` in the run-time folder, one entry a benchmark.

`python -m benchmarks.results` shows all of them as one table. A figure's spread is recorded under its name with
`_spread` in it: half the distance between the quartiles.
"""

import json
import os
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from rich.console import Console
from rich.table import Table


def record(name: str, figures: dict[str, Any]) -> Path:
    """Put a benchmark's figures, with the time, in place of its last ones; the file they are in."""
    path = file()
    path.parent.mkdir(parents=True, exist_ok=True)
    results = json.loads(path.read_text()) if path.exists() else {}
    results[name] = {"at": datetime.now(UTC).isoformat(timespec="seconds"), **figures}
    path.write_text(json.dumps(results, indent=2, sort_keys=True) + "\n")
    return path


@dataclass(frozen=True)
class Figure:
    """A median, and half the distance between the quartiles."""

    median: float
    spread: float

    @classmethod
    def of(cls, measured: Sequence[float]) -> Self:
        """Of two measurements or more."""
        low, median, high = statistics.quantiles(measured, n=4)
        return cls(median, (high - low) / 2)

    def rounded(self) -> "Figure":
        """As it is recorded."""
        return Figure(round(self.median, 2), round(self.spread, 2))

    def told(self, digits: int = 0) -> str:
        """As text."""
        return f"{self.median:,.{digits}f} ± {self.spread:,.{digits}f}"


def middle(measured: Sequence[float]) -> tuple[float, float]:
    """Median and spread, as they are recorded."""
    return astuple(Figure.of(measured).rounded())


def file() -> Path:
    """Where the figures are."""
    return Path(os.environ.get("LOCAL_DIR", ".local")) / "bench.json"


def main() -> None:
    """Print every figure that was recorded, with its spread."""
    table = Table(title=str(file()))
    for column in ("benchmark", "of", "figure", "median", "spread"):
        table.add_column(column, justify="right" if column in ("median", "spread") else "left")
    for name, figures in json.loads(file().read_text()).items():
        for row in rows(figures):
            table.add_row(name, *row)
        table.add_section()
    Console().print(table)


def rows(figures: Mapping[str, Any], of: str = "") -> Iterator[tuple[str, str, str, str]]:
    """Figures as text: of what, which, how much, and by how much it varies."""
    for name, figure in figures.items():
        if isinstance(figure, dict):
            yield from rows(figure, f"{of} {name}".strip())
        elif isinstance(figure, int | float) and "spread" not in name:
            spread = figures.get(spread_of(name, figures), "")
            yield of, name, f"{figure:,}", f"{spread:,}" if spread != "" else ""


def spread_of(name: str, figures: Mapping[str, Any]) -> str:
    """The name under which a figure's spread is recorded: `p50_ms` has `p50_spread_ms` or `p50_ms_spread`."""
    stem, _, unit = name.rpartition("_")
    named = (f"{name}_spread", f"{stem}_spread_{unit}")
    return next((one for one in named if one in figures), "")


if __name__ == "__main__":
    main()
