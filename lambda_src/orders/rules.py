"""Checkout rules as pure functions. The model of checkout runs this code.

- An existing order is the answer, whatever the prices, the stock and the cart are now. A key belongs to its items.
- The shopper pays the total they saw, or gets the new one. So two regions that place the same request before they
  know each other's order place the same order.
- The order, its copies of the stock and its changes to the cart are one transaction.
- An item with the version of a cart line is ordered only if the line still is that version, so a line is paid once.
  An item without one is a direct purchase: it is ordered even if the book is not in the cart.
- The line of every ordered book gets the order's id, even if it has no copies to take. If the request is repeated
  in a region that has the line but not yet the order, later copies stay in the cart.
- A line is replaced only if it is the version that was read. Otherwise the transaction is cancelled and decided again.
- A region sells from its own share of the stock. The transaction also writes a hold with the sold copies, so that a
  region whose order was replaced by another region's can put them back.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from orders.models import OrderRequest
from runtime import clock
from runtime.dynamo import Item
from runtime.errors import (
    AlreadyCancelled,
    BadRequest,
    CartChanged,
    KeyReused,
    NotFound,
    OutOfStock,
    PriceChanged,
    StockElsewhere,
    TooLate,
)
from shop import lines as cart_lines
from shop import stock
from shop.lines import Line
from shop.placed_orders import Order, OrderItem, OrderState, cancellable_until
from shop.stock import Shares


class Context(NamedTuple):
    """Time and place of a decision, and the minutes in which an order can be cancelled."""

    moment: datetime
    region: str
    cancel_minutes: int = 30


class Seen(NamedTuple):
    """Items that a decision is based on, by book. `stock` has no entry for a book that is not counted."""

    books: Mapping[str, Item]
    lines: Mapping[str, Line]
    stock: Mapping[str, Shares]


class Settlement(NamedTuple):
    """Replacement of a cart line from which an order takes copies."""

    seen: Line | None
    line: Line


class Spend(NamedTuple):
    """Copies to take from this region's share, if it has not spent more than `limit` afterwards."""

    book_id: str
    quantity: int
    limit: int


class Placement(NamedTuple):
    """A transaction: the order if its id is new, the lines if they have not changed, the stock if it suffices."""

    order: Order
    settlements: tuple[Settlement, ...]
    spends: tuple[Spend, ...]


def replay(request: OrderRequest, existing: Order) -> Order:
    """Return the existing order as the answer to a request.

    Raises:
        KeyReused: it is an order of other items.
    """
    if existing.quantities != request.quantities:
        raise KeyReused("This Idempotency-Key belongs to an order of other items; use a new one.")
    return existing


def decide(request: OrderRequest, seen: Seen, context: Context) -> Placement:
    """Return the transaction for a request whose order does not exist.

    Raises:
        NotFound: a book does not exist.
        BadRequest: the books are sold in several currencies.
        CartChanged: a line is not the version that the shopper ordered.
        PriceChanged: the total is not the one that the shopper saw.
        StockElsewhere: this region has too few copies, another one has enough.
        OutOfStock: no region has enough copies.
    """
    order = price(request, seen.books, context)
    _require_versions(request, seen.lines, context.moment)
    if order.total != request.expected_total:
        raise PriceChanged(
            "Show the shopper the new total and ask again; nothing was ordered.",
            items=[item.present() for item in order.items],
            total=order.total,
            currency=order.currency,
        )
    _require_stock(request.quantities, seen.stock, context.region)
    return Placement(order, _settlements(order, seen.lines, context.moment), _spends(order, seen.stock))


def price(request: OrderRequest, books: Mapping[str, Item], context: Context) -> Order:
    """Return the order with current prices.

    Raises:
        NotFound: a book does not exist.
        BadRequest: the books are sold in several currencies.
    """
    missing = sorted(request.quantities.keys() - books.keys())
    if missing:
        raise NotFound(f"The catalog has no book {', '.join(missing)}; nothing was ordered.")
    items = tuple(
        OrderItem(
            book_id,
            books[book_id]["title"],
            quantity,
            books[book_id]["price"],
            request.versions.get(book_id),
        )
        for book_id, quantity in request.quantities.items()
    )
    currencies = {books[item.book_id]["currency"] for item in items}
    if len(currencies) > 1:
        raise BadRequest("An order has one currency; order these books separately.")
    return Order(
        request.customer_id,
        request.order_id,
        items,
        currencies.pop(),
        clock.timestamp(context.moment),
        context.region,
        cancellable_until(context.moment, context.cancel_minutes),
        request.address,
    )


def _require_versions(request: OrderRequest, lines: Mapping[str, Line], moment: datetime) -> None:
    changed = [
        book_id
        for book_id, version in request.versions.items()
        if not cart_lines.is_version(lines, book_id, version, request.order_id, moment)
    ]
    if changed:
        raise CartChanged("Show the shopper the cart and ask again; nothing was ordered.")


def short_of(quantities: Mapping[str, int], shares: Mapping[str, Shares], region: str) -> dict[str, int]:
    """Return the copies that `region` has of books of which it has too few, by book."""
    here = {book_id: stock.rights(shares[book_id], region) for book_id in quantities if shares.get(book_id)}
    return {book_id: max(0, copies) for book_id, copies in here.items() if copies < quantities[book_id]}


def _require_stock(quantities: Mapping[str, int], shares: Mapping[str, Shares], region: str) -> None:
    short = short_of(quantities, shares, region)
    if not short:
        return
    others = sorted({other for book_id in short for other in shares[book_id]} - {region})
    able = [other for other in others if not short_of(quantities, shares, other)]
    if able:
        raise StockElsewhere("Send the same order, with the same key, to one of the regions.", regions=able)
    items = []
    for book_id, here in short.items():
        most = max(stock.rights(shares[book_id], each) for each in (region, *shares[book_id]))
        available = most if here < most < quantities[book_id] else here
        items.append({"bookId": book_id, "wanted": quantities[book_id], "available": available})
    raise OutOfStock("There are too few copies; nothing was ordered.", items=items)


def _spends(order: Order, shares: Mapping[str, Shares]) -> tuple[Spend, ...]:
    return tuple(
        Spend(item.book_id, item.quantity, stock.limit(shares[item.book_id], order.region))
        for item in order.items
        if shares.get(item.book_id)
    )


def _settlements(order: Order, lines: Mapping[str, Line], moment: datetime) -> tuple[Settlement, ...]:
    found = []
    for item in order.items:
        seen = lines.get(item.book_id)
        line = cart_lines.settled(seen, item.book_id, item.quantity, order.order_id, moment)
        if line is not None:
            found.append(Settlement(seen, line))
    return tuple(found)


def require_cancellable(state: OrderState, moment: datetime) -> None:
    """Check that an order which is not cancelled can still be cancelled. A held order always can.

    Raises:
        TooLate: the time is over.
    """
    if state.status(moment) == "final":
        raise TooLate("The order could be cancelled until the time in cancellableUntil.")


def require_not_cancelled(state: OrderState) -> None:
    """Check that an order can be kept.

    Raises:
        AlreadyCancelled: it is cancelled.
    """
    if state.cancelled:
        raise AlreadyCancelled("A cancelled order cannot be kept; place a new one.")
