"""Queries of one index file."""

import sqlite3
from collections.abc import Iterable, Mapping
from functools import lru_cache, partial
from itertools import islice, product
from pathlib import Path
from typing import Any, NamedTuple
from weakref import finalize

from search import expressions
from search.models import Filters
from search.schema import PRICE_STEPS
from search.spelling import corrections
from search.text import is_cjk, words

MAX_VALUES = 50
"""Values of a facet, those with most books."""
MAX_COMBINATIONS = 40
"""Corrected texts that are tried for one that finds nothing."""


class Summary(NamedTuple):
    """Number of books that a search finds, and its facets.

    Each facet is counted with all filters but its own: values of `category` and `language` with their books, most
    first; of `price` the start (included) and the end (not included; None: no end) in minor units, with the books.
    """

    total: int = 0
    category: tuple[tuple[str, int], ...] = ()
    language: tuple[tuple[str, int], ...] = ()
    price: tuple[tuple[int, int | None, int], ...] = ()


class Suggestion(NamedTuple):
    """A text in which the words of a query begin words; `book_id` for titles only."""

    text: str
    book_id: str | None


class Index:
    """An index file, opened read-only. It is never written again, so SQLite may skip its locks (`immutable`).

    The file is closed when the last reference to the index goes, so never during a search. A connection that is not
    closed stays open until a collection of reference cycles, since Python's own cache of statements refers back to it.
    """

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(
            f"file:{path}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        finalize(self, self._database.close)
        ((self.scanned_at,),) = self._database.execute("SELECT value FROM meta WHERE name = 'scanned_at'")
        self.books: int = self._database.execute("SELECT count(*) FROM books").fetchone()[0]
        kinds = self._database.execute("SELECT kind, min(place), max(place) FROM entries GROUP BY kind")
        self._entries = {kind: (first, last) for kind, first, last in kinds}
        self._remembered = lru_cache(256)(partial(_summary, self._database, ""))

    def find(self, text: str, filters: Filters, sort: str, *, limit: int, offset: int) -> list[str]:
        """Ids of the books that match, `limit` of them from `offset` on; `sort` is one of `models.SORTS`."""
        expression = expressions.match(text)
        if text and not expression:
            return []
        where, wanted = expressions.where(filters)
        found = expressions.found(expression, ranked=sort == "relevance")
        order = expressions.ORDERS[sort]
        statement = f"{found} SELECT id FROM found WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?"  # noqa: S608
        arguments = [*filter(None, [expression]), *wanted, limit, offset]
        return [book_id for (book_id,) in self._database.execute(statement, arguments)]

    def summary(self, text: str, filters: Filters) -> Summary:
        """The number of results and the facets. Without a text they are cached until the index is replaced."""
        return _summary(self._database, text, filters) if text else self._remembered(filters)

    def correct(self, text: str, filters: Filters) -> str | None:
        """The most similar text that finds something, for one that finds nothing; None where there is none."""
        asked = words(text)[: expressions.MAX_WORDS]
        if not asked:
            return None
        candidates = [[(0, word)] if is_cjk(word) else corrections(self._database, word) for word in asked]
        best: tuple[int, int, str] | None = None
        for distance, corrected in _combinations(candidates):
            if best is not None and distance > best[0]:
                break
            found = _summary(self._database, corrected, filters).total
            if found and (best is None or found > best[1]):
                best = (distance, found, corrected)
        return best[2] if best else None

    def suggest(self, text: str, kind: str, limit: int) -> list[Suggestion]:
        """Entries of a kind (`title`, `author`, `category`) in which the words of `text` begin words."""
        expression = expressions.match(text)
        if not expression or kind not in self._entries:
            return []
        rows = self._database.execute(
            "SELECT text, book_id FROM"
            " (SELECT rowid AS hit FROM entry_words WHERE entry_words MATCH ? AND rowid BETWEEN ? AND ? LIMIT ?)"
            " JOIN entries ON place = hit ORDER BY place",
            [expression, *self._entries[kind], limit],
        )
        return [Suggestion(*row) for row in rows]

    def book_ids(self, first: int, last: int) -> list[str]:
        """Ids of the books at the places from `first` (1 is the best rated book) to `last`."""
        rows = self._database.execute(
            "SELECT id FROM books WHERE place BETWEEN ? AND ? ORDER BY place", [first, last]
        )
        return [book_id for (book_id,) in rows]


def _summary(database: sqlite3.Connection, text: str, filters: Filters) -> Summary:
    expression = expressions.match(text)
    if text and not expression:
        return Summary()
    parts: Mapping[str, tuple[str, Filters]] = {
        "total": ("0", filters),
        "category": ("category", filters._replace(category=None)),
        "language": ("language", filters._replace(language=None)),
        "price": (expressions.PRICE_STEP, filters._replace(min_price=None, max_price=None)),
    }
    selects: list[str] = []
    arguments: list[object] = [*filter(None, [expression])]
    for name, (value, others) in parts.items():
        where, wanted = expressions.where(others)
        counted = f"SELECT '{name}', {value} AS value, count(*) FROM found WHERE {where} GROUP BY value"  # noqa: S608
        selects.append(counted)
        arguments += wanted
    statement = f"{expressions.found(expression)} {' UNION ALL '.join(selects)}"
    counts: dict[str, dict[Any, int]] = {name: {} for name in parts}
    for name, value, count in database.execute(statement, arguments):
        counts[name][value] = count
    bounds = (0, *PRICE_STEPS, None)
    return Summary(
        total=counts["total"].get(0, 0),
        category=_most_first(counts["category"]),
        language=_most_first(counts["language"]),
        price=tuple(
            (bounds[step] or 0, bounds[step + 1], count) for step, count in sorted(counts["price"].items())
        ),
    )


def _most_first(counts: Mapping[str | None, int]) -> tuple[tuple[str, int], ...]:
    known = [(value, count) for value, count in counts.items() if value is not None]
    return tuple(sorted(known, key=lambda entry: (-entry[1], entry[0]))[:MAX_VALUES])


def _combinations(candidates: list[list[tuple[int, str]]]) -> Iterable[tuple[int, str]]:
    """Texts of one candidate for each word, with the sum of their distances, the nearest first."""
    texts = (
        (sum(distance for distance, _ in chosen), " ".join(word for _, word in chosen))
        for chosen in islice(product(*candidates), 1000)
    )
    return sorted(texts)[:MAX_COMBINATIONS]
