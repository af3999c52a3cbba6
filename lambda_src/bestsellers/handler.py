"""Best sellers over HTTP, open to anyone."""

from functools import cache

from bestsellers.connection import redis
from bestsellers.counts import Ranking
from bestsellers.logic import MOST, Bestsellers
from runtime import aws
from runtime.http import Request, Response, Router
from runtime.parsing import query_integer
from runtime.settings import settings
from shop.books import Books

handle = Router()


@cache
def _ranking() -> Ranking:
    return Ranking(redis())


@cache
def _bestsellers() -> Bestsellers:
    return Bestsellers(_ranking, Books(aws.client("dynamodb"), settings().books_table))


@handle.route("GET", "/bestsellers")
def list_bestsellers(request: Request) -> Response:
    """The books that sold most, in all regions together."""
    limit = query_integer(request.query("limit"), "limit", 1, MOST, MOST)
    return Response(_bestsellers().top(limit))
