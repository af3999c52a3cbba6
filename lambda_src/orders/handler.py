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


def _shown(state: OrderState, status: int = 200) -> Response:
    return Response(state.present(clock.now()), status=status)


def _order_id(request: Request) -> str:
    return uuid_text(request.path.get("orderId"), "orderId")


@handle.route("POST", "/orders")
def place_order(request: Request) -> Response:
    """Place an order, once for each idempotency key."""
    customer_id = request.customer_id
    wanted = OrderRequest.parse(customer_id, request.headers.get("idempotency-key"), request.body)
    return _shown(_checkout().place(wanted), status=201)


@handle.route("GET", "/orders")
def list_orders(request: Request) -> Response:
    """Return a page of the shopper's orders, newest first."""
    customer_id = request.customer_id
    limit = query_integer(request.query("limit"), "limit", 1, 100, 24)
    return Response(logic.list_orders(_orders(), customer_id, request.query("cursor"), limit))


@handle.route("GET", "/orders/{orderId}")
def get_order(request: Request) -> Response:
    """Return one of the shopper's orders."""
    customer_id = request.customer_id
    return _shown(logic.get_order(_orders(), customer_id, _order_id(request)))


@handle.route("PUT", "/orders/{orderId}/cancellation")
def cancel_order(request: Request) -> Response:
    """Cancel one of the shopper's orders."""
    customer_id = request.customer_id
    return _shown(logic.cancel_order(_orders(), customer_id, _order_id(request)))


@handle.route("PUT", "/orders/{orderId}/confirmation")
def confirm_order(request: Request) -> Response:
    """Keep one of the shopper's orders that is held."""
    customer_id = request.customer_id
    return _shown(logic.confirm_order(_orders(), customer_id, _order_id(request)))
