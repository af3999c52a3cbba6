"""Builds the page for a path. Paths are the routes of the web app (`web/src/app/App.tsx`)."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import quote, unquote, urlencode

from pages.models import Document, Link
from pages.render import SITE_NAME
from runtime.parsing import BOOK_ID

Book = Mapping[str, Any]
TAGLINE = "A bookshop that keeps the same shelves in several parts of the world at once."
PRIVATE = frozenset({"cart", "checkout", "orders", "sign-in", "sign-up", "forgot", "account", "search"})
"""Pages without content of their own; search engines have nothing to index there."""
HERO_BOOKS = 12
"""Books that the home page reads for its covers (`web/src/features/catalog/Hero.tsx`)."""
SHELF_BOOKS = 6
"""Books on a shelf (`web/src/features/catalog/Shelf.tsx`)."""
CATEGORY_BOOKS = 24
"""Books on a page of a category (`web/src/features/catalog/searchParams.ts`)."""
_CATEGORIES = "/categories"
_DESCRIPTION_CHARACTERS = 160
"""Text that result pages of search engines show."""


class Catalog(Protocol):
    """The reads that pages need."""

    def book(self, book_id: str) -> Book | None:
        """Return a book as the contract's `Book`."""

    def shelf(self, category: str | None) -> Sequence[Book]:
        """Return the best rated books, with `id`, `title` and `author`."""

    def categories(self) -> list[str]:
        """Return the names of all categories."""


def page(path: str, catalog: Catalog, origin: str) -> Document:
    """Return the page for a path of the storefront, with status 404 for an unknown path, book or category.

    Raises:
        Unavailable: the tables cannot be read.
    """
    parts = [unquote(part) for part in path.strip("/").split("/")]
    match parts:
        case [""]:
            return _home(catalog, origin)
        case ["bestsellers"]:
            return Document(
                "Best sellers", "The books that sold most, in all regions together.", "/bestsellers"
            )
        case ["books", book_id] if BOOK_ID.fullmatch(book_id):
            book = catalog.book(book_id)
            return _not_found() if book is None else _book(book, origin)
        case ["category", name] if name in catalog.categories():
            return _category(name, catalog, origin)
        case [name] if name in PRIVATE:
            return Document(name.replace("-", " ").capitalize(), TAGLINE, None)
        case ["orders", _]:
            return Document("Order", TAGLINE, None)
    return _not_found()


def _not_found() -> Document:
    return Document(
        "Page not found", TAGLINE, None, status=404, links=(Link("/", SITE_NAME),), heading="That isn’t here"
    )


def _home(catalog: Catalog, origin: str) -> Document:
    site = {
        "@context": "https://schema.org",
        "@type": "WebSite",
        "name": SITE_NAME,
        "url": f"{origin}/",
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": f"{origin}/search?q={{search_term_string}}"},
            "query-input": "required name=search_term_string",
        },
    }
    links = (
        *(Link(_category_path(name), name) for name in catalog.categories()),
        *_links(catalog.shelf(None)),
    )
    reads = (f"/books?limit={HERO_BOOKS}", _CATEGORIES, f"/bestsellers?limit={SHELF_BOOKS}")
    return Document(SITE_NAME, TAGLINE, "/", paragraphs=(TAGLINE,), links=links, data=(site,), reads=reads)


def _category(name: str, catalog: Catalog, origin: str) -> Document:
    description = f"{name}: the best rated books first."
    return Document(
        name,
        description,
        _category_path(name),
        paragraphs=(description,),
        links=_links(catalog.shelf(name)),
        data=(_breadcrumbs(origin, (name, _category_path(name))),),
        reads=(f"/search?{urlencode({'category': name, 'limit': CATEGORY_BOOKS})}", _CATEGORIES),
    )


def _book(book: Book, origin: str) -> Document:
    path = _book_path(book["id"])
    description = book["description"] or f"{book['title']} by {book['author']}."
    in_stock = book.get("stock") is None or book["stock"]["available"] > 0
    data = {
        "@context": "https://schema.org",
        "@type": "Book",
        "name": book["title"],
        "author": {"@type": "Person", "name": book["author"]},
        "url": origin + path,
        "genre": book["category"],
        "description": description,
        **({"inLanguage": book["language"]} if book["language"] else {}),
        **(_rating(book) if book["ratingsCount"] else {}),
        "offers": {
            "@type": "Offer",
            "price": _price(book),
            "priceCurrency": book["currency"],
            "availability": f"https://schema.org/{'InStock' if in_stock else 'OutOfStock'}",
            "url": origin + path,
        },
    }
    category = (book["category"], _category_path(book["category"]))
    return Document(
        f"{book['title']} by {book['author']}",
        _shortened(description),
        path,
        kind="book",
        heading=book["title"],
        paragraphs=(book["author"], f"{_price(book)} {book['currency']}", book["description"]),
        links=(Link(category[1], category[0]),),
        data=(data, _breadcrumbs(origin, category, (book["title"], path))),
        reads=(path, _CATEGORIES),
    )


def _rating(book: Book) -> dict[str, Any]:
    rating = {
        "@type": "AggregateRating",
        "ratingValue": float(book["rating"]),
        "ratingCount": book["ratingsCount"],
    }
    return {"aggregateRating": rating}


def _breadcrumbs(origin: str, *steps: tuple[str, str]) -> dict[str, Any]:
    return {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": origin + path}
            for position, (name, path) in enumerate(((SITE_NAME, "/"), *steps), 1)
        ],
    }


def _links(books: Sequence[Book]) -> tuple[Link, ...]:
    return tuple(Link(_book_path(book["id"]), f"{book['title']} by {book['author']}") for book in books)


def _book_path(book_id: str) -> str:
    return f"/books/{quote(book_id, safe='')}"


def _category_path(name: str) -> str:
    return f"/category/{quote(name, safe='')}"


def _price(book: Book) -> str:
    """The price in major units, as schema.org wants it: 599 EUR are `5.99`, 1500 JPY are `1500`."""
    digits = MINOR_DIGITS.get(book["currency"], 2)
    text = str(book["price"]).rjust(digits + 1, "0")
    return f"{text[:-digits]}.{text[-digits:]}" if digits else text


_NO_DIGITS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DIGITS = "BHD IQD JOD KWD LYD OMR TND"
MINOR_DIGITS = {**dict.fromkeys(_NO_DIGITS.split(" "), 0), **dict.fromkeys(_THREE_DIGITS.split(" "), 3)}
"""Digits after the decimal point, by ISO 4217, of currencies that do not have two."""


def _shortened(text: str) -> str:
    if len(text) <= _DESCRIPTION_CHARACTERS:
        return text
    return text[: _DESCRIPTION_CHARACTERS - 1].rsplit(" ", 1)[0] + "…"
