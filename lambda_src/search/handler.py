"""Search over HTTP, open to anyone."""

from functools import cache

from runtime import aws
from runtime.errors import NotFound
from runtime.http import Markup, Request, Response, Router
from runtime.parsing import query_integer
from runtime.settings import settings
from search import logic, sitemap
from search.models import read_query, read_text
from search.store import Bucket, Reader
from shop.books import Books
from shop.stock_rows import StockRows

handle = Router()

_SHORTLY = {"cache-control": "public, max-age=30"}


@cache
def _reader() -> Reader:
    return Reader(Bucket(aws.client("s3", read_timeout=10), settings().search_bucket))


@cache
def _books() -> Books:
    client, own = aws.client("dynamodb"), settings()
    return Books(client, own.books_table, StockRows(client, own.stock_table, own.region))


@handle.route("GET", "/search")
def search(request: Request) -> Response:
    """Books that match a text and filters, with facets."""
    return Response(logic.search(_reader().index(), _books(), read_query(request)), headers=_SHORTLY)


@handle.route("GET", "/suggestions")
def suggestions(request: Request) -> Response:
    """Titles, authors and categories that begin as the text does."""
    text = read_text(request)
    return Response(logic.suggest(_reader().index(), text), headers=_SHORTLY)


@handle.route("HEAD", "/pages/sitemap.xml")
@handle.route("GET", "/pages/sitemap.xml")
def get_sitemap(request: Request) -> Response:
    """Return the sitemap index, or the sitemap `part`."""
    index, origin = _reader().index(), settings().storefront_url
    headers = {"content-type": sitemap.XML, "cache-control": "public, max-age=3600"}
    if request.query("part") is None:
        return Response(Markup(sitemap.overview(index, origin)), headers=headers)
    part = query_integer(request.query("part"), "part", 1, 50_000, 1)
    if part > sitemap.parts(index):
        raise NotFound("The sitemap has fewer parts.")
    return Response(Markup(sitemap.part(index, origin, part)), headers=headers)
