"""Routes of the signed-in shopper's orders."""

from functools import cache

from orders import logic
from orders.models import OrderRequest
from orders.store import Orders, Tables
from runtime import aws, clock
from runtime.http import Request, Response, Router
from runtime.parsing import query_integer, uuid_text
from runtime.settings import settings
from shop.books import Books
from shop.carts import Carts
from shop.placed_orders import OrderState
from shop.revocations import Revocations
from shop.stock_rows import StockRows

handle = Router()


@cache
def _orders() -> Orders:
    return Orders(aws.client("dynamodb"), settings())


@cache
def _checkout() -> logic.Checkout:
    client, own = aws.client("dynamodb"), settings()
    rows = StockRows(client, own.stock_table, own.region)
    tables = Tables(Carts(client, own.cart_table), Books(client, own.books_table, rows), rows)
    return logic.Checkout(_orders(), tables, own)


@cache
def _revocations() -> Revocations:
    return Revocations(aws.client("dynamodb"), settings().cart_table)


def _shown(state: OrderState, status: int = 200) -> Response:
    return Response(state.present(clock.now()), status=status)


def _own_order(request: Request) -> OrderState:
    sign_in, order_id = request.sign_in, uuid_text(request.path.get("orderId"), "orderId")
    return _revocations().checked(sign_in, lambda: logic.get_order(_orders(), sign_in.customer_id, order_id))


@handle.route("POST", "/orders")
def place_order(request: Request) -> Response:
    """Place an order, once for each idempotency key."""
    wanted = OrderRequest.parse(request.sign_in, request.headers.get("idempotency-key"), request.body)
    return _shown(_checkout().place(wanted), status=201)


@handle.route("GET", "/orders")
def list_orders(request: Request) -> Response:
    """Return a page of the shopper's orders, newest first."""
    sign_in = request.sign_in
    limit = query_integer(request.query("limit"), "limit", 1, 100, 24)
    cursor = request.query("cursor")
    page = _revocations().checked(
        sign_in, lambda: logic.list_orders(_orders(), sign_in.customer_id, cursor, limit)
    )
    return Response(page)


@handle.route("GET", "/orders/{orderId}")
def get_order(request: Request) -> Response:
    """Return one of the shopper's orders."""
    return _shown(_own_order(request))


@handle.route("PUT", "/orders/{orderId}/cancellation")
def cancel_order(request: Request) -> Response:
    """Cancel one of the shopper's orders."""
    return _shown(logic.cancel_order(_orders(), _own_order(request)))


@handle.route("PUT", "/orders/{orderId}/confirmation")
def confirm_order(request: Request) -> Response:
    """Keep one of the shopper's orders that is held."""
    return _shown(logic.confirm_order(_orders(), _own_order(request)))
