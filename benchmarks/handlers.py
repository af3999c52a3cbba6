"""What the shop's own code costs a request once it is warm: each route in process, against DynamoDB on the
emulator, and how the pages of books and orders grow with what is behind them.

Counted is the processor time of this process alone. The emulator is another process, and to wait for it takes no
time of this one, so its own time is not in the figures; what the SDK does to ask and to understand the answer is.
`calls` are requests to DynamoDB, `waits` is the time that passed besides, which is the emulator's.
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
"""Of a route in a round."""


def main() -> int:
    """Measure, print, record; 1 where a listing is not flat."""
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
