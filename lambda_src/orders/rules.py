"""What becomes of a request to order: pure, so that the model of checkout explores the very rules that run.

The rules, and why each is there:

- An order that exists is the answer, whatever the prices and the cart are by now. A key belongs to its items.
- The shopper pays the total they were shown, or is told the new one. So two regions that place the same
  request before they have heard of each other place the same order.
- The order and what it takes out of the cart are one transaction. The cart never decides whether an order
  exists: a book that is not in it is ordered all the same.
- Every ordered book's line remembers the order, also where nothing could be taken. Whoever repeats the
  request where the line has arrived before the order must not take copies that were added since.
- A line is written as an absolute quantity over exactly the version that was read. A change in between
  cancels the transaction, and the decision is taken anew.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from orders.models import Order, OrderItem, OrderRequest
from runtime import clock
from runtime.dynamo import Item
from runtime.errors import BadRequest, KeyReused, NotFound, PriceChanged
from shop import lines as cart_lines
from shop.lines import Line


class Settlement(NamedTuple):
    """The replacement of a cart line that an order takes copies from."""

    seen: Line | None
    line: Line


class Placement(NamedTuple):
    """What to write, all or nothing: the order if there is none of its id, the lines if they are as seen."""

    order: Order
    settlements: tuple[Settlement, ...]


def replay(request: OrderRequest, existing: Order) -> Order:
    """The answer to a request whose order exists: that order.

    Raises:
        KeyReused: it is an order of other items.
    """
    if existing.quantities != request.quantities:
        raise KeyReused("This Idempotency-Key belongs to an order of other items; mint a new one.")
    return existing


def decide(
    request: OrderRequest,
    books: Mapping[str, Item],
    lines: Mapping[str, Line],
    moment: datetime,
    region: str,
) -> Placement:
    """What to write for a request whose order does not exist.

    Raises:
        NotFound: the shop has no such book.
        BadRequest: the books are sold in several currencies.
        PriceChanged: the total is not the one that the shopper was shown.
    """
    order = price(request, books, moment, region)
    if order.total != request.expected_total:
        raise PriceChanged(
            "Show the shopper the new total and ask again; nothing was ordered.",
            items=[item.present() for item in order.items],
            total=order.total,
            currency=order.currency,
        )
    return Placement(order, tuple(_settlements(order, lines, moment)))


def price(request: OrderRequest, books: Mapping[str, Item], moment: datetime, region: str) -> Order:
    """The order at the prices of now.

    Raises:
        NotFound: the shop has no such book.
        BadRequest: the books are sold in several currencies.
    """
    missing = sorted(request.quantities.keys() - books.keys())
    if missing:
        raise NotFound(f"The catalog has no book {', '.join(missing)}; nothing was ordered.")
    items = tuple(
        OrderItem(book_id, books[book_id]["title"], quantity, books[book_id]["price"])
        for book_id, quantity in request.quantities.items()
    )
    currencies = {books[item.book_id]["currency"] for item in items}
    if len(currencies) > 1:
        raise BadRequest("An order is in one currency; order these books separately.")
    return Order(
        request.customer_id, request.order_id, items, currencies.pop(), clock.timestamp(moment), region
    )


def _settlements(order: Order, lines: Mapping[str, Line], moment: datetime) -> list[Settlement]:
    found = []
    for item in order.items:
        seen = lines.get(item.book_id)
        line = cart_lines.settled(seen, item.book_id, item.quantity, order.order_id, moment)
        if line is not None:
            found.append(Settlement(seen, line))
    return found
