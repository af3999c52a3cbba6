"""Search in one process: building an index of 100,000 books, loading it, and the time of typical queries.

The index is queried as the function does it, without HTTP and without reading the books of the page from DynamoDB,
which `make bench-handlers` measures for every route.
"""

import math
import random
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.results import record
from search.index import Index
from search.models import Filters
from search.writer import write_index

BOOKS = 100_000
REPEATS = 200
LOAD_SECONDS = 1.0
SYLLABLES = (
    "ba",
    "cor",
    "den",
    "el",
    "fi",
    "gar",
    "hol",
    "in",
    "ju",
    "kra",
    "lo",
    "mar",
    "nor",
    "pe",
    "ro",
    "sha",
)
CATEGORIES = tuple(f"Category {number}" for number in range(20))
LANGUAGES = ("en", "en", "en", "de", "fr", "ja")
EVERYTHING = Filters()


@dataclass(frozen=True)
class Case:
    """A query and the most milliseconds that 95 of 100 of them may take; None has no threshold."""

    name: str
    text: str
    filters: Filters = EVERYTHING
    threshold_ms: float | None = None


def vocabulary(dice: random.Random) -> list[str]:
    """20,000 words, the first ones much more frequent when drawn by `draw`."""
    words = {"".join(dice.choices(SYLLABLES, k=dice.randint(1, 4))) for _ in range(40_000)}
    return sorted(words, key=lambda _: dice.random())[:20_000]


def draw(dice: random.Random, words: list[str]) -> str:
    """A word, with a frequency about as skewed as in titles (Zipf's law)."""
    return words[int(len(words) ** dice.random()) - 1]


def catalog(dice: random.Random) -> Iterator[dict[str, Any]]:
    """Items of a Books table with titles of 2 to 6 words."""
    words = vocabulary(dice)
    for number in range(BOOKS):
        yield {
            "id": f"book-{number}",
            "title": " ".join(draw(dice, words) for _ in range(dice.randint(2, 6))).title(),
            "author": " ".join(draw(dice, words) for _ in range(2)).title(),
            "category": dice.choice(CATEGORIES),
            "price": dice.randint(100, 6000),
            "rating": round(dice.uniform(1, 5), 2),
            "ratingsCount": int(10 ** dice.uniform(0, 6)),
            "publishedYear": dice.randint(1800, 2026),
            "language": dice.choice(LANGUAGES),
        }


def build(path: Path) -> tuple[dict[str, Any], float]:
    """Write the index; return its first book and the seconds that writing took."""
    items = list(catalog(random.Random(1)))  # noqa: S311 - the same catalog every time
    started = time.perf_counter()
    write_index(path, items, scanned_at="2026-01-01T00:00:00.000Z")
    return items[0], time.perf_counter() - started


def answer(index: Index, case: Case) -> int:
    """Query as `GET /search` does; return the number of results."""
    text = case.text
    summary = index.summary(text, case.filters)
    if text and not summary.total:
        text = index.correct(text, case.filters) or text
        summary = index.summary(text, case.filters)
    index.find(text, case.filters, "relevance" if text else "rating", limit=24, offset=0)
    return summary.total


def milliseconds(path: Path, case: Case) -> list[float]:
    """Processor time of each of `REPEATS` queries, sorted. Each has an index that remembers no facets yet."""
    times = []
    for _ in range(REPEATS):
        index = Index(path)
        started = time.process_time()
        answer(index, case)
        times.append((time.process_time() - started) * 1000)
    return sorted(times)


def main() -> int:
    """Print and record the figures; 1 if a threshold is missed."""
    console = Console()
    missed = False
    with TemporaryDirectory() as folder:
        path = Path(folder) / "index.sqlite"
        # In a process of its own, whose memory is not the reader's.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            first, build_seconds = pool.submit(build, path).result()
        figures: dict[str, Any] = {
            "books": BOOKS,
            "build_s": round(build_seconds, 2),
            "file_mb": round(path.stat().st_size / 1e6, 1),
        }
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        title = first["title"].split()
        words = " ".join(title[:2])
        narrow = Filters(category=first["category"], language=first["language"], max_price=first["price"])
        cases = (
            Case("two words", words, threshold_ms=10),
            Case("one letter", "s", threshold_ms=50),
            Case("three filters and facets", "", narrow, 20),
            Case("two words, three filters", words, narrow, 20),
            Case("misspelt word", f"{max(title, key=len)}x"),
        )
        started = time.perf_counter()
        index = Index(path)
        answer(index, cases[0])
        figures["load_s"] = round(time.perf_counter() - started, 3)
        missed |= figures["load_s"] > LOAD_SECONDS
        table = Table("query", "results", "median ms", "p95 ms", "threshold ms")
        for case in cases:
            times = milliseconds(path, case)
            p95 = times[math.ceil(len(times) * 0.95) - 1]
            figures[f"{case.name}_p95_ms"] = round(p95, 2)
            missed |= case.threshold_ms is not None and p95 > case.threshold_ms
            table.add_row(
                case.name,
                f"{answer(index, case):,}",
                f"{statistics.median(times):.2f}",
                f"{p95:.2f}",
                "" if case.threshold_ms is None else f"{case.threshold_ms:.0f}",
            )
        figures["memory_mb"] = round((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, 1)
    console.print(table)
    console.print(
        f"{BOOKS:,} books: built in {figures['build_s']} s, {figures['file_mb']} MB, loaded in {figures['load_s']} s"
        f" (threshold {LOAD_SECONDS:.0f} s); searching took {figures['memory_mb']} MB of memory"
    )
    record("search", figures)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
