"""Placing orders and looking at them."""

from typing import Any

from orders import rules
from orders.models import Order, OrderRequest
from orders.store import Orders
from runtime import clock, cursor, log
from runtime.backoff import attempts
from runtime.errors import NotFound, TransactionCancelled, Unavailable
from runtime.parsing import UUID
from shop.books import Books
from shop.carts import Carts

_ATTEMPTS = 8


class Checkout:
    """Places orders in one region."""

    def __init__(self, orders: Orders, carts: Carts, books: Books, region: str) -> None:
        self._orders = orders
        self._carts = carts
        self._books = books
        self._region = region

    def place(self, request: OrderRequest) -> Order:
        """Place an order, or give the one that the same request has placed before.

        A cancelled transaction means that the order has appeared or the cart has changed since they were
        read. Both are read again and decided anew. When other devices win every race, nothing is ordered:
        placing the order without its lines would leave paid copies in the cart, overwriting them would drop
        what was just added.

        Raises:
            KeyReused, PriceChanged, NotFound, BadRequest: see `orders.rules`.
            Unavailable: DynamoDB is away or busy, or every race was lost; the same request may be sent again.
        """
        for attempt in attempts(_ATTEMPTS):
            existing = self._orders.get(request.customer_id, request.order_id)
            if existing is not None:
                return rules.replay(request, existing)
            placement = rules.decide(
                request,
                self._books.get_many(request.quantities),
                self._carts.some(request.customer_id, request.quantities),
                clock.now(),
                self._region,
            )
            try:
                self._orders.place(placement, self._carts)
            except TransactionCancelled as lost:
                log.metric("CheckoutConflicts", 1)
                log.write(
                    "INFO",
                    "checkout conflict",
                    attempt=attempt,
                    reasons=sorted(set(filter(None, lost.reasons))),
                )
                continue
            _measure(placement.order)
            return placement.order
        raise Unavailable("The cart is being changed elsewhere; nothing was ordered, send the same again.")


def _measure(order: Order) -> None:
    log.metric("OrdersPlaced", 1)
    log.metric("Revenue", order.total, "None", currency=order.currency)


def get_order(orders: Orders, customer_id: str, order_id: str) -> Order:
    """A shopper's own order.

    Raises:
        NotFound: there is none of this id, or it is another shopper's.
    """
    order = orders.get(customer_id, order_id)
    if order is None:
        raise NotFound("You have no such order.")
    return order


def list_orders(orders: Orders, customer_id: str, cursor_text: str | None, limit: int) -> dict[str, Any]:
    """A page as the contract's `OrderPage`. A cursor holds no customer: another's shows one's own orders.

    Raises:
        BadRequest: the cursor is none of this listing.
    """
    found = orders.newest(customer_id, _position(cursor_text), limit + 1)
    shown = found[:limit]
    more = len(found) > limit
    last = cursor.encode({"at": shown[-1].created_at, "id": shown[-1].order_id}) if more else None
    return {"items": [order.present() for order in shown], "nextCursor": last}


def _position(cursor_text: str | None) -> tuple[str, str] | None:
    if cursor_text is None:
        return None
    parts = cursor.decode(cursor_text, {"at", "id"})
    try:
        clock.parse(parts["at"])
    except ValueError:
        raise cursor.invalid() from None
    if not UUID.fullmatch(parts["id"]):
        raise cursor.invalid()
    return parts["at"], parts["id"]
