"""Orders: what is asked for, and what comes of it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from runtime import uuids
from runtime.dynamo import Item
from runtime.errors import BadRequest
from runtime.parsing import book_id, fields, integer, uuid_text
from shop.lines import MAX_LINES, MAX_QUANTITY

MAX_TOTAL = 1_000_000_000_000
"""Of an order, in minor units."""

_ORDERS = "0b7a5f0a-2f0d-5a3c-8d0e-3c7c1f3f5b5d"


class OrderRequest(NamedTuple):
    """What a shopper asks for: who, under which order id, which copies of which books, at what total."""

    customer_id: str
    order_id: str
    quantities: Mapping[str, int]
    expected_total: int

    @classmethod
    def parse(cls, customer_id: str, key: object, body: Mapping[str, Any]) -> "OrderRequest":
        """Read the contract's `NewOrder`.

        Raises:
            BadRequest: it is none.
        """
        order_id = order_id_of(customer_id, uuid_text(key, "The header Idempotency-Key"))
        stated = fields(body, {"items", "expectedTotal"})
        total = integer(stated["expectedTotal"], "expectedTotal", 0, MAX_TOTAL)
        return cls(customer_id, order_id, _quantities(stated["items"]), total)


def _quantities(items: object) -> dict[str, int]:
    if not isinstance(items, list) or not 1 <= len(items) <= MAX_LINES:
        raise BadRequest(f"items must be a list of 1 to {MAX_LINES} items.")
    lines = [fields(item, {"bookId", "quantity"}, "Each item") for item in items]
    quantities = {
        book_id(line["bookId"]): integer(line["quantity"], "quantity", 1, MAX_QUANTITY) for line in lines
    }
    if len(quantities) != len(lines):
        raise BadRequest("items must name each book once.")
    return quantities


def order_id_of(customer_id: str, key: str) -> str:
    """The id of a shopper's order under an idempotency key (in lower case): the same in every region."""
    return uuids.name_based(_ORDERS, f"{customer_id}\n{key}")


class OrderItem(NamedTuple):
    """Copies of one book at the price they were ordered for, in minor units."""

    book_id: str
    title: str
    quantity: int
    unit_price: int

    def present(self) -> dict[str, Any]:
        """As the contract's `OrderItem`."""
        return {
            "bookId": self.book_id,
            "title": self.title,
            "quantity": self.quantity,
            "unitPrice": self.unit_price,
            "lineTotal": self.unit_price * self.quantity,
        }


class Order(NamedTuple):
    """A placed order. It never changes."""

    customer_id: str
    order_id: str
    items: tuple[OrderItem, ...]
    currency: str
    created_at: str
    region: str

    @property
    def total(self) -> int:
        """In minor units."""
        return sum(item.unit_price * item.quantity for item in self.items)

    @property
    def quantities(self) -> dict[str, int]:
        """Copies by book: what a repeated request must ask for again."""
        return {item.book_id: item.quantity for item in self.items}

    def present(self) -> dict[str, Any]:
        """As the contract's `Order`."""
        return {
            "orderId": self.order_id,
            "items": [item.present() for item in self.items],
            "total": self.total,
            "currency": self.currency,
            "createdAt": self.created_at,
            "region": self.region,
        }

    def to_item(self) -> Item:
        """As an item of the Orders table."""
        return {"customerId": self.customer_id, **self.present()}

    @classmethod
    def from_item(cls, item: Item) -> "Order":
        """From an item of the Orders table."""
        lines = tuple(
            OrderItem(line["bookId"], line["title"], line["quantity"], line["unitPrice"])
            for line in item["items"]
        )
        return cls(
            item["customerId"], item["orderId"], lines, item["currency"], item["createdAt"], item["region"]
        )
