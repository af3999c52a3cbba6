"""Events that the bestsellers count: placed orders and cancelled ones."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from runtime import clock
from runtime.errors import BookstoreError
from runtime.parsing import BOOK_ID, UUID
from shop.order_keys import CANCELLED, split_key

MAX_COPIES = 1_000_000
"""Largest plausible number of copies of a book in an order. The API accepts far fewer."""

GUARD_SECONDS = 15 * 24 * 3600
"""Longer than an event can arrive again: a day in the stream, then 14 days in a queue."""


class UnreadableError(BookstoreError):
    """The item is not an order and not a cancellation."""


class Sale(NamedTuple):
    """An order: id, time of placement and copies by book."""

    order_id: str
    created_at: str
    quantities: Mapping[str, int]


class Cancellation(NamedTuple):
    """A cancellation: id of the order, time of its placement and its copies by book."""

    order_id: str
    created_at: str
    quantities: Mapping[str, int]

    @property
    def is_old(self) -> bool:
        """Whether the order was placed so long ago that its entry in `counted` may have been dropped."""
        return clock.now() - clock.parse(self.created_at) > timedelta(seconds=GUARD_SECONDS)


Event = Sale | Cancellation


def event_of(image: Any) -> Event | None:
    """Parse an item of the Orders table in DynamoDB's notation, as streams and scans return it.

    The item is read without conversion, which would take most of the feeder's time.

    Returns:
        `None` for items about an order that do not change the counts.

    Raises:
        UnreadableError: it is not an item of the Orders table.
    """
    try:
        order_id, kind = split_key(image["orderId"]["S"])
        if kind == "":
            return _sale(order_id, image)
        return _cancellation(order_id, image) if kind == CANCELLED else None
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UnreadableError(f"It lacks attributes of an order: {error!r}.") from None


def _sale(order_id: str, image: Any) -> Sale:
    copies = [(line["M"]["bookId"]["S"], int(line["M"]["quantity"]["N"])) for line in image["items"]["L"]]
    quantities = dict(copies)
    if len(quantities) != len(copies):
        raise ValueError("a book is repeated")
    return Sale(order_id, _checked(order_id, image["createdAt"]["S"], quantities), quantities)


def _cancellation(order_id: str, image: Any) -> Cancellation:
    quantities = {book_id: int(copies["N"]) for book_id, copies in image["books"]["M"].items()}
    return Cancellation(order_id, _checked(order_id, image["orderedAt"]["S"], quantities), quantities)


def _checked(order_id: str, created_at: str, quantities: Mapping[str, int]) -> str:
    clock.parse(created_at)
    valid = UUID.fullmatch(order_id) and all(
        BOOK_ID.fullmatch(book_id) and 0 < quantity <= MAX_COPIES for book_id, quantity in quantities.items()
    )
    if not valid or not quantities:
        raise ValueError("invalid id, books or quantities")
    return created_at
