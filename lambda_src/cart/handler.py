"""The cart over HTTP, for the shopper who has signed in."""

from functools import cache

from cart.logic import Cart
from runtime import aws
from runtime.http import Request, Response, Router
from runtime.parsing import book_id, fields, integer
from runtime.settings import settings
from shop.books import Books
from shop.carts import Carts
from shop.lines import MAX_QUANTITY

handle = Router()


@cache
def _tables() -> tuple[Carts, Books]:
    client = aws.client("dynamodb")
    return Carts(client, settings().cart_table), Books(client, settings().books_table)


def _cart(request: Request) -> Cart:
    return Cart(request.customer_id, *_tables())


@handle.route("GET", "/cart")
def get_cart(request: Request) -> Response:
    """The cart, priced now."""
    return Response(_cart(request).show())


@handle.route("GET", "/cart/{bookId}")
def get_cart_line(request: Request) -> Response:
    """The cart, narrowed to one book."""
    cart = _cart(request)
    return Response(cart.show(only=book_id(request.path.get("bookId"))))


@handle.route("POST", "/cart")
def add_to_cart(request: Request) -> Response:
    """Add a quantity of a book."""
    cart = _cart(request)
    body = fields(request.body, {"bookId", "quantity"})
    return Response(cart.add(book_id(body["bookId"]), integer(body["quantity"], "quantity", 1, MAX_QUANTITY)))


@handle.route("PUT", "/cart/{bookId}")
def set_cart_line(request: Request) -> Response:
    """Set the quantity of a book."""
    cart = _cart(request)
    book = book_id(request.path.get("bookId"))
    body = fields(request.body, {"quantity"})
    return Response(cart.put(book, integer(body["quantity"], "quantity", 1, MAX_QUANTITY)))


@handle.route("DELETE", "/cart/{bookId}")
def remove_cart_line(request: Request) -> Response:
    """Take a book out of the cart."""
    cart = _cart(request)
    cart.remove(book_id(request.path.get("bookId")))
    return Response(status=204)
