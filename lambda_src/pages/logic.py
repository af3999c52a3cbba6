"""Builds the page for a path. Paths are the routes of the web app (`web/src/app/App.tsx`)."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol
from urllib.parse import unquote, urlencode

from pages import content
from pages.content import book_path, category_path
from pages.models import Document, Link, Texts
from pages.render import SITE_NAME
from runtime.parsing import BOOK_ID

Book = Mapping[str, Any]
TAGLINE = "A bookshop that keeps the same shelves in several parts of the world at once."
WITHOUT_CONTENT = frozenset(
    {"account", "cart", "checkout", "forgot", "imprint", "orders", "privacy", "search", "sign-in", "sign-up"}
)
"""Pages whose content only the web app has; search engines have nothing to index there."""
HERO_BOOKS = 12
"""Books that the home page reads for its covers (`web/src/features/catalog/Hero.tsx`)."""
SHELF_BOOKS = 6
"""Books on a shelf (`web/src/features/catalog/Shelf.tsx`)."""
CATEGORY_BOOKS = 24
"""Books on a page of a category (`web/src/features/catalog/searchParams.ts`)."""
ENGLISH = Texts(SITE_NAME, "", SITE_NAME, "Best sellers", {}, "The best rated books come first.", {})
"""Texts for a build that has none of a language."""
_CATEGORIES = "/categories"
_DESCRIPTION_CHARACTERS = 160
"""Text that result pages of search engines show."""


class Catalog(Protocol):
    """The reads that pages need."""

    def book(self, book_id: str) -> Book | None:
        """Return a book as the contract's `Book`."""

    def shelf(self, category: str | None) -> Sequence[Book]:
        """Return the best rated books, with the attributes of the contract's `Book` except `stock`."""

    def categories(self) -> list[str]:
        """Return the names of all categories."""


class Storefront(NamedTuple):
    """The storefront as one reader sees it."""

    catalog: Catalog
    origin: str
    """Address of the storefront, without a slash at the end."""
    language: str
    texts: Texts

    def category_bar(self, names: Sequence[str]) -> tuple[Link, ...]:
        """Return the links of the bar above each page, for the names of all categories."""
        first = Link("/bestsellers", self.texts.bestsellers)
        return (first, *(Link(category_path(name), self.texts.category(name)) for name in names))


def page(path: str, shop: Storefront) -> Document:
    """Return the page for a path of the storefront, with status 404 for an unknown path, book or category.

    Raises:
        Unavailable: the tables cannot be read.
    """
    parts = [unquote(part) for part in path.strip("/").split("/")]
    match parts:
        case [""]:
            return _home(shop)
        case ["bestsellers"]:
            title, description = "Best sellers", "The books that sold most, in all regions together."
            return Document(title, description, "/bestsellers", shop.language, content.plain(title))
        case ["books", book_id] if BOOK_ID.fullmatch(book_id):
            book = shop.catalog.book(book_id)
            return _not_found(shop) if book is None else _book(book, shop)
        case ["category", name]:
            names = shop.catalog.categories()
            return _category(name, names, shop) if name in names else _not_found(shop)
        case [name] if name in WITHOUT_CONTENT:
            return _without_content(name.replace("-", " ").capitalize(), shop)
        case ["orders", _]:
            return _without_content("Order", shop)
    return _not_found(shop)


def _without_content(title: str, shop: Storefront) -> Document:
    return Document(title, TAGLINE, None, shop.language, content.plain(title))


def _not_found(shop: Storefront) -> Document:
    body = content.plain("That isn’t here", [Link("/", SITE_NAME)])
    return Document("Page not found", TAGLINE, None, shop.language, body, status=404)


def _home(shop: Storefront) -> Document:
    site = {
        "@context": "https://schema.org",
        "@type": "WebSite",
        "name": SITE_NAME,
        "url": f"{shop.origin}/",
        "potentialAction": {
            "@type": "SearchAction",
            "target": {
                "@type": "EntryPoint",
                "urlTemplate": f"{shop.origin}/search?q={{search_term_string}}",
            },
            "query-input": "required name=search_term_string",
        },
    }
    return Document(
        SITE_NAME,
        TAGLINE,
        "/",
        shop.language,
        content.home(shop.texts, _links(shop.catalog.shelf(None))),
        categories=shop.category_bar(shop.catalog.categories()),
        data=(site,),
        reads=(f"/books?limit={HERO_BOOKS}", _CATEGORIES, f"/bestsellers?limit={SHELF_BOOKS}"),
    )


def _category(name: str, names: Sequence[str], shop: Storefront) -> Document:
    books, path = shop.catalog.shelf(name), category_path(name)
    first, others = books[:CATEGORY_BOOKS], books[CATEGORY_BOOKS:]
    introduction = shop.texts.introduction_of(name)
    return Document(
        name,
        f"{name}: {introduction}",
        path,
        shop.language,
        content.category(shop.texts.category(name), introduction, first, _links(others)),
        categories=shop.category_bar(names),
        data=(_breadcrumbs(shop.origin, (name, path)),),
        reads=(f"/search?{urlencode({'category': name, 'limit': CATEGORY_BOOKS})}", _CATEGORIES),
    )


def _book(book: Book, shop: Storefront) -> Document:
    origin, path = shop.origin, book_path(book["id"])
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
    category = Link(category_path(book["category"]), shop.texts.category(book["category"]))
    steps = ((book["category"], category.href), (book["title"], path))
    return Document(
        f"{book['title']} by {book['author']}",
        _shortened(description),
        path,
        shop.language,
        content.book(book, f"{_price(book)} {book['currency']}", category),
        kind="book",
        categories=shop.category_bar(shop.catalog.categories()),
        data=(data, _breadcrumbs(origin, *steps)),
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
    return tuple(Link(book_path(book["id"]), f"{book['title']} by {book['author']}") for book in books)


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
