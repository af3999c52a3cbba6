"""First content of pages: HTML that readers see before the web app's scripts have run, or without them.

Elements and classes are those of the web app, which replaces the content by its own at the same places: `Hero.tsx`,
`CategoryPage.tsx` and `BookPage.tsx` in `web/src/features/catalog`.
"""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any
from urllib.parse import quote

from pages.models import Link, Texts

_BOOK_LANGUAGE = "en"
"""Language of all descriptions in the catalog."""
_LATER = '<div class="bone"></div><div class="bone short"></div><div class="bone tall"></div>'
"""Instead of what the web app adds: rating, price in the reader's format, stock, button."""
_COVER = '<div class="cover skeleton"></div>'
_HERO_BOOKS = "".join(
    f'<div class="hero-book hero-book-{place}"><div class="cover"></div></div>' for place in (1, 2, 3)
)


def book_path(book_id: str) -> str:
    """Return the path of a book's page."""
    return f"/books/{quote(book_id, safe='')}"


def category_path(name: str) -> str:
    """Return the path of a category's page."""
    return f"/category/{quote(name, safe='')}"


def home(texts: Texts, links: Iterable[Link]) -> str:
    """Introduction of the home page. Links are for readers without JavaScript."""
    return (
        '<div class="page home"><section class="hero"><div class="hero-inner">'
        f'<div class="hero-text"><h1>{escape(texts.headline)}</h1><p>{escape(texts.lead)}</p>'
        f'<a href="/bestsellers" class="btn btn-sun btn-lg">{escape(texts.action)}</a></div>'
        f'<div class="hero-art" aria-hidden="true">{_HERO_BOOKS}</div>'
        f"</div></section><noscript><ul>{_items(links)}</ul></noscript></div>"
    )


def category(name: str, introduction: str, books: Iterable[Mapping[str, Any]], links: Iterable[Link]) -> str:
    """Introduction and tiles of books. Links to further books are for readers without JavaScript."""
    return (
        f'<div class="page"><h1 class="page-title">{escape(name)}</h1>'
        f'<p class="lead">{escape(introduction)}</p><div class="book-list">'
        '<div class="book-list-head"><div class="bone"></div></div>'
        '<div class="filter-fold">&nbsp;</div>'
        f'<div class="grid">{"".join(map(_tile, books))}</div>'
        f"<noscript><ul>{_items(links)}</ul></noscript></div></div>"
    )


def book(book: Mapping[str, Any], price: str, category: Link) -> str:
    """A book's title, author and description. Price and category are for readers without JavaScript."""
    return (
        f'<div class="page"><div class="book"><div class="book-stage">{_cover(book)}</div><div class="book-text">'
        f"<h1{_lang(book['language'])}>{escape(book['title'])}</h1>"
        f'<p class="book-author">{escape(book["author"])}</p>'
        f'<noscript><p class="book-price">{escape(price)}</p></noscript><div class="book-later">{_LATER}</div>'
        f'<p class="book-description" lang="{_BOOK_LANGUAGE}">{escape(book["description"])}</p>'
        f"<noscript><ul>{_items([category])}</ul></noscript></div></div></div>"
    )


def plain(title: str, links: Iterable[Link] = ()) -> str:
    """A heading with links, only for readers without JavaScript."""
    return f'<noscript><div class="page"><h1>{escape(title)}</h1><ul>{_items(links)}</ul></div></noscript>'


def _tile(book: Mapping[str, Any]) -> str:
    return (
        f'<article class="tile"><div class="tile-cover">{_cover(book)}</div><div class="tile-text">'
        f'<h2 class="tile-title"><a class="stretched" href="{escape(book_path(book["id"]))}"'
        f"{_lang(book['language'])}>{escape(book['title'])}</a></h2>"
        f'<p class="tile-author">{escape(book["author"])}</p></div></article>'
    )


def _cover(book: Mapping[str, Any]) -> str:
    if not book["cover"]:
        return _COVER
    return f'<img class="cover" src="{escape(book["cover"])}" alt="" width="200" height="300" />'


def _lang(tag: str | None) -> str:
    return f' lang="{escape(tag)}"' if tag else ""


def _items(links: Iterable[Link]) -> str:
    return "".join(f'<li><a href="{escape(link.href)}">{escape(link.text)}</a></li>' for link in links)
