"""Growth of the pages of books and orders with the size of the table.

A page is flat if it makes the same requests and reads the same items at every size. Its time may vary within a
limit, since processor caches differ.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.dynamodb_emulator import load
from benchmarks.metering import Call, Cost, Meter, measure
from benchmarks.routes import request
from benchmarks.table_data import book, placed
from catalog import handler as catalog
from orders import handler as orders
from runtime import cursor
from shop.shelves import Position, plain_number
from tests.support.lambda_tables import BOOKS, ORDERS

PAGES = 4
"""Calls per listing and round: the emulator is slow with large tables."""
BOOK_STEPS = (200, 10_000, 100_000)
ORDER_STEPS = (1, 100, 10_000)
MAX_GROWTH = 1.5
"""Limit of a page's CPU time, as a multiple of that with the smallest table."""


@dataclass(frozen=True)
class Listing:
    """A listing and its table's data."""

    name: str
    table: str
    steps: tuple[int, ...]
    item: Callable[[int], dict[str, Any]]
    send: Callable[[dict[str, str]], dict[str, Any]]
    cursor: Callable[[dict[str, Any]], str]
    limit: int = 24

    def page(self, after: int | None) -> Call:
        """Requests the first page, or the page after an item."""
        query = {"limit": str(self.limit)}
        if after is not None:
            query["cursor"] = self.cursor(self.item(after))
        return lambda: self.send(query)


def growth(meter: Meter, listing: Listing) -> dict[str, Cost]:
    """Measure the first page and one in the middle at each size."""
    costs, there = {}, 0
    for size in listing.steps:
        load(listing.table, (listing.item(number) for number in range(there, size)))
        there = size
        costs[f"{listing.name}, {size:,}"] = measure(meter, listing.page(None), PAGES)
        if size > listing.limit:
            costs[f"{listing.name}, {size:,}, in the middle"] = measure(meter, listing.page(size // 2), PAGES)
    return costs


def flat(costs: dict[str, Cost]) -> bool:
    """Whether full pages make the same requests and take no more time with more items."""
    full = [cost for cost in costs.values() if cost.kilobytes > max(c.kilobytes for c in costs.values()) / 2]
    same = len({round(cost.calls) for cost in full}) == 1  # A cached value may expire during one call.
    read = max(cost.kilobytes for cost in full) <= 1.1 * min(cost.kilobytes for cost in full)
    return same and read and max(cost.p50_ms for cost in full) <= MAX_GROWTH * full[0].p50_ms


BOOK_PAGES = Listing(
    "GET /books",
    BOOKS,
    BOOK_STEPS,
    book,
    lambda query: catalog.handle(request("ada", "GET", "/books", query=query), None),
    lambda item: Position(plain_number(item["rating"]), item["id"]).to_cursor(None),
)
ORDER_PAGES = Listing(
    "GET /orders",
    ORDERS,
    ORDER_STEPS,
    lambda number: placed("edsger", number),
    lambda query: orders.handle(request("edsger", "GET", "/orders", query=query), None),
    lambda item: cursor.encode({"at": item["createdAt"], "id": item["orderId"]}),
)
