"""What the shop's own code costs a request once it is warm: each route in process, against DynamoDB on the
emulator, and how the pages of books and orders grow with what is behind them.

Counted is the processor time of this process alone. The emulator is another process, and to wait for it takes no
time of this one, so its own time is not in the figures; what the SDK does to ask and to understand the answer is.
`calls` are requests to DynamoDB, `waits` is the time that passed besides, which is the emulator's.

A page is flat when it asks and reads the same whatever the table holds. Time is compared too, with room for what
stands in a cache of the processor or not.
"""

import io
import json
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.httpsession import URLLib3Session
from rich.console import Console
from rich.table import Table

from benchmarks.emulator import emulator, load
from benchmarks.leaderboard import redis_server
from benchmarks.results import record
from bestsellers import handler as bestsellers
from bestsellers.models import Sale
from bestsellers.ranking import Ranking
from cart import handler as cart
from catalog import handler as catalog
from catalog.models import Position, plain_number
from health import handler as health
from orders import handler as orders
from shop import clock, cursor, dynamo
from tests.unit.lambda_src.emulated import BOOKS, ORDERS
from tests.unit.lambda_src.gateway import CLIENT, event

ROUNDS = 5
CALLS = 100
"""Of a route in a round."""
PAGES = 10
"""Of a listing in a round: the emulator takes its time over large tables."""
BOOK_STEPS = (200, 10_000, 100_000)
ORDER_STEPS = (1, 100, 10_000)
LINES = 3
MOST_GROWTH = 1.5
"""Times the processor time of the smallest table; more is no noise."""

Call = Callable[[], dict[str, Any]]


@dataclass(frozen=True)
class Cost:
    """Milliseconds of this process: medians of the rounds, and half the distance between their quartiles."""

    p50_ms: float
    p50_spread_ms: float
    p99_ms: float
    p99_spread_ms: float
    waits_ms: float
    calls: float
    kilobytes: float


class Meter:
    """Counts what goes to DynamoDB, and the bytes that come back."""

    def __init__(self) -> None:
        self.calls = 0
        self.bytes = 0
        send = URLLib3Session.send

        def counted(session: URLLib3Session, request: AWSPreparedRequest) -> AWSResponse:
            answer = send(session, request)
            self.calls += 1
            self.bytes += len(answer.content)
            return answer

        URLLib3Session.send = counted


def measure(meter: Meter, call: Call, calls: int) -> Cost:
    """Call again and again; a call that does not succeed ends the benchmark."""
    called, received, p50, p99, waits = meter.calls, meter.bytes, [], [], []
    for _ in range(ROUNDS):
        spent = [timed(call) for _ in range(calls)]
        own = [processor for processor, _ in spent]
        p50.append(statistics.median(own))
        p99.append(statistics.quantiles(own, n=100, method="inclusive")[-1])
        waits.append(statistics.median(wall - processor for processor, wall in spent))
    total = ROUNDS * calls
    return Cost(
        *middle(p50),
        *middle(p99),
        round(statistics.median(waits), 2),
        (meter.calls - called) / total,
        round((meter.bytes - received) / total / 1024, 1),
    )


def timed(call: Call) -> tuple[float, float]:
    """Milliseconds of the processor, and of the clock."""
    wall, processor = time.perf_counter(), time.process_time()
    answer = call()
    spent = (time.process_time() - processor) * 1000, (time.perf_counter() - wall) * 1000
    if answer["statusCode"] >= 300:
        raise RuntimeError(f"{answer['statusCode']} {answer['body']}")
    return spent


def middle(figures: list[float]) -> tuple[float, float]:
    """Median and half the distance between the quartiles."""
    low, median, high = statistics.quantiles(figures, n=4)
    return round(median, 2), round((high - low) / 2, 2)


def book(number: int) -> dict[str, Any]:
    """One of many."""
    return {
        "id": f"book-{number}",
        "listing": "books",
        "title": f"The book of the number {number}",
        "author": "A. Writer",
        "category": f"Shelf {number % 8}",
        "description": "What it is about, in a sentence or two that are long enough to be a description.",
        "price": 100 + number % 4000,
        "currency": "EUR",
        "rating": Decimal(20 + number % 31) / 10,
        "ratingsCount": number,
        "publishedYear": 1984,
        "language": "en",
        "cover": None,
    }


def placed(customer: str, number: int) -> dict[str, Any]:
    """An order of three books, as the table holds it."""
    items = [
        {
            "bookId": f"book-{line}",
            "title": f"The book of the number {line}",
            "quantity": 1,
            "unitPrice": 100,
            "lineTotal": 100,
        }
        for line in range(LINES)
    ]
    return {
        "customerId": customer,
        "orderId": str(uuid.uuid5(uuid.NAMESPACE_OID, str(number))),
        "items": items,
        "total": 100 * LINES,
        "currency": "EUR",
        "createdAt": f"2026-01-{1 + number // 86_400:02}T{clock_time(number % 86_400)}.000Z",
        "region": "eu-west-1",
    }


def clock_time(second: int) -> str:
    """A second of a day as text."""
    return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"


def request(customer: str, method: str, resource: str, body: Any = None, **parts: Any) -> dict[str, Any]:
    """A shopper's request, as API Gateway hands it on."""
    headers = {"content-type": "application/json", **parts.pop("headers", {})}
    claims = {"sub": customer, "token_use": "id", "aud": CLIENT}
    content = None if body is None else json.dumps(body)
    return event(method, resource, claims=claims, headers=headers, body=content, **parts)


