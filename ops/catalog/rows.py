"""Reads a catalog file: valid books, and a reason for every other row."""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from ops.catalog.codes import CURRENCIES, language_tag, look_alike, tidy
from ops.errors import InputError

T = TypeVar("T")

COLUMNS = (
    "id",
    "title",
    "author",
    "category",
    "price",
    "currency",
    "rating",
    "ratings_count",
    "published_year",
    "language",
)
OPTIONAL_COLUMNS = ("description", "stock")

BOOK_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
INTEGER = re.compile(r"-?[0-9]{1,15}")
RATING = re.compile(r"[0-9](\.[0-9]{1,15})?")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
NOT_UTF8 = re.compile(r"[\ud800-\udfff]")

HIGHEST_PRICE = 100_000_000
"""Minor units. An order of 50 lines with 99 such books each is within the contract's `expectedTotal`."""


HIGHEST_STOCK = 1_000_000_000
"""Copies of a book."""


class CatalogError(InputError):
    """The file is no catalog. The message says what to change."""


@dataclass(frozen=True, slots=True)
class Book:
    """A book as the API gives it; prices in minor units of `currency`."""

    id: str
    title: str
    author: str
    category: str
    description: str
    price: int
    currency: str
    rating: Decimal
    ratings_count: int
    published_year: int | None
    language: str | None
    stock: int | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was left out, with its first and last line in the file, from 1."""

    line: int
    reason: str
    last_line: int


@dataclass(frozen=True, slots=True)
class Catalog:
    """The contents of a file."""

    books: list[Book]
    rejected: list[Rejected]


def read(path: Path) -> Catalog:
    """Read a file with the columns of `COLUMNS` in any order; other columns are ignored.

    Of several rows with one id the first is used. Raises CatalogError when the file cannot be opened or its
    header lacks a column.
    """
    books: dict[str, tuple[int, Book]] = {}
    rejected: list[Rejected] = []
    categories: dict[str, str] = {}
    for line, last_line, fields in _rows(path):
        try:
            book = _book(fields)
            if book.id in books:
                raise ValueError(f"id {book.id} repeats line {books[book.id][0]}, which is used")
            category = categories.setdefault(look_alike(book.category), book.category)
            books[book.id] = line, replace(book, category=category)
        except ValueError as error:
            rejected.append(Rejected(line, str(error), last_line))
    return Catalog([book for _, book in books.values()], rejected)


def _rows(path: Path) -> Iterator[tuple[int, int, dict[str, str] | str]]:
    """Each row with its first and last line: its fields by column, or why it is invalid."""
    try:
        file = path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")
    except OSError as error:
        raise CatalogError(f"cannot open {path}: {error.strerror}") from error
    with file:
        # Strict: text after a closing quote is an error, as where a quote was not closed some rows before.
        reader = csv.reader(file, strict=True)
        header = _header(path, reader)
        while True:
            line = reader.line_num + 1
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield line, reader.line_num, f"is not CSV{_span(line, reader.line_num)}: {error}"
                continue
            if not row:
                continue
            last = reader.line_num
            if any(_contains_row(field, len(header)) for field in row):
                yield line, last, f"a quote is not closed: {_span(line, last).strip(' ()')} are one row"
            elif len(row) != len(header):
                yield line, last, f"has {len(row)} fields where the header has {len(header)}"
            else:
                yield line, last, dict(zip(header, row, strict=True))


def _span(first: int, last: int) -> str:
    return f" (lines {first} to {last})" if last > first else ""


def _contains_row(field: str, columns: int) -> bool:
    """Whether a field of several lines has a line that is a row by itself: its quote was not closed."""
    return any(
        line.count(",") >= columns - 1 and BOOK_ID.fullmatch(line.partition(",")[0])
        for line in field.splitlines()[1:]
    )


def _header(path: Path, reader: Iterator[list[str]]) -> list[str]:
    try:
        header = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        raise CatalogError(f"{path} is not CSV: {error}") from error
    if missing := [name for name in COLUMNS if name not in header]:
        raise CatalogError(f"{path} lacks the column{'s'[: len(missing) > 1]} {', '.join(missing)}")
    known = [name for name in header if name in COLUMNS + OPTIONAL_COLUMNS]
    if twice := sorted({name for name in known if known.count(name) > 1}):
        raise CatalogError(f"{path} has the column{'s'[: len(twice) > 1]} {', '.join(twice)} twice")
    return header


def _book(fields: dict[str, str] | str) -> Book:
    """The book of a row. Raises ValueError with the first problem."""
    if isinstance(fields, str):
        raise ValueError(fields)
    return Book(
        id=_matching(fields, "id", BOOK_ID, "1 to 64 letters, digits, dots, dashes and underscores"),
        title=_text(fields, "title", longest=1000),
        author=_text(fields, "author", longest=1000),
        category=tidy(_text(fields, "category", longest=100)),
        description=_text(fields, "description", shortest=0, longest=4000),
        price=_integer(fields, "price", 0, HIGHEST_PRICE),
        currency=_currency(fields),
        rating=_rating(fields),
        ratings_count=_integer(fields, "ratings_count", 0, 10**12),
        published_year=_optional(
            fields, "published_year", lambda: _integer(fields, "published_year", -5000, 2999)
        ),
        language=_optional(fields, "language", lambda: _language(fields)),
        stock=_optional(fields, "stock", lambda: _integer(fields, "stock", 0, HIGHEST_STOCK)),
    )


def _text(fields: dict[str, str], name: str, *, shortest: int = 1, longest: int) -> str:
    value = fields.get(name, "").strip()
    if NOT_UTF8.search(value):
        raise ValueError(f"{name} is not UTF-8")
    if CONTROL.search(value):
        raise ValueError(f"{name} has a control character")
    if len(value) < shortest:
        raise ValueError(f"{name} is empty")
    if len(value) > longest:
        raise ValueError(f"{name} has {len(value)} characters, more than {longest}")
    return value


def _matching(fields: dict[str, str], name: str, pattern: re.Pattern[str], meaning: str) -> str:
    value = _text(fields, name, longest=1000)
    if not pattern.fullmatch(value):
        raise ValueError(f"{name} is {_shown(value)}, not {meaning}")
    return value


def _integer(fields: dict[str, str], name: str, lowest: int, highest: int) -> int:
    value = int(_matching(fields, name, INTEGER, "an integer"))
    if not lowest <= value <= highest:
        raise ValueError(f"{name} is {value}, not within {lowest} to {highest}")
    return value


def _rating(fields: dict[str, str]) -> Decimal:
    value = Decimal(_matching(fields, "rating", RATING, "a number from 0 to 5"))
    if value > 5:
        raise ValueError(f"rating is {value}, not a number from 0 to 5")
    return value


def _currency(fields: dict[str, str]) -> str:
    value = _text(fields, "currency", longest=1000)
    if value not in CURRENCIES:
        raise ValueError(f"currency is {_shown(value)}, not an ISO 4217 code such as EUR")
    return value


def _language(fields: dict[str, str]) -> str:
    value = _text(fields, "language", longest=1000)
    tag = language_tag(value)
    if tag is None or len(tag) > 35:
        raise ValueError(f"language is {_shown(value)}, not a BCP 47 tag such as en or en-US")
    return tag


def _optional(fields: dict[str, str], name: str, read: Callable[[], T]) -> T | None:
    return read() if fields.get(name, "").strip() else None


def _shown(value: str) -> str:
    return repr(value if len(value) <= 40 else f"{value[:40]}...")
