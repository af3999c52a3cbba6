"""Best sellers as shoppers see them, also while the ranking cannot be read."""

import time
from collections.abc import Callable
from typing import Any

from bestsellers.counts import Ranking
from runtime import clock, log
from runtime.errors import Unavailable
from shop.books import Books, present

MOST = 20
"""Ranks that the shop shows."""

_SPARE = 20
"""Read beyond them, to stand in for books that the shop no longer sells."""

_PAUSE_SECONDS = 5.0
"""After Redis has failed it is left alone for so long: each attempt would cost the caller its time-outs."""


class Bestsellers:
    """The ranking, and the last copy of it."""

    def __init__(self, ranking: Callable[[], Ranking], books: Books) -> None:
        self._ranking = ranking
        self._books = books
        self._last: list[dict[str, Any]] = []
        self._as_of: str | None = None
        self._paused_until = float("-inf")

    def top(self, limit: int) -> dict[str, Any]:
        """The first `limit` ranks as the contract's `BestsellerList`; the last copy, or nothing, marked
        stale, when they cannot be read.
        """
        current = self._read()
        if current is not None:
            self._last, self._as_of = current, clock.timestamp(clock.now())
        return {
            "items": self._last[:limit],
            "asOf": self._as_of or clock.timestamp(clock.now()),
            "stale": current is None,
        }

    def _read(self) -> list[dict[str, Any]] | None:
        if time.monotonic() < self._paused_until:
            return None
        from redis import RedisError

        try:
            ranked = self._ranking().top(MOST + _SPARE)
            return None if ranked is None else self._described(ranked)
        except RedisError as error:
            self._paused_until = time.monotonic() + _PAUSE_SECONDS
            log.write("WARNING", "ranking away", cause=repr(error))
        except Unavailable as error:
            log.write("WARNING", "books of the ranking away", cause=repr(error.__cause__))
        return None

    def _described(self, ranked: list[tuple[str, int]]) -> list[dict[str, Any]]:
        books = self._books.get_many(book_id for book_id, _ in ranked)
        sold = [(books[book_id], copies) for book_id, copies in ranked if book_id in books]
        return [
            {"rank": rank, "sold": copies, "book": present(book)}
            for rank, (book, copies) in enumerate(sold[:MOST], start=1)
        ]
