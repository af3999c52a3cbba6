"""What the ranking counts."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from runtime import clock
from runtime.errors import ShopError
from runtime.parsing import BOOK_ID, UUID

MOST_COPIES = 1_000_000
"""Of a book in an order that is believed; the shop itself takes far fewer."""


class UnreadableError(ShopError):
    """It does not look like an order, and never will, however often it is read."""


class Sale(NamedTuple):
    """Of an order: its id, when it was placed, and copies by book."""

    order_id: str
    created_at: str
    quantities: Mapping[str, int]

    @classmethod
    def from_image(cls, image: Any) -> "Sale":
        """From an item of the Orders table in DynamoDB's notation, as streams and scans bring it. It is read
        in place: converting all of it first would take most of the feeder's time.

        Raises:
            UnreadableError: it is no order.
        """
        try:
            order_id, created_at, lines = image["orderId"]["S"], image["createdAt"]["S"], image["items"]["L"]
            copies = [(line["M"]["bookId"]["S"], int(line["M"]["quantity"]["N"])) for line in lines]
            clock.parse(created_at)
            readable = UUID.fullmatch(order_id) and all(
                BOOK_ID.fullmatch(book_id) and 0 < quantity <= MOST_COPIES for book_id, quantity in copies
            )
        except (KeyError, TypeError, ValueError) as error:
            raise UnreadableError(f"It lacks what an order has: {error!r}.") from None
        quantities = dict(copies)
        if not readable or not 0 < len(quantities) == len(copies):
            raise UnreadableError("Its id, books or quantities are not an order's.")
        return cls(order_id, created_at, quantities)
