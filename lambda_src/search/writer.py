"""Writes an index file from the items of the Books table."""

import math
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from search import schema
from search.text import cjk_terms, fold, split_authors

Item = Mapping[str, Any]


def write_index(path: Path, items: Iterable[Item], *, scanned_at: str) -> int:
    """Write a new index of `items` to `path`, which must not exist yet; return how many books it holds.

    `scanned_at` is the time (RFC 3339, UTC) at which reading the table began: the index has every change before it.
    """
    books = sorted((item for item in items if "title" in item), key=_place)
    database = sqlite3.connect(path, isolation_level=None)
    database.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {schema.TABLES}")
    database.execute("BEGIN")
    database.execute("INSERT INTO meta VALUES ('scanned_at', ?)", [scanned_at])
    _write_books(database, books)
    _write_entries(database, books)
    database.execute("COMMIT")
    database.executescript(f"{schema.VOCABULARY} {schema.INDEXES}")
    database.close()
    return len(books)


def _place(item: Item) -> tuple[float, int, str]:
    """Sort key: best rating first, then most ratings, then id."""
    return (-float(item["rating"]), -int(item.get("ratingsCount") or 0), str(item["id"]))


def _write_books(database: sqlite3.Connection, books: list[Item]) -> None:
    database.executemany(
        "INSERT INTO books VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                place,
                book["id"],
                book["category"],
                book.get("language"),
                int(book["price"]),
                book.get("publishedYear"),
                fold(book["title"]),
                math.log10(1 + int(book.get("ratingsCount") or 0)),
            )
            for place, book in enumerate(books, 1)
        ),
    )
    database.executemany(
        "INSERT OR IGNORE INTO authors VALUES (?, ?)",
        (
            (name, place)
            for place, book in enumerate(books, 1)
            for name in {book["author"], *split_authors(book["author"])}
        ),
    )
    database.executemany(
        "INSERT INTO words (rowid, title, author, cjk, other) VALUES (?, ?, ?, ?, ?)",
        (
            (
                place,
                fold(book["title"]),
                fold(book["author"]),
                cjk_terms(f"{book['title']} {book['author']}"),
                fold(f"{book['category']} {book['id']}"),
            )
            for place, book in enumerate(books, 1)
        ),
    )


def _write_entries(database: sqlite3.Connection, books: list[Item]) -> None:
    """Suggestions of the search field: categories, then authors, each by number of books, then titles by rating."""
    categories = Counter(book["category"] for book in books)
    authors = Counter(name for book in books for name in split_authors(book["author"]))
    entries = [
        *(("category", name, None) for name, _ in _most_first(categories)),
        *(("author", name, None) for name, _ in _most_first(authors)),
        *(("title", book["title"], book["id"]) for book in books),
    ]
    database.executemany(
        "INSERT INTO entries VALUES (?, ?, ?, ?)",
        ((place, *entry) for place, entry in enumerate(entries, 1)),
    )
    database.executemany(
        "INSERT INTO entry_words (rowid, text, cjk) VALUES (?, ?, ?)",
        ((place, fold(text), cjk_terms(text)) for place, (_, text, _) in enumerate(entries, 1)),
    )


def _most_first(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
