"""Stores benchmark results in `bench.json` in the run-time folder, one entry per benchmark.

`python -m benchmarks.results` prints them. The spread of a figure is stored under its name with `_spread`: half the
interquartile range.
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
    """Replace a benchmark's results, with the time; returns the file."""
    path = file()
    path.parent.mkdir(parents=True, exist_ok=True)
    results = json.loads(path.read_text()) if path.exists() else {}
    results[name] = {"at": datetime.now(UTC).isoformat(timespec="seconds"), **figures}
    path.write_text(json.dumps(results, indent=2, sort_keys=True) + "\n")
    return path


@dataclass(frozen=True)
class Figure:
    """A median and half the interquartile range."""

    median: float
    spread: float

    @classmethod
    def of(cls, measured: Sequence[float]) -> Self:
        """Compute it from at least two measurements."""
        low, median, high = statistics.quantiles(measured, n=4)
        return cls(median, (high - low) / 2)

    def rounded(self) -> "Figure":
        """Rounded for the record."""
        return Figure(round(self.median, 2), round(self.spread, 2))

    def text(self, digits: int = 0) -> str:
        """As text."""
        return f"{self.median:,.{digits}f} ± {self.spread:,.{digits}f}"


def middle(measured: Sequence[float]) -> tuple[float, float]:
    """Median and spread, rounded."""
    return astuple(Figure.of(measured).rounded())


def file() -> Path:
    """Path of the results."""
    return Path(os.environ.get("LOCAL_DIR", ".local")) / "bench.json"


def main() -> None:
    """Print all results with their spread."""
    table = Table(title=str(file()))
    for column in ("benchmark", "of", "figure", "median", "spread"):
        table.add_column(column, justify="right" if column in ("median", "spread") else "left")
    for name, figures in json.loads(file().read_text()).items():
        for row in rows(figures):
            table.add_row(name, *row)
        table.add_section()
    Console().print(table)


def rows(figures: Mapping[str, Any], of: str = "") -> Iterator[tuple[str, str, str, str]]:
    """Rows of a table: subject, figure, value and spread."""
    for name, figure in figures.items():
        if isinstance(figure, dict):
            yield from rows(figure, f"{of} {name}".strip())
        elif isinstance(figure, int | float) and "spread" not in name:
            spread = figures.get(spread_of(name, figures), "")
            yield of, name, f"{figure:,}", f"{spread:,}" if spread != "" else ""


def spread_of(name: str, figures: Mapping[str, Any]) -> str:
    """Name of a figure's spread: `p50_ms` has `p50_spread_ms` or `p50_ms_spread`."""
    stem, _, unit = name.rpartition("_")
    named = (f"{name}_spread", f"{stem}_spread_{unit}")
    return next((one for one in named if one in figures), "")


if __name__ == "__main__":
    main()
