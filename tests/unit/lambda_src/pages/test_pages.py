import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages import logic
from pages.models import Document, Texts
from pages.render import render

ORIGIN = "https://books.example.com"
API = "https://api.books.example.com/v1"
TEMPLATE = """<!doctype html><html lang="en"><head><title>Built</title>
<meta name="description" content="Built" /><script type="module" src="/assets/index-1.js"></script></head>
<body><noscript>Needs JavaScript.</noscript><div id="root"><nav><!--categories--></nav><main><!--content--></main></div>
</body></html>"""
GERMAN = Texts(
    "Hier brennt Licht.",
    "Dieselben Bücher.",
    "Was sich verkauft",
    "Bestseller",
    {"Fairy Tales": "Märchen"},
    "Die besten zuerst.",
    {"Fairy Tales": "Zum Vorlesen."},
)


def book(book_id: str = "the-hobbit", **attributes: Any) -> dict[str, Any]:
    return {
        "id": book_id,
        "title": "The Hobbit",
        "author": "J.R.R. Tolkien",
        "category": "Fairy Tales",
        "description": "In a hole in the ground.",
        "price": 599,
        "currency": "EUR",
        "rating": 4.5,
        "ratingsCount": 10,
        "publishedYear": 1937,
        "language": "en",
        "cover": None,
        "stock": None,
        **attributes,
    }


class Shelf:
    """A catalog of one book."""

    def __init__(self, *books: dict[str, Any]) -> None:
        self._books = books or (book(),)

    def book(self, book_id: str) -> dict[str, Any] | None:
        return next((each for each in self._books if each["id"] == book_id), None)

    def shelf(self, category: str | None) -> list[logic.Book]:
        return [each for each in self._books if category in (None, each["category"])]

    def categories(self) -> list[str]:
        return sorted({each["category"] for each in self._books})


def html(path: str, catalog: Shelf | None = None, texts: Texts | None = None) -> tuple[Document, str]:
    language = "de" if texts else "en"
    document = logic.page(
        path, logic.Storefront(catalog or Shelf(), ORIGIN, language, texts or logic.ENGLISH)
    )
    return document, render(TEMPLATE, document, ORIGIN, API)


def json_ld(text: str) -> list[dict[str, Any]]:
    return [
        json.loads(part) for part in re.findall(r'<script type="application/ld\+json">(.*?)</script>', text)
    ]


def test_book_page_describes_book() -> None:
    document, text = html("/books/the-hobbit")
    assert document.status == 200
    assert "<title>The Hobbit by J.R.R. Tolkien · Meridian Books</title>" in text
    assert f'<link rel="canonical" href="{ORIGIN}/books/the-hobbit" />' in text
    assert '<meta property="og:type" content="book" />' in text
    data, breadcrumbs = json_ld(text)
    assert data["offers"] == {
        "@type": "Offer",
        "price": "5.99",
        "priceCurrency": "EUR",
        "availability": "https://schema.org/InStock",
        "url": f"{ORIGIN}/books/the-hobbit",
    }
    assert [step["position"] for step in breadcrumbs["itemListElement"]] == [1, 2, 3]


def test_book_page_keeps_the_build() -> None:
    text = html("/books/the-hobbit")[1]
    assert '<script type="module" src="/assets/index-1.js"></script>' in text
    assert '<noscript>Needs JavaScript.</noscript><div id="root">' in text
    assert text.count("<title>") == text.count('name="description"') == 1


@pytest.mark.parametrize(
    ("path", "reads"),
    [
        ("/", ["/books?limit=12", "/categories", "/bestsellers?limit=6"]),
        ("/category/Fairy%20Tales", ["/search?category=Fairy+Tales&amp;limit=24", "/categories"]),
        ("/books/the-hobbit", ["/books/the-hobbit", "/categories"]),
        ("/cart", []),
    ],
)
def test_page_preloads_first_reads(path: str, reads: list[str]) -> None:
    found = re.findall(
        r'<link rel="preload" href="([^"]*)" as="fetch" crossorigin="anonymous" />', html(path)[1]
    )
    assert found == [API + each for each in reads]


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("Hero.tsx", f"const READ = {{ limit: {logic.HERO_BOOKS} }};"),
        ("Shelf.tsx", f"const ON_A_SHELF = {logic.SHELF_BOOKS};"),
        ("searchParams.ts", f"export const ON_A_PAGE = {logic.CATEGORY_BOOKS};"),
    ],
)
def test_preloads_are_what_the_web_app_reads(file: str, line: str) -> None:
    source = (Path(__file__).parents[4] / "web/src/features/catalog" / file).read_text()
    assert line in source


@pytest.mark.parametrize(
    ("currency", "minor", "price"),
    [("EUR", 5, "0.05"), ("JPY", 1500, "1500"), ("KWD", 1500, "1.500"), ("HUF", 59900, "599.00")],
)
def test_price_follows_iso_4217(currency: str, minor: int, price: str) -> None:
    text = html("/books/the-hobbit", Shelf(book(currency=currency, price=minor)))[1]
    assert json_ld(text)[0]["offers"]["price"] == price


