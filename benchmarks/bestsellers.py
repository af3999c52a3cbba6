"""Speed of counting orders: feeder and rebuild against one `ZINCRBY` per order line.

Stream records and table pages are generated, so this measures the functions and a local Redis. A batch has 100
records; an order has three lines. A local Redis favors the loop, which over a network waits for each response.
"""

import math
import random
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from redis import Redis
from rich.console import Console
from rich.table import Table

from benchmarks.results import Figure, record

sys.path.insert(0, str(Path(__file__).parents[1] / "lambda_src"))

from bestsellers import feeder, rebuild
from bestsellers.counts import Counts
from runtime import dynamo
from tests.support.redis_server import redis_server

BATCH = 100
BATCHES = 40
LINES = 3
BOOKS = 250
"""About the number of books of the example catalog."""
REBUILT_ORDERS = 100_000
REBUILDS = 3
PAGE = 3_000
"""Orders per page of a scan, about 1 MB."""
TIMES_FASTER = 10.0
MAX_REBUILD_SECONDS = 30.0


def image() -> dict[str, Any]:
    """An order of three books in DynamoDB's attribute notation."""
    books = random.sample(range(BOOKS), LINES)
    items = [{"bookId": f"book-{book}", "quantity": 1 + book % 3} for book in books]
    return dynamo.dump(
        {
            "customerId": "ada",
            "orderId": str(uuid.uuid4()),
            "createdAt": "2026-01-31T08:15:30.123Z",
            "items": items,
        }
    )


def batch() -> list[dict[str, Any]]:
    """One batch of the stream."""
    return [{"eventName": "INSERT", "dynamodb": {"NewImage": image()}} for _ in range(BATCH)]


def side_by_side(*ways: Callable[[list[dict[str, Any]]], None]) -> list[list[float]]:
    """Orders per second of each variant, batch by batch in turn, so that all run under equal conditions."""
    rates: list[list[float]] = [[] for _ in ways]
    for _ in range(BATCHES):
        for count, measured in zip(ways, rates, strict=True):
            records = batch()
            started = time.perf_counter()
            count(records)
            measured.append(BATCH / (time.perf_counter() - started))
    return rates


def naive(client: Redis) -> Callable[[list[dict[str, Any]]], None]:
    """One `ZINCRBY` per line, without protection against counting an order twice."""

    def count(records: list[dict[str, Any]]) -> None:
        for change in records:
            for line in dynamo.load(change["dynamodb"]["NewImage"])["items"]:
                client.zincrby("naive", line["quantity"], line["bookId"])

    return count


def fed(counts: Counts) -> Callable[[list[dict[str, Any]]], None]:
    """Process a batch as the feeder does."""

    def count(records: list[dict[str, Any]]) -> None:
        sales, _ = feeder.sort(records)
        counts.count(sales)

    return count


class Scan:
    """A DynamoDB client with one table of these pages, spread over the segments of a scan."""

    def __init__(self, pages: list[list[dict[str, Any]]]) -> None:
        self._pages = pages

    def scan(self, **asked: Any) -> dict[str, Any]:
        """Return a page; the key is the number of the page before."""
        number = (
            asked.get("ExclusiveStartKey", asked["Segment"] - asked["TotalSegments"]) + asked["TotalSegments"]
        )
        more = number + asked["TotalSegments"] < len(self._pages)
        return {"Items": self._pages[number], **({"LastEvaluatedKey": number} if more else {})}


def rebuild_seconds(counts: Counts) -> Figure:
    """Seconds to count a table into a new generation."""
    pages = [[image() for _ in range(PAGE)] for _ in range(REBUILT_ORDERS // PAGE)]
    pages.append([image() for _ in range(REBUILT_ORDERS % PAGE)])
    took = []
    for _ in range(REBUILDS):
        started = time.perf_counter()
        outcome = rebuild.rebuild(counts, Scan(pages), "orders", lambda: math.inf)
        took.append(time.perf_counter() - started)
        if outcome["orders"] != REBUILT_ORDERS:
            raise ValueError(f"{outcome} is not {REBUILT_ORDERS} orders.")
    return Figure.of(took)


def main() -> int:
    """Measure, print and record; returns 1 if a goal is missed."""
    with redis_server() as url, Redis.from_url(url, decode_responses=True) as client:
        counts = Counts(client)
        counts.promote(counts.start())
        loops, feeds = side_by_side(naive(client), fed(counts))
        seconds = rebuild_seconds(counts)
    loop, feed = Figure.of(loops), Figure.of(feeds)
    faster = Figure.of([one / other for one, other in zip(feeds, loops, strict=True)])
    table = Table(title=f"Counting orders of {LINES} lines, in batches of {BATCH}")
    for column in ("what", "figure", "goal"):
        table.add_column(column, justify="left" if column == "what" else "right")
    table.add_row("one ZINCRBY a line", f"{loop.text()} orders/s", "")
    table.add_row("feeder", f"{feed.text()} orders/s", "")
    table.add_row("feeder, times faster", faster.text(1), f"{TIMES_FASTER:.0f}")
    table.add_row(f"rebuild of {REBUILT_ORDERS:,}", f"{seconds.text(1)} s", f"{MAX_REBUILD_SECONDS:.0f} s")
    Console().print(table)
    record(
        "bestsellers",
        {
            "naive_per_s": round(loop.median),
            "naive_per_s_spread": round(loop.spread),
            "feeder_per_s": round(feed.median),
            "feeder_per_s_spread": round(feed.spread),
            "times_faster": round(faster.median, 1),
            "times_faster_spread": round(faster.spread, 1),
            "rebuild_s": round(seconds.median, 1),
            "rebuild_s_spread": round(seconds.spread, 1),
        },
    )
    return 0 if faster.median >= TIMES_FASTER and seconds.median <= MAX_REBUILD_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
