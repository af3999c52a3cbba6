"""Changes that the stock function finds in the streams of the Orders and Stock tables."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from runtime import dynamo
from shop import erasures
from shop.order_keys import CANCELLED, split_key
from shop.placed_orders import Order
from shop.stock_rows import REGISTRY


class OrderWritten(NamedTuple):
    """An order was placed, or replication has replaced it by another region's order with the same id.

    Attributes:
        is_moved: it was replaced by an order with another time.
    """

    order: Order
    is_moved: bool = False


class OrderCancelled(NamedTuple):
    """An order was cancelled."""

    customer_id: str
    order_id: str


class ErasureRequested(NamedTuple):
    """A person's data must be erased."""

    customer_id: str


class ShareChanged(NamedTuple):
    """A region's share of a book has changed."""

    book_id: str


Change = OrderWritten | OrderCancelled | ErasureRequested | ShareChanged


def change_of(record: Mapping[str, Any]) -> Change | None:
    """Parse a stream record.

    Returns:
        `None` for a record that does not concern the stock.

    Raises:
        KeyError, TypeError, ValueError: it is not a record of these tables.
    """
    if record["eventName"] == "REMOVE":
        return None
    image = record["dynamodb"]["NewImage"]
    if "orderId" not in image:
        book_id = image["bookId"]["S"]
        return None if book_id == REGISTRY["bookId"] else ShareChanged(book_id)
    if image["orderId"]["S"] == erasures.KEY:
        return ErasureRequested(image["customerId"]["S"])
    order_id, kind = split_key(image["orderId"]["S"])
    if kind == "":
        replaced = record["dynamodb"].get("OldImage", image)
        return OrderWritten(
            Order.from_item(dynamo.load(image)), is_moved=replaced["createdAt"] != image["createdAt"]
        )
    return OrderCancelled(image["customerId"]["S"], order_id) if kind == CANCELLED else None
