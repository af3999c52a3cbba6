"""Rules of cart lines as pure functions, for the cart, for checkout and for the model of checkout.

A line is one item of the Cart table. A write replaces it as a whole, if it still is the version that was read. An
emptied line stays for some days as a tombstone (`quantity` 0), because it has the ids of the orders that took its
copies: if a checkout is repeated in another region that does not have the order yet, the line must not be
taken twice.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from runtime import clock

MAX_QUANTITY = 99
MAX_LINES = 49
"""A transaction may have 100 items: the order, its hold, and a cart line and a stock row for each book."""

ABANDONED_AFTER = timedelta(days=90)
EMPTY_KEPT_FOR = timedelta(days=7)
"""A tombstone is needed until its orders are in every region: seconds, or as long as a region is cut off."""

MAX_SETTLED = 20
"""Order ids in a line. An id that is still needed would be lost after 20 later orders of the same book by the same
shopper, before the first order is replicated.
"""

MAX_MERGED = 10
"""Idempotency keys of additions in a line."""

TOMBSTONE_MIN_AGE = timedelta(hours=1)
"""Age from which a tombstone may be deleted."""

MAX_OLD_TOMBSTONES = 100
"""Maximum tombstones of a shopper that are older than `TOMBSTONE_MIN_AGE`; the rest is deleted to limit the cost of
reading a cart."""

MAX_ALL_TOMBSTONES = 300
"""Maximum tombstones of a shopper, of any age. The oldest of more than six full orders in an hour are not needed: their
orders have been replicated, or the regions are cut off for so long that a shopper does not repeat a request."""


class Line(NamedTuple):
    """One book in one shopper's cart.

    Attributes:
        changed_at: time of the last change, different for all versions of a line in one region.
        settled: ids of the orders that have taken their copies from this line, oldest first.
        expires_at: epoch second from which DynamoDB may delete the line, and from which it counts as empty.
        merged: idempotency keys of additions that this line contains, oldest first.
    """

    book_id: str
    quantity: int
    changed_at: str
    settled: tuple[str, ...]
    expires_at: int
    merged: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        """Text that is different for all versions of the line."""
        return f"{self.changed_at}/{self.quantity}"

    def held(self, moment: datetime) -> int:
        """Return the copies in the cart. An expired line has none, because DynamoDB deletes it late."""
        return self.quantity if self.expires_at > moment.timestamp() else 0


def live(lines: Iterable[Line], moment: datetime) -> list[Line]:
    """Return the lines that a shopper sees, by time of their last change."""
    held = (line for line in lines if line.held(moment) > 0)
    return sorted(held, key=lambda line: (line.changed_at, line.book_id))


def excess_tombstones(lines: Iterable[Line], moment: datetime) -> list[Line]:
    """Return the oldest tombstones beyond `MAX_ALL_TOMBSTONES`, and the old ones beyond `MAX_OLD_TOMBSTONES`."""
    empty = sorted((line for line in lines if not line.held(moment)), key=lambda line: line.changed_at)
    old = clock.timestamp(moment - TOMBSTONE_MIN_AGE)
    beyond = max(0, len(empty) - MAX_ALL_TOMBSTONES)
    rest = empty[beyond : max(beyond, len(empty) - MAX_OLD_TOMBSTONES)]
    return [*empty[:beyond], *(line for line in rest if line.changed_at < old)]


def changed(seen: Line | None, book_id: str, quantity: int, moment: datetime, key: str | None = None) -> Line:
    """Return the line after the shopper changed its quantity, by an addition with the idempotency `key`."""
    merged = seen.merged if seen else ()
    if key is not None:
        merged = (*merged, key)[-MAX_MERGED:]
    return _next(seen, book_id, quantity, moment)._replace(merged=merged)


def settled(seen: Line | None, book_id: str, ordered: int, order_id: str, moment: datetime) -> Line | None:
    """Return the line after an order took its copies; `None` if this order has already taken them.

    An ordered book that is not in this region's cart also gets a tombstone: the line may still arrive from another
    region, or the shopper may add the book before the order is repeated there.
    """
    if seen is not None and order_id in seen.settled:
        return None
    left = max(0, seen.held(moment) - ordered) if seen else 0
    orders = (*(seen.settled if seen else ()), order_id)[-MAX_SETTLED:]
    return _next(seen, book_id, left, moment)._replace(settled=orders)


def is_version(
    lines: Mapping[str, Line], book_id: str, version: str, order_id: str, moment: datetime
) -> bool:
    """Whether the line is the version that a shopper ordered, or this very order has already settled it."""
    line = lines.get(book_id)
    if line is None:
        return False
    return order_id in line.settled or (line.version == version and line.held(moment) > 0)


def _next(seen: Line | None, book_id: str, quantity: int, moment: datetime) -> Line:
    kept = ABANDONED_AFTER if quantity else EMPTY_KEPT_FOR
    changed_at = clock.after(seen.changed_at if seen else None, moment)
    expires_at = int((moment + kept).timestamp())
    if seen is None:
        return Line(book_id, quantity, changed_at, (), expires_at)
    return seen._replace(quantity=quantity, changed_at=changed_at, expires_at=expires_at)
