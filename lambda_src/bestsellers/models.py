"""What the ranking counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shop import clock, dynamo
from shop.dynamo import Item
from shop.errors import ShopError
from shop.parsing import BOOK_ID, UUID


class UnreadableError(ShopError):
    """It does not look like an order, and never will, however often it is read."""


@dataclass(frozen=True, slots=True)
class Sale:
    """Of an order: its id, when it was placed, and copies by book."""

    order_id: str
    created_at: str
    quantities: Mapping[str, int]

    @classmethod
    def from_image(cls, image: object) -> "Sale":
        """From an item in DynamoDB's notation, as streams bring it.

        Raises:
            UnreadableError: it is no order.
        """
        if not isinstance(image, dict):
            raise UnreadableError("There is no image of the order.")
        try:
            return cls.from_item(dynamo.load(image))
        except (ValueError, ArithmeticError, TypeError, AttributeError) as error:
            raise UnreadableError(f"The image is not in DynamoDB's notation: {error!r}.") from None

    @classmethod
    def from_item(cls, item: Item) -> "Sale":
        """From an item of the Orders table.

        Raises:
            UnreadableError: it is no order.
        """
        try:
            order_id, created_at, lines = item["orderId"], item["createdAt"], item["items"]
            quantities = {line["bookId"]: line["quantity"] for line in lines}
            clock.parse(created_at)
            readable = bool(UUID.fullmatch(order_id)) and len(quantities) == len(lines) > 0
        except (KeyError, TypeError, ValueError) as error:
            raise UnreadableError(f"The order lacks something: {error!r}.") from None
        if not readable or not all(map(_countable, quantities.items())):
            raise UnreadableError("The order's id, books or quantities are none.")
        return cls(order_id, created_at, quantities)


def _countable(line: tuple[Any, Any]) -> bool:
    book_id, quantity = line
    return isinstance(book_id, str) and bool(BOOK_ID.fullmatch(book_id)) and _positive(quantity)


def _positive(quantity: object) -> bool:
    return type(quantity) is int and 0 < quantity < 1_000_000
