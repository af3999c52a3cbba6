"""Sitemaps of the storefront: every book, best rated first (https://www.sitemaps.org/protocol.html)."""

from collections.abc import Iterable
from html import escape

from search.index import Index

XML = "application/xml"
BOOKS_IN_PART = 25_000
"""The protocol allows 50,000; Lambda's response of 6 MB holds no more than about 40,000."""
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def parts(index: Index) -> int:
    """The number of sitemaps, at least one."""
    return max(1, -(-index.books // BOOKS_IN_PART))


def overview(index: Index, origin: str) -> str:
    """Return the sitemap index. `origin` is the storefront's, without a slash."""
    addresses = (f"{origin}/sitemap-{number}.xml" for number in range(1, parts(index) + 1))
    return _document("sitemapindex", "sitemap", addresses)


def part(index: Index, origin: str, number: int) -> str:
    """Return the sitemap with the number `number`, from 1 on; the first one has the home page too."""
    first = (number - 1) * BOOKS_IN_PART + 1
    own = [f"{origin}/", f"{origin}/bestsellers"] if number == 1 else []
    books = (f"{origin}/books/{book_id}" for book_id in index.book_ids(first, first + BOOKS_IN_PART - 1))
    return _document("urlset", "url", [*own, *books])


def _document(root: str, element: str, addresses: Iterable[str]) -> str:
    entries = "".join(f"<{element}><loc>{escape(address)}</loc></{element}>" for address in addresses)
    return f'<?xml version="1.0" encoding="UTF-8"?><{root} xmlns="{_NAMESPACE}">{entries}</{root}>'
