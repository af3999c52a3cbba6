"""A valid call of each route in process, and the data it needs."""

import json
import os
import uuid
from collections.abc import Iterator
from itertools import cycle
from typing import Any

from redis import Redis

from benchmarks.dynamodb_emulator import load
from benchmarks.metering import Call
from benchmarks.table_data import LINES, book, line, placed, share
from bestsellers import handler as bestsellers
from bestsellers.counts import Counts
from bestsellers.models import Sale
from cart import handler as cart
from catalog import handler as catalog
from health import handler as health
from orders import handler as orders
from runtime import clock
from search import builder
from shop.stock_rows import REGISTRY
from tests.support.api_events import event
from tests.support.lambda_tables import BOOKS, CART, ORDERS, STOCK

ALL_BOOKS = 200
"""Number of books."""
STOCKED = 100
"""First of the books whose copies are counted."""
REMOVALS = 1_000
"""Limit of measured calls."""


def fill_shop(redis_url: str) -> None:
    """Fill the tables: 200 books and their search index, an order, a cart of ten lines and 20 bestsellers."""
    load(BOOKS, map(book, range(ALL_BOOKS)))
    categories = [{"name": f"Shelf {shelf}", "count": ALL_BOOKS // 8} for shelf in range(8)]
    load(BOOKS, [{"id": "_categories", "categories": categories}])
    builder.build()
    load(ORDERS, [placed("ada", 0)])
    for number in range(10):
        sent = request("ada", "PUT", "/cart/{bookId}", {"quantity": 1}, path={"bookId": f"book-{number}"})
        cart.handle(sent, None)
    load(STOCK, [{**REGISTRY, "names": ["eu-west-1", "ap-southeast-1"]}])
    load(STOCK, [share(number) for number in range(STOCKED, STOCKED + LINES)])
    quantities = {f"book-{rank}": 1 + rank for rank in range(20)}
    sold = Sale(str(uuid.uuid4()), clock.timestamp(clock.now()), quantities)
    with Redis.from_url(redis_url, decode_responses=True) as client:
        counts = Counts(client)
        counts.promote(counts.start())
        counts.count([sold])


def routes(order_id: str) -> Iterator[tuple[str, Call]]:
    """Return a repeatable call per route."""

    def fixed(handler: Any, method: str, resource: str, body: Any = None, **parts: Any) -> tuple[str, Call]:
        sent = request("ada", method, resource, body, **parts)
        return f"{method} {resource}", lambda: handler.handle(sent, None)

    one = {"bookId": "book-1"}
    yield fixed(catalog, "GET", "/books")
    yield fixed(catalog, "GET", "/books/{bookId}", path=one)
    yield fixed(catalog, "GET", "/categories")
    yield fixed(bestsellers, "GET", "/bestsellers")
    yield fixed(cart, "GET", "/cart")
    yield fixed(cart, "GET", "/cart/{bookId}", path=one)
    yield "POST /cart", adding()
    yield "PUT /cart/{bookId}", setting()
    yield "DELETE /cart/{bookId}", removing()
    yield "POST /orders", ordering(0)
    yield "POST /orders, books with stock", ordering(STOCKED)
    yield fixed(orders, "GET", "/orders")
    yield fixed(orders, "GET", "/orders/{orderId}", path={"orderId": order_id})
    yield fixed(health, "GET", "/region")
    yield fixed(health, "GET", "/health")


def adding() -> Call:
    """Add one copy of the next book each time, so that no line reaches its limit."""
    numbers = iter(range(1_000_000))

    def call() -> dict[str, Any]:
        body = {"bookId": f"book-{next(numbers) % 20}", "quantity": 1}
        answer: dict[str, Any] = cart.handle(request("grace", "POST", "/cart", body), None)
        return answer

    return call


def setting() -> Call:
    """Alternate between two and three copies: an unchanged quantity would not be written."""
    quantities = cycle((2, 3))

    def call() -> dict[str, Any]:
        body, path = {"quantity": next(quantities)}, {"bookId": "book-1"}
        answer: dict[str, Any] = cart.handle(request("ada", "PUT", "/cart/{bookId}", body, path=path), None)
        return answer

    return call


def removing() -> Call:
    """Remove a different shopper's line each time."""
    load(CART, map(line, range(REMOVALS)))
    shoppers = iter(range(REMOVALS))

    def call() -> dict[str, Any]:
        theirs = line(next(shoppers))
        path = {"bookId": theirs["bookId"]}
        sent = request(theirs["customerId"], "DELETE", "/cart/{bookId}", path=path)
        answer: dict[str, Any] = cart.handle(sent, None)
        return answer

    return call


def ordering(first: int) -> Call:
    """Place a new order of three books each time."""

    def call() -> dict[str, Any]:
        items = [{"bookId": f"book-{number}", "quantity": 1} for number in range(first, first + LINES)]
        total = sum(book(number)["price"] for number in range(first, first + LINES))
        headers = {"idempotency-key": str(uuid.uuid4())}
        body = {"items": items, "expectedTotal": total}
        sent = request("alan", "POST", "/orders", body, headers=headers)
        answer: dict[str, Any] = orders.handle(sent, None)
        return answer

    return call


def request(customer: str, method: str, resource: str, body: Any = None, **parts: Any) -> dict[str, Any]:
    """Build a shopper's proxy event."""
    headers = {"content-type": "application/json", **parts.pop("headers", {})}
    claims = {"sub": customer, "token_use": "id", "aud": os.environ["USER_POOL_CLIENT_ID"]}
    content = None if body is None else json.dumps(body)
    return event(method, resource, claims=claims, headers=headers, body=content, **parts)