def test_sold_out_book_is_out_of_stock() -> None:
    text = html("/books/the-hobbit", Shelf(book(stock={"available": 0, "here": 0})))[1]
    assert json_ld(text)[0]["offers"]["availability"] == "https://schema.org/OutOfStock"


@pytest.mark.parametrize(
    "path",
    ["/nope", "/books/nope", "/books/a/b", "/category/Nope", "/books/%2e%2e", "/books/", "/category"],
)
def test_unknown_path_not_found(path: str) -> None:
    document, text = html(path)
    assert document.status == 404
    assert '<meta name="robots" content="noindex" />' in text
    assert "canonical" not in text


@pytest.mark.parametrize("path", ["/cart", "/checkout", "/orders/1", "/sign-in", "/privacy"])
def test_page_without_content_is_not_indexed(path: str) -> None:
    document, text = html(path)
    assert document.status == 200
    assert "noindex" in text


def test_page_of_each_static_route_exists() -> None:
    routes = (Path(__file__).parents[4] / "web/src/app/App.tsx").read_text(encoding="utf-8")
    paths = [path for path in re.findall(r"path: '(/[^']*)'", routes) if ":" not in path]
    assert {"/", "/search", "/imprint"} < set(paths)
    assert [path for path in paths if html(path)[0].status != 200] == []


def test_category_page_shows_first_books_and_links_others() -> None:
    books = [book(f"book-{number}") for number in range(logic.CATEGORY_BOOKS + 2)]
    document, text = html("/category/Fairy%20Tales", Shelf(*books))
    assert document.canonical == "/category/Fairy%20Tales"
    shown, linked = text.split("<noscript><ul>")
    assert shown.count('<article class="tile">') == logic.CATEGORY_BOOKS
    assert linked.count('">The Hobbit by J.R.R. Tolkien</a>') == 2


def test_book_page_shows_book_before_scripts_run() -> None:
    text = html("/books/the-hobbit")[1]
    seen = re.sub(r"<noscript>.*?</noscript>", "", text.split("<main>")[1])
    assert '<h1 lang="en">The Hobbit</h1>' in seen
    assert '<p class="book-author">J.R.R. Tolkien</p>' in seen
    assert '<p class="book-description" lang="en">In a hole in the ground.</p>' in seen
    assert "5.99" not in seen, "the price has the reader's format in the web app only"


def test_category_without_introduction_has_the_common_one() -> None:
    text = html("/category/Essays", Shelf(book(category="Essays")), GERMAN)[1]
    assert '<h1 class="page-title">Essays</h1><p class="lead">Die besten zuerst.</p>' in text
    assert '<meta name="description" content="Essays: Die besten zuerst." />' in text


def test_cover_is_shown_where_the_catalog_has_one() -> None:
    text = html("/books/the-hobbit", Shelf(book(cover="https://covers.example.com/1.jpg?a=1&b=2")))[1]
    assert '<img class="cover" src="https://covers.example.com/1.jpg?a=1&amp;b=2" alt=""' in text


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", "<h1>Hier brennt Licht.</h1>"),
        ("/category/Fairy%20Tales", '<h1 class="page-title">Märchen</h1><p class="lead">Zum Vorlesen.</p>'),
        ("/books/the-hobbit", '<a href="/category/Fairy%20Tales">Märchen</a>'),
    ],
)
def test_content_is_in_the_language(path: str, expected: str) -> None:
    text = html(path, texts=GERMAN)[1]
    assert '<html lang="de">' in text
    assert expected in text
    assert '<li><a href="/bestsellers">Bestseller</a></li>' in text


@pytest.mark.parametrize(
    ("path", "active"),
    [
        ("/category/Fairy%20Tales", ["/category/Fairy%20Tales"]),
        ("/books/the-hobbit", []),
        ("/cart", []),
    ],
)
def test_category_bar_marks_the_page(path: str, active: list[str]) -> None:
    found = re.findall(r'<a href="([^"]*)" class="active" aria-current="page">', html(path)[1])
    assert found == active


@pytest.mark.parametrize("path", ["/cart", "/orders/1", "/bestsellers", "/nope"])
def test_page_without_first_content_has_text_without_javascript(path: str) -> None:
    text = html(path)[1]
    assert re.search(r"<main><noscript>.*<h1>.+</h1>.*</noscript></main>", text)
    assert '<div class="page"' not in re.sub(r"<noscript>.*?</noscript>", "", text)


def test_home_has_search_action() -> None:
    (site,) = json_ld(html("/")[1])
    assert site["potentialAction"]["target"]["urlTemplate"] == f"{ORIGIN}/search?q={{search_term_string}}"


@given(
    st.text(max_size=40)
    | st.sampled_from(["</script><script>alert(1)</script>", '"><img src=x onerror=a()>', "\\1 & \u2028"])
)
def test_any_title_is_escaped(title: str) -> None:
    text = html("/books/the-hobbit", Shelf(book(title=title, description=title, author=title)))[1]
    assert text.count("<script") == TEMPLATE.count("<script") + 2
    assert text.count("</script>") == TEMPLATE.count("</script>") + 2
    assert "<img" not in text
    assert json_ld(text)[0]["name"] == title
