"""The list of best sellers, also while Redis does not answer."""

import time
from collections.abc import Callable
from typing import Any

from bestsellers.counts import Counts
from runtime import clock, log
from runtime.errors import Unavailable
from shop.books import Books, present

MAX_RANKS = 20

_SPARE = 20
"""Books that are read in addition, in place of books that are no longer in the catalog."""

FRESH_SECONDS = 5.0
"""A list is reused for so long: without it each request would read 40 books."""

_PAUSE_SECONDS = 5.0
"""Time without attempts after Redis has failed: each attempt would cost the caller its time-outs."""


class Bestsellers:
    """The list of best sellers, and its last copy."""

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

    def _read(self) -> list[dict[str, Any]] | None:
        if time.monotonic() < self._paused_until:
            return None
        from redis import RedisError

        try:
            sold = self._counts().top(MAX_RANKS + _SPARE)
            return None if sold is None else self._described(sold)
        except RedisError as error:
            self._paused_until = time.monotonic() + _PAUSE_SECONDS
            log.write("WARNING", "bestsellers unavailable", cause=repr(error))
        except Unavailable as error:
            log.write("WARNING", "books unavailable", cause=repr(error.__cause__))
        return None

    def _described(self, sold: list[tuple[str, int]]) -> list[dict[str, Any]]:
        books = self._books.get_many(book_id for book_id, _ in sold)
        known = [(books[book_id], copies) for book_id, copies in sold if book_id in books]
        return [
            {"rank": rank, "sold": copies, "book": present(book)}
            for rank, (book, copies) in enumerate(known[:MAX_RANKS], start=1)
        ]
