"""Routes of the signed-in shopper's cart."""

from functools import cache

from cart.logic import Cart
from runtime import aws
from runtime.http import Request, Response, Router
from runtime.parsing import book_id, fields, integer, uuid_text
from runtime.settings import settings
from shop.books import Books
from shop.carts import Carts
from shop.lines import MAX_QUANTITY
from shop.stock_rows import StockRows

handle = Router()


@cache
def _tables() -> tuple[Carts, Books]:
    client, own = aws.client("dynamodb"), settings()
    rows = StockRows(client, own.stock_table, own.region)
    return Carts(client, own.cart_table), Books(client, own.books_table, rows)


def _cart(request: Request) -> Cart:
    return Cart(request.sign_in, *_tables())


@handle.route("GET", "/cart")
def get_cart(request: Request) -> Response:
    """Return the cart with current prices."""
    return Response(_cart(request).show())


@handle.route("GET", "/cart/{bookId}")
def get_cart_line(request: Request) -> Response:
    """Return the cart with only one book."""
    cart = _cart(request)
    return Response(cart.show(only=book_id(request.path.get("bookId"))))


@handle.route("POST", "/cart")
def add_to_cart(request: Request) -> Response:
    """Add copies of a book, once for each idempotency key."""
    cart = _cart(request)
    body = fields(request.body, {"bookId", "quantity"})
    key = request.headers.get("idempotency-key")
    if key is not None:
        key = uuid_text(key, "The header Idempotency-Key")
    quantity = integer(body["quantity"], "quantity", 1, MAX_QUANTITY)
    return Response(cart.add(book_id(body["bookId"]), quantity, key))


@handle.route("PUT", "/cart/{bookId}")
def set_cart_line(request: Request) -> Response:
    """Set the number of copies of a book."""
    cart = _cart(request)
    book = book_id(request.path.get("bookId"))
    body = fields(request.body, {"quantity"})
    return Response(cart.put(book, integer(body["quantity"], "quantity", 1, MAX_QUANTITY)))


@handle.route("DELETE", "/cart/{bookId}")
def remove_cart_line(request: Request) -> Response:
    """Remove a book from the cart."""
    cart = _cart(request)
    cart.remove(book_id(request.path.get("bookId")))
    return Response(status=204)
