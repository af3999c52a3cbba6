"""Pages over HTTP: CloudFront asks for them before it falls back to the bucket's plain `index.html`."""

from functools import cache

from pages import logic
from pages.render import render
from pages.store import Catalog, Template
from runtime import aws
from runtime.errors import BadRequest
from runtime.http import Markup, Request, Response, Router
from runtime.parsing import query_choice
from runtime.settings import settings
from shop.books import Books
from shop.shelves import Shelves
from shop.stock_rows import StockRows

handle = Router()

LONGEST_PATH = 2048
"""Characters."""
LANGUAGES = ("en", "de", "zh")
"""Languages of the storefront (`web/src/lib/texts.ts`). The first is for readers of all others."""
_CACHED = {"cache-control": "public, max-age=0, s-maxage=10, stale-if-error=86400"}
"""Short at the edge: a page names the files of its build, which the next build removes."""
_NO_STOREFRONT = (
    '<!doctype html><html lang="en"><title>Not found</title><p>This bookstore has no storefront.</p></html>'
)


@cache
def _template(bucket: str) -> Template:
    return Template(aws.client("s3", read_timeout=2.0), bucket)


@cache
def _catalog() -> Catalog:
    client, own = aws.client("dynamodb"), settings()
    books = Books(client, own.books_table, StockRows(client, own.stock_table, own.region))
    return Catalog(books, Shelves(client, own.books_table))


@handle.route("HEAD", "/pages/index.html")
@handle.route("GET", "/pages/index.html")
def get_page(request: Request) -> Response:
    """Return the page of the parameter `path`, in the language of the parameter `language`.

    Without a storefront every path is answered with 404.
    """
    own = settings()
    if own.web_bucket is None:
        return Response(Markup(_NO_STOREFRONT), status=404)
    path = request.query("path") or "/"
    if len(path) > LONGEST_PATH:
        raise BadRequest(f"path must have at most {LONGEST_PATH} characters.")
    language = query_choice(request.query("language"), "language", LANGUAGES) or LANGUAGES[0]
    build = _template(own.web_bucket).build()
    shop = logic.Storefront(
        _catalog(), own.storefront_url, language, build.texts.get(language, logic.ENGLISH)
    )
    document = logic.page(path, shop)
    page = render(build.html, document, own.storefront_url, own.api_url)
    return Response(Markup(page), status=document.status, headers=_CACHED)
