"""A small catalog for tests of the search, with the scripts and accents that real ones have."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from search.index import Index
from search.writer import write_index

SCANNED_AT = "2026-01-31T08:15:30.123Z"


def book(book_id: str, title: str, author: str, **attributes: Any) -> dict[str, Any]:
    """A book's item; what is not given is the same for all."""
    return {
        "id": book_id,
        "listing": "books",
        "title": title,
        "author": author,
        "category": "Novels",
        "price": 999,
        "currency": "EUR",
        "rating": 4,
        "ratingsCount": 100,
        "publishedYear": 1950,
        "language": "en",
        **attributes,
    }


BOOKS = (
    book("hamlet", "Hamlet", "William Shakespeare", category="Plays", publishedYear=1603, price=450),
    book("macbeth", "Macbeth", "William Shakespeare", category="Plays", publishedYear=1606, price=500),
    book(
        "the-hobbit",
        "The Hobbit",
        "J.R.R. Tolkien",
        rating=Decimal("4.9"),
        ratingsCount=9000,
        publishedYear=1937,
    ),
    book(
        "harry-potter-1", "Harry Potter and the Sorcerer's Stone", "J.K. Rowling, Mary GrandPré", price=1500
    ),
    book("harrison", "Harris and Me", "Gary Paulsen", rating=Decimal("3.5")),
    book("the-dispossessed", "The Dispossessed", "Ursula K. Le Guin", publishedYear=1974),
    book("naive", "Naïve. Super", "Erlend Loe", language="nb", publishedYear=1996),
    book("strasse", "Die Straße", "Anna Müller", language="de", price=2500),
    book("nihon-chinbotsu", "日本沈没", "小松左京", language="ja", publishedYear=1973),
    book("tokyo", "東京タワー", "江國香織", language="ja", publishedYear=2001),
    book("quotes", 'The "Quoted" Title; DROP TABLE books', "O'Brien, Jr.", publishedYear=None, language=None),
    book("9780140449136", "The Odyssey", "Homer", publishedYear=-720, rating=Decimal("4.5")),
)


def open_index(folder: Path, items: Any = BOOKS) -> Index:
    """An index of `items` in `folder`."""
    path = folder / "index.sqlite"
    write_index(path, items, scanned_at=SCANNED_AT)
    return Index(path)
