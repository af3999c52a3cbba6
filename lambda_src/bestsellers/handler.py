"""Best sellers over HTTP, open to anyone."""

from functools import cache

from bestsellers.connection import redis
from bestsellers.logic import MOST, Bestsellers
from bestsellers.ranking import Ranking
from shop import aws
from shop.books import Books
from shop.http import Request, Response, Router
from shop.parsing import query_integer
from shop.settings import settings

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
