"""Public routes of bestsellers and related books."""

from functools import cache

from bestsellers.connection import redis
from bestsellers.counts import Counts
from bestsellers.logic import MAX_RANKS, Bestsellers
from runtime import aws
from runtime.http import Request, Response, Router
from runtime.parsing import book_id, query_integer
from runtime.settings import settings
from shop.books import Books
from shop.stock_rows import StockRows

handle = Router()

_CACHED = {"cache-control": "public, max-age=30"}


@cache
def _counts() -> Counts:
    return Counts(redis())


@cache
def _bestsellers() -> Bestsellers:
    client, own = aws.client("dynamodb"), settings()
    rows = StockRows(client, own.stock_table, own.region)
    return Bestsellers(_counts, Books(client, own.books_table, rows))


@handle.route("GET", "/bestsellers")
def list_bestsellers(request: Request) -> Response:
    """Return the books with most copies sold in all regions."""
    limit = query_integer(request.query("limit"), "limit", 1, MAX_RANKS, MAX_RANKS)
    return Response(_bestsellers().top(limit))


@handle.route("GET", "/books/{bookId}/related")
def list_related_books(request: Request) -> Response:
    """Return the books that were bought together with a book most often."""
    return Response(_bestsellers().related(book_id(request.path.get("bookId"))), headers=_CACHED)
