"""Orders over HTTP, for the shopper who has signed in."""

from functools import cache

from orders import logic
from orders.models import OrderRequest
from orders.store import Orders
from runtime import aws
from runtime.http import Request, Response, Router
from runtime.parsing import query_integer, uuid_text
from runtime.settings import settings
from shop.books import Books
from shop.carts import Carts

handle = Router()


@cache
def _orders() -> Orders:
    return Orders(aws.client("dynamodb"), settings().orders_table)


@cache
def _checkout() -> logic.Checkout:
    client, told = aws.client("dynamodb"), settings()
    return logic.Checkout(
        _orders(), Carts(client, told.cart_table), Books(client, told.books_table), told.region
    )


@handle.route("POST", "/orders")
def place_order(request: Request) -> Response:
    """Place an order, once for each key."""
    customer_id = request.customer_id
    wanted = OrderRequest.parse(customer_id, request.headers.get("idempotency-key"), request.body)
    return Response(_checkout().place(wanted).present(), status=201)


@handle.route("GET", "/orders")
def list_orders(request: Request) -> Response:
    """The shopper's orders, newest first."""
    customer_id = request.customer_id
    limit = query_integer(request.query("limit"), "limit", 1, 100, 24)
    return Response(logic.list_orders(_orders(), customer_id, request.query("cursor"), limit))


@handle.route("GET", "/orders/{orderId}")
def get_order(request: Request) -> Response:
    """One of the shopper's orders."""
    customer_id = request.customer_id
    order_id = uuid_text(request.path.get("orderId"), "orderId")
    return Response(logic.get_order(_orders(), customer_id, order_id).present())
