"""The list of bestsellers, also while Redis does not answer."""

import time
from collections.abc import Callable
from typing import Any

from bestsellers.counts import Counts
from runtime import clock, log
from runtime.errors import Unavailable
from shop.books import Books, present

MAX_RANKS = 20
MAX_RELATED = 12

_SPARE = 20
"""Books that are read in addition, in place of books that are no longer in the catalog."""

FRESH_SECONDS = 5.0
"""A list is reused for so long: without it each request would read 40 books."""

_PAUSE_SECONDS = 5.0
"""Time without attempts after Redis has failed: each attempt would cost the caller its time-outs."""


class Bestsellers:
    """The list of bestsellers, and its last copy."""

    def __init__(self, counts: Callable[[], Counts], books: Books) -> None:
        self._counts = counts
        self._books = books
        self._last: list[dict[str, Any]] = []
        self._as_of: str | None = None
        self._fresh_until = float("-inf")
        self._paused_until = float("-inf")

    def top(self, limit: int) -> dict[str, Any]:
        """Return the first `limit` ranks as the contract's `BestsellerList`.

        If the counts cannot be read, the last copy or an empty list is returned with `stale` true.
        """
        stale = False
        if time.monotonic() >= self._fresh_until:
            current = self._read()
            stale = current is None
            if current is not None:
                self._last, self._as_of = current, clock.timestamp(clock.now())
                self._fresh_until = time.monotonic() + FRESH_SECONDS
        as_of = self._as_of or clock.timestamp(clock.now())
        return {"items": self._last[:limit], "asOf": as_of, "stale": stale}

    def related(self, book_id: str) -> dict[str, Any]:
        """Return the books that were bought together with a book as the contract's `RelatedList`.

        If the counts cannot be read, the list is empty with `stale` true.
        """
        found = self._described(lambda counts: counts.together(book_id, MAX_RELATED + _SPARE))
        items = [{"book": book, "boughtTogether": orders} for book, orders in (found or [])[:MAX_RELATED]]
        return {"items": items, "asOf": clock.timestamp(clock.now()), "stale": found is None}

    def _read(self) -> list[dict[str, Any]] | None:
        found = self._described(lambda counts: counts.top(MAX_RANKS + _SPARE))
        if found is None:
            return None
        return [
            {"rank": rank, "sold": copies, "book": book}
            for rank, (book, copies) in enumerate(found[:MAX_RANKS], start=1)
        ]

    def _described(
        self, read: Callable[[Counts], list[tuple[str, int]] | None]
    ) -> list[tuple[dict[str, Any], int]] | None:
        """Read counts and their books. `None` if either cannot be read."""
        if time.monotonic() < self._paused_until:
            return None
        from redis import RedisError

        try:
            counted = read(self._counts())
            if counted is None:
                return None
            books = self._books.get_many(book_id for book_id, _ in counted) if counted else {}
            return [(present(books[book_id]), count) for book_id, count in counted if book_id in books]
        except RedisError as error:
            self._paused_until = time.monotonic() + _PAUSE_SECONDS
            log.write("WARNING", "bestsellers unavailable", cause=repr(error))
        except Unavailable as error:
            log.write("WARNING", "books unavailable", cause=repr(error.__cause__))
        return None
