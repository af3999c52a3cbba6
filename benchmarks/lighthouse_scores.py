"""Lighthouse's scores of the home page, a category and a book, on its simulated phone: medians of five visits.

Lighthouse counts the time of each task on this machine, four times over: other load lowers the score for performance.
"""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.results import record
from localcloud.layout import Layout
from tests.support.chromium import executable

PAGES = {"home": "/", "category": "/category/Poetry", "book": "/books/the-joy-of-cooking"}
RUNS = 5
AUDIT = Path(__file__).parent / "lighthouse/audit.mjs"
LOWEST = {"performance": 97, "accessibility": 100, "best-practices": 100, "seo": 100}
"""Scores of 100."""
BELOW = {"lcp_ms": 1_800, "cls": 0.02}

DIGITS = {"cls": 4}
"""Digits after the point; the others are whole numbers."""

Medians = dict[str, float]


def measure(storefront: str) -> dict[str, Medians]:
    """Visit the pages. Returns the medians of each page.

    Raises:
        subprocess.CalledProcessError: Lighthouse could not measure a page.
    """
    addresses = [storefront + path for path in PAGES.values()]
    command = ["node", str(AUDIT), executable(), str(RUNS), *addresses]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    measured = json.loads(printed)
    return {
        page: {
            name: round(statistics.median(run[name] for run in runs), DIGITS.get(name)) for name in runs[0]
        }
        for page, runs in zip(PAGES, measured.values(), strict=True)
    }


def missed(medians: Medians) -> list[str]:
    """Each threshold that a page misses, with what was measured."""
    low = [
        f"{name} {medians[name]:.0f}, at least {least}"
        for name, least in LOWEST.items()
        if medians[name] < least
    ]
    return low + [
        f"{name} {medians[name]:g}, below {limit:g}"
        for name, limit in BELOW.items()
        if medians[name] >= limit
    ]


def _print(console: Console, pages: dict[str, Medians]) -> None:
    names = list(next(iter(pages.values())))
    table = Table("", *pages, title=f"Lighthouse, phone, medians of {RUNS}", title_justify="left")
    for name in names:
        table.add_row(name, *(f"{medians[name]:g}" for medians in pages.values()))
    console.print(table)
    for page, medians in pages.items():
        for threshold in missed(medians):
            console.print(f"{page}: {threshold}: missed")


def main() -> int:
    """Measure, print and record; returns 1 if a threshold is missed."""
    layout, console = Layout.from_environment(), Console()
    if not layout.endpoints.exists():
        console.print(f"no local cloud runs ({layout.endpoints} is missing): run `make up`", style="red")
        return 1
    pages = measure(json.loads(layout.endpoints.read_text())["storefront"])
    _print(console, pages)
    load = round(os.getloadavg()[0], 1)
    console.print(f"load average of this machine: {load}")
    record("lighthouse", {**pages, "load_average": load, "runs": RUNS})
    return int(any(missed(medians) for medians in pages.values()))


if __name__ == "__main__":
    sys.exit(main())
