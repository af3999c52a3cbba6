"""The catalog over HTTP: books and categories, open to anyone."""

from functools import cache

from catalog import logic
from catalog.store import Shelves
from runtime import aws
from runtime.errors import BadRequest, NotFound
from runtime.http import Request, Response, Router
from runtime.parsing import book_id, query_integer
from runtime.settings import settings
from shop.books import Books, present

handle = Router()

_SHORTLY = {"cache-control": "public, max-age=30"}


@cache
def _shelves() -> Shelves:
    return Shelves(aws.client("dynamodb"), settings().books_table)


@cache
def _books() -> Books:
    return Books(aws.client("dynamodb"), settings().books_table)


@handle.route("GET", "/books")
def list_books(request: Request) -> Response:
    """A page of books, best rated first."""
    category = request.query("category")
    if category is not None and not 1 <= len(category) <= 100:
        raise BadRequest("category must have 1 to 100 characters.")
    limit = query_integer(request.query("limit"), "limit", 1, 100, 24)
    return Response(logic.list_books(_shelves(), category, request.query("cursor"), limit), headers=_SHORTLY)


@handle.route("GET", "/books/{bookId}")
def get_book(request: Request) -> Response:
    """One book."""
    item = _books().get(book_id(request.path.get("bookId")))
    if item is None:
        raise NotFound("The catalog has no such book.")
    return Response(present(item), headers=_SHORTLY)


@handle.route("GET", "/categories")
def list_categories(request: Request) -> Response:
    """Every category with its number of books."""
    return Response({"items": _shelves().categories()}, headers=_SHORTLY)
