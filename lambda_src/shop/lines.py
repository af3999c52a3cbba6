"""A cart's lines: what one is, and how it changes. Pure rules, used by the cart, by checkout and by
checkout's model.

A line lives in one item of the Cart table and is only ever replaced as a whole, on the condition that it
still is what was read. Emptied lines stay a while as tombstones (`quantity` 0), since they remember which
orders they have settled: a checkout repeated in another region, which has not heard of the order yet, must
not take it twice.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from runtime import clock

MAX_QUANTITY = 99
MAX_LINES = 50

ABANDONED_AFTER = timedelta(days=90)
EMPTY_KEPT_FOR = timedelta(days=7)
"""A tombstone matters until its orders have reached every region: seconds, or as long as a region is cut
off.
"""

MAX_SETTLED = 50
"""Orders a line remembers. Forgetting one that still matters would take 50 later orders of the very same book
by the same shopper before the first has been replicated.
"""


class Line(NamedTuple):
    """One book in one shopper's cart.

    Attributes:
        changed_at: when it last changed; never the same for two versions of a line in one region.
        settled: ids of the orders that have taken their quantity from this line, oldest first.
        expires_at: epoch second from which DynamoDB may delete it, and from which it counts as empty.
    """

    book_id: str
    quantity: int
    changed_at: str
    settled: tuple[str, ...]
    expires_at: int

    def held(self, moment: datetime) -> int:
        """Copies in the cart at a moment; DynamoDB deletes expired items late, readers must not."""
        return self.quantity if self.expires_at > moment.timestamp() else 0


def live(lines: Iterable[Line], moment: datetime) -> list[Line]:
    """The lines that a shopper sees, by when they last changed."""
    held = (line for line in lines if line.held(moment) > 0)
    return sorted(held, key=lambda line: (line.changed_at, line.book_id))


def changed(seen: Line | None, book_id: str, quantity: int, moment: datetime) -> Line:
    """The line after the shopper changed its quantity."""
    settled = seen.settled if seen else ()
    return _next(seen, book_id, quantity, settled, moment)


def settled(seen: Line | None, book_id: str, ordered: int, order_id: str, moment: datetime) -> Line | None:
    """The line after an order took its copies from it; `None` where it has taken them already.

    A book that was ordered without being in this region's cart leaves a tombstone too. The line may be on its
    way from another region, or the shopper may add the book before the order is repeated there.
    """
    if seen is not None and order_id in seen.settled:
        return None
    left = max(0, seen.held(moment) - ordered) if seen else 0
    remembered = (*(seen.settled if seen else ()), order_id)[-MAX_SETTLED:]
    return _next(seen, book_id, left, remembered, moment)


def _next(
    seen: Line | None, book_id: str, quantity: int, remembered: tuple[str, ...], moment: datetime
) -> Line:
    kept = ABANDONED_AFTER if quantity else EMPTY_KEPT_FOR
    changed_at = clock.after(seen.changed_at if seen else None, moment)
    return Line(book_id, quantity, changed_at, remembered, int((moment + kept).timestamp()))
