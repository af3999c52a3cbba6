"""Public routes of the catalog: books and categories."""

from functools import cache

from catalog.logic import Listing
from runtime import aws
from runtime.errors import BadRequest, NotFound
from runtime.http import Request, Response, Router
from runtime.parsing import book_id, query_integer
from runtime.settings import settings
from shop.books import Books, present
from shop.shelves import Shelves
from shop.stock_rows import StockRows

handle = Router()

_CACHED = {"cache-control": "public, max-age=30"}


@cache
def _shelves() -> Shelves:
    return Shelves(aws.client("dynamodb"), settings().books_table)


@cache
def _books() -> Books:
    client, own = aws.client("dynamodb"), settings()
    return Books(client, own.books_table, StockRows(client, own.stock_table, own.region))


@cache
def _listing() -> Listing:
    return Listing(_shelves(), _books())


@handle.route("GET", "/books")
def list_books(request: Request) -> Response:
    """Return a page of books, best rated first."""
    category = request.query("category")
    if category is not None and not 1 <= len(category) <= 100:
        raise BadRequest("category must have 1 to 100 characters.")
    limit = query_integer(request.query("limit"), "limit", 1, 100, 24)
    return Response(_listing().page(category, request.query("cursor"), limit), headers=_CACHED)


@handle.route("GET", "/books/{bookId}")
def get_book(request: Request) -> Response:
    """Return one book."""
    item = _books().get(book_id(request.path.get("bookId")))
    if item is None:
        raise NotFound("The catalog has no such book.")
    return Response(present(item), headers=_CACHED)


@handle.route("GET", "/categories")
def list_categories(request: Request) -> Response:
    """Return every category with its number of books."""
    return Response({"items": _shelves().categories()}, headers=_CACHED)