def routes(order_id: str) -> Iterator[tuple[str, Call]]:
    """A good call of each route, again and again."""

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
    yield fixed(cart, "PUT", "/cart/{bookId}", {"quantity": 2}, path=one)
    yield fixed(cart, "DELETE", "/cart/{bookId}", path=one)
    yield "POST /orders", ordering()
    yield fixed(orders, "GET", "/orders")
    yield fixed(orders, "GET", "/orders/{orderId}", path={"orderId": order_id})
    yield fixed(health, "GET", "/region")
    yield fixed(health, "GET", "/health")


def adding() -> Call:
    """One more copy of one book after the other, so that the line never is full."""
    numbers = iter(range(1_000_000))

    def call() -> dict[str, Any]:
        body = {"bookId": f"book-{next(numbers) % 20}", "quantity": 1}
        answer: dict[str, Any] = cart.handle(request("grace", "POST", "/cart", body), None)
        return answer

    return call


def ordering() -> Call:
    """An order of three books, each time a new one."""

    def call() -> dict[str, Any]:
        items = [{"bookId": f"book-{line}", "quantity": 1} for line in range(LINES)]
        total = sum(book(line)["price"] for line in range(LINES))
        headers = {"idempotency-key": str(uuid.uuid4())}
        body = {"items": items, "expectedTotal": total}
        sent = request("alan", "POST", "/orders", body, headers=headers)
        answer: dict[str, Any] = orders.handle(sent, None)
        return answer

    return call


def fill_shop(redis_client: Any) -> None:
    """What the routes look at: two hundred books, an order, a cart of ten lines, a ranking of twenty."""
    load(BOOKS, map(book, range(BOOK_STEPS[0])))
    categories = [{"name": f"Shelf {shelf}", "count": BOOK_STEPS[0] // 8} for shelf in range(8)]
    load(BOOKS, [{"id": "_categories", "categories": categories}])
    load(ORDERS, [placed("ada", 0)])
    for number in range(10):
        sent = request("ada", "PUT", "/cart/{bookId}", {"quantity": 1}, path={"bookId": f"book-{number}"})
        cart.handle(sent, None)
    ranking = Ranking(redis_client)
    ranking.promote(ranking.open())
    sold = {
        "orderId": str(uuid.uuid4()),
        "createdAt": clock.timestamp(clock.now()),
        "items": [{"bookId": f"book-{rank}", "quantity": 1 + rank} for rank in range(20)],
    }
    ranking.count([Sale.from_image(dynamo.dump(sold))])


def growth(meter: Meter, listing: "Listing") -> dict[str, Cost]:
    """What a page costs at each size of a table: the first one, and one in the midst of it."""
    costs, there = {}, 0
    for size in listing.steps:
        load(listing.table, (listing.item(number) for number in range(there, size)))
        there = size
        costs[f"{listing.name}, {size:,}"] = measure(meter, listing.page(None), PAGES)
        if size > listing.limit:
            costs[f"{listing.name}, {size:,}, in the midst"] = measure(meter, listing.page(size // 2), PAGES)
    return costs


@dataclass(frozen=True)
class Listing:
    """A listing and how its table is filled."""

    name: str
    table: str
    steps: tuple[int, ...]
    item: Callable[[int], dict[str, Any]]
    send: Callable[[dict[str, str]], dict[str, Any]]
    cursor: Callable[[dict[str, Any]], str]
    limit: int = 24

    def page(self, after: int | None) -> Call:
        """Calls one page: the first, or the one that comes after an item."""
        query = {"limit": str(self.limit)}
        if after is not None:
            query["cursor"] = self.cursor(self.item(after))
        return lambda: self.send(query)


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


def flat(costs: dict[str, Cost]) -> bool:
    """Whether full pages ask and read alike, and take no more time behind more items."""
    full = [cost for cost in costs.values() if cost.kilobytes > max(c.kilobytes for c in costs.values()) / 2]
    same = all(cost.calls == full[0].calls for cost in full)
    read = max(cost.kilobytes for cost in full) <= 1.1 * min(cost.kilobytes for cost in full)
    return same and read and max(cost.p50_ms for cost in full) <= MOST_GROWTH * full[0].p50_ms


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
            f"{cost.waits_ms:.1f}",
            f"{cost.calls:.1f}",
            f"{cost.kilobytes:.1f}",
        )
    Console().print(table)


def main() -> int:
    """Measure, print, record; 1 where a listing is not flat."""
    with redis_server() as client, emulator(f"redis://127.0.0.1:{_port(client)}/0"):
        meter = Meter()
        with redirect_stdout(io.StringIO()):
            fill_shop(client)
            warm = {name: measure(meter, call, CALLS) for name, call in routes(placed("ada", 0)["orderId"])}
            listings = [growth(meter, listing) for listing in (BOOK_PAGES, ORDER_PAGES)]
    show(f"Handlers, warm; processor time of {ROUNDS} rounds of {CALLS} calls", warm)
    for listing in listings:
        show(f"A page of {BOOK_PAGES.limit}, {'flat' if flat(listing) else 'NOT FLAT'}", listing)
    costs = {name: asdict(cost) for costs in (warm, *listings) for name, cost in costs.items()}
    record("handlers", costs)
    return 0 if all(map(flat, listings)) else 1


def _port(client: Any) -> int:
    return int(client.connection_pool.connection_kwargs["port"])


if __name__ == "__main__":
    sys.exit(main())
