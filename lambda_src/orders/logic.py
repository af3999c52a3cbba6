"""Places, lists, cancels and confirms orders."""

from contextlib import suppress
from typing import Any, NoReturn

from orders import rules
from orders.models import OrderRequest
from orders.store import Found, Orders, Tables
from runtime import clock, cursor, log
from runtime.backoff import attempts
from runtime.errors import (
    BookstoreError,
    CartChanged,
    NotFound,
    OutOfStock,
    StockElsewhere,
    TooManyOrders,
    TransactionCancelled,
    Unauthorized,
    Unavailable,
)
from runtime.identity import SignIn
from runtime.parsing import UUID
from runtime.settings import Settings
from shop import lines as cart_lines
from shop import stock
from shop.cart_view import view
from shop.placed_orders import Order, OrderState

_ATTEMPTS = 10

DELETE_TOMBSTONES_EVERY = 5
"""Orders of a shopper in an hour after which tombstones are limited, also if the cart is never read."""


class Checkout:
    """Places orders in one region."""

    def __init__(self, orders: Orders, tables: Tables, settings: Settings) -> None:
        self._orders = orders
        self._tables = tables
        self._settings = settings

    def place(self, request: OrderRequest) -> OrderState:
        """Place an order, or return the one that the same request has placed before.

        A cancelled transaction means that the order was placed, or that the cart or the stock has changed. Everything
        is then read and decided again. If other devices change the cart at every attempt, nothing is ordered: an
        order without its lines would leave paid copies in the cart, and overwriting the lines would drop new ones.

        Raises:
            KeyReused, CartChanged, PriceChanged, StockElsewhere, OutOfStock, NotFound, BadRequest: see `orders.rules`.
            Unauthorized: the sign-in has ended.
            TooManyOrders: the shopper has placed the maximum number of orders in this hour.
            Unavailable: DynamoDB does not answer or is busy. The same request can be sent again.
        """
        number: int | None = None
        for attempt in attempts(_ATTEMPTS):
            found = self._orders.find(request, self._tables)
            if found.order is not None:
                return self._replayed(request, found.order)
            if found.is_cancelled:
                raise Unavailable("The order exists, but has not reached this region; try again.")
            try:
                placement = self._decide(request, found)
            except BookstoreError as refusal:
                # The reads are no snapshot: the same request may have placed the order between them.
                placed = self._orders.get(request.customer_id, request.order_id)
                if placed is None:
                    self._refuse(request, found, refusal)
                rules.replay(request, placed.order)
                return placed
            if number is None:
                number = self._count(request.customer_id)
            try:
                self._orders.place(placement, self._tables.carts)
            except TransactionCancelled as lost:
                log.metric("CheckoutConflicts", 1)
                reasons = sorted(set(filter(None, lost.reasons)))
                log.write("INFO", "checkout conflict", attempt=attempt, reasons=reasons)
                continue
            _measure(placement.order)
            if number % DELETE_TOMBSTONES_EVERY == 0:
                self._delete_tombstones(request.sign_in)
            return OrderState(placement.order)
        raise Unavailable("Other devices are changing the cart; nothing was ordered, send the same again.")

    def _replayed(self, request: OrderRequest, existing: Order) -> OrderState:
        order = rules.replay(request, existing)
        return self._orders.get(order.customer_id, order.order_id) or OrderState(order)

    def _decide(self, request: OrderRequest, found: Found) -> rules.Placement:
        settings = self._settings
        context = rules.Context(clock.now(), settings.region, settings.cancel_minutes)
        return rules.decide(request, found.seen, context)

    def _refuse(self, request: OrderRequest, found: Found, refusal: BookstoreError) -> NoReturn:
        if isinstance(refusal, CartChanged):
            raise CartChanged(refusal.detail, cart=self._cart(request.sign_in)) from None
        if isinstance(refusal, StockElsewhere | OutOfStock):
            self._request_copies(request, found)
        raise refusal

    def _request_copies(self, request: OrderRequest, found: Found) -> None:
        """Request copies, if another region has any and the database answers. A later order requests them again."""
        region = self._settings.region
        short = rules.short_of(request.quantities, found.seen.stock, region)
        elsewhere = [
            (book_id, request.quantities[book_id])
            for book_id in short
            if any(
                other != region and stock.rights(found.seen.stock[book_id], other) > 0
                for other in found.seen.stock[book_id]
            )
        ]
        with suppress(Unavailable):
            self._orders.request_copies(elsewhere, clock.now())

    def _count(self, customer_id: str) -> int:
        now, most = clock.now(), self._settings.orders_per_hour
        number = self._tables.carts.count_order(customer_id, self._settings.region, now, most)
        if number is None:
            log.metric("OrdersLimited", 1)
            raise TooManyOrders(
                f"You can place {most} orders in an hour.", retry_after=3600 - now.minute * 60 - now.second
            )
        return number

    def _delete_tombstones(self, sign_in: SignIn) -> None:
        carts = self._tables.carts
        try:
            carts.delete_tombstones(sign_in.customer_id, carts.all(sign_in).values(), clock.now())
        except (Unauthorized, Unavailable):
            return  # The order is placed. A later order deletes the tombstones.

    def _cart(self, sign_in: SignIn) -> dict[str, Any]:
        now, lines = clock.now(), self._tables.carts.all(sign_in)
        books = self._tables.books.get_many(line.book_id for line in cart_lines.live(lines.values(), now))
        return view(sign_in.customer_id, lines.values(), books, now)


def _measure(order: Order) -> None:
    log.metric("OrdersPlaced", 1)
    log.metric("Revenue", order.total, "None", currency=order.currency)


def get_order(orders: Orders, customer_id: str, order_id: str) -> OrderState:
    """Return a shopper's own order.

    Raises:
        NotFound: it does not exist, or belongs to another shopper.
    """
    state = orders.get(customer_id, order_id)
    if state is None:
        raise NotFound("You have no such order.")
    return state


def cancel_order(orders: Orders, state: OrderState) -> OrderState:
    """Cancel an order. A repetition returns the same.

    Raises:
        TooLate: the order is final.
    """
    now = clock.now()
    if not state.cancelled:
        rules.require_cancellable(state, now)
        orders.cancel(state.order, now)
        log.metric("OrdersCancelled", 1)
    return state._replace(cancelled=True)


def confirm_order(orders: Orders, state: OrderState) -> OrderState:
    """Keep a held order. An order that is not held stays as it is. A repetition returns the same.

    Raises:
        AlreadyCancelled: it is cancelled.
    """
    rules.require_not_cancelled(state)
    if not state.is_held:
        return state
    orders.keep(state.order, clock.now())
    return state._replace(kept=True)


def list_orders(orders: Orders, customer_id: str, cursor_text: str | None, limit: int) -> dict[str, Any]:
    """Return a page as the contract's `OrderPage`. The cursor does not contain the shopper.

    Raises:
        BadRequest: the cursor belongs to another listing.
    """
    found = orders.newest(customer_id, _position(cursor_text), limit + 1)
    shown, now = found[:limit], clock.now()
    last = None
    if len(found) > limit:
        order = shown[-1].order
        last = cursor.encode({"at": order.created_at, "id": order.order_id})
    return {"items": [state.present(now) for state in shown], "nextCursor": last}


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
