"""CPU time per request of each route, in process with DynamoDB on the emulator, and growth of listings.

Only this process's CPU time is counted, which includes the SDK's work and excludes the emulator. `calls` are
requests to DynamoDB; `waits` is the remaining wall time, mostly the emulator's.
"""

import io
import sys
from contextlib import redirect_stdout
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from benchmarks.dynamodb_emulator import emulator
from benchmarks.listings import BOOK_PAGES, ORDER_PAGES, flat, growth
from benchmarks.metering import ROUNDS, Cost, Meter, measure
from benchmarks.results import record
from benchmarks.routes import fill_shop, routes
from benchmarks.table_data import placed
from tests.support.redis_server import redis_server

CALLS = 100
"""Calls per route and round."""


def main() -> int:
    """Measure, print and record; returns 1 if the cost of a listing grows."""
    with redis_server() as redis_url, emulator(redis_url), Meter() as meter, redirect_stdout(io.StringIO()):
        fill_shop(redis_url)
        warm = {name: measure(meter, call, CALLS) for name, call in routes(placed("ada", 0)["orderId"])}
        listings = [growth(meter, listing) for listing in (BOOK_PAGES, ORDER_PAGES)]
    show(f"Handlers, warm; processor time of {ROUNDS} rounds of {CALLS} calls", warm)
    for listing in listings:
        show(f"A page of {BOOK_PAGES.limit}, {'flat' if flat(listing) else 'NOT FLAT'}", listing)
    costs = {name: asdict(cost) for costs in (warm, *listings) for name, cost in costs.items()}
    record("handlers", costs)
    return 0 if all(map(flat, listings)) else 1


def show(title: str, costs: dict[str, Cost]) -> None:
    """Print a table."""
    table = Table(title=title)
    for column in ("route", "p50 ms", "p99 ms", "waits ms", "calls", "KB"):
        table.add_column(column, justify="left" if column == "route" else "right")
    for name, cost in costs.items():
        table.add_row(
            name,
            f"{cost.p50_ms:.2f} ± {cost.p50_spread_ms:.2f}",
            f"{cost.p99_ms:.2f} ± {cost.p99_spread_ms:.2f}",
            f"{cost.waits_ms:.1f} ± {cost.waits_spread_ms:.1f}",
            f"{cost.calls:.1f}",
            f"{cost.kilobytes:.1f}",
        )
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
