"""Placed orders and their later events, as the Orders table has them."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from runtime import clock
from runtime.dynamo import Item
from shop import order_keys
from shop.address import Address


class OrderItem(NamedTuple):
    """Copies of one book, with the price in minor units at the time of the order.

    Attributes:
        line_version: version of the cart line that the shopper ordered; `None` for a direct purchase.
    """

    book_id: str
    title: str
    quantity: int
    unit_price: int
    line_version: str | None = None

    def present(self) -> dict[str, Any]:
        """Return the contract's `OrderItem`."""
        return {
            "bookId": self.book_id,
            "title": self.title,
            "quantity": self.quantity,
            "unitPrice": self.unit_price,
            "lineTotal": self.unit_price * self.quantity,
        }

    def to_item(self) -> Item:
        """Convert to a part of the Orders table's item."""
        version = {} if self.line_version is None else {"lineVersion": self.line_version}
        return {**self.present(), **version}


class Order(NamedTuple):
    """A placed order. It never changes; later events are items of their own (see `shop.order_keys`)."""

    customer_id: str
    order_id: str
    items: tuple[OrderItem, ...]
    currency: str
    created_at: str
    region: str
    cancellable_until: str
    address: Address | None = None

    @property
    def total(self) -> int:
        """Total in minor units."""
        return sum(item.unit_price * item.quantity for item in self.items)

    @property
    def quantities(self) -> dict[str, int]:
        """Copies by book. A repeated request must have the same."""
        return {item.book_id: item.quantity for item in self.items}

    @property
    def consumed(self) -> frozenset[tuple[str, str]]:
        """Cart lines that the shopper ordered, as book and version."""
        return frozenset((item.book_id, item.line_version) for item in self.items if item.line_version)

    def to_item(self) -> Item:
        """Convert to an item of the Orders table."""
        address = {"address": self.address.present()} if self.address else {}
        return {
            **address,
            "customerId": self.customer_id,
            "orderId": self.order_id,
            "items": [item.to_item() for item in self.items],
            "total": self.total,
            "currency": self.currency,
            "createdAt": self.created_at,
            "region": self.region,
            "cancellableUntil": self.cancellable_until,
        }

    @classmethod
    def from_item(cls, item: Item) -> "Order":
        """Read an item of the Orders table. Orders from before cancellation existed are final at once."""
        lines = tuple(
            OrderItem(
                line["bookId"], line["title"], line["quantity"], line["unitPrice"], line.get("lineVersion")
            )
            for line in item["items"]
        )
        created_at = item["createdAt"]
        return cls(
            item["customerId"],
            item["orderId"],
            lines,
            item["currency"],
            created_at,
            item["region"],
            str(item.get("cancellableUntil", created_at)),
            Address(**item["address"]) if "address" in item else None,
        )


class OrderState(NamedTuple):
    """An order with its later events.

    Attributes:
        held_by: why the order is held: ids of older orders, or `order_keys.OVERSOLD`.
        kept: whether the shopper decided to keep it.
        cancelled: whether it is cancelled. This is final, whatever else has happened.
    """

    order: Order
    held_by: frozenset[str] = frozenset()
    kept: bool = False
    cancelled: bool = False

    @classmethod
    def of(cls, order: Order, keys: frozenset[str]) -> "OrderState":
        """Combine an order with the sort keys of its later events."""
        held_by = {key.rpartition("#")[2] for key in keys if order_keys.split_key(key)[1] == order_keys.HELD}
        return cls(
            order,
            frozenset(held_by),
            order_keys.kept_key(order.order_id) in keys,
            order_keys.cancelled_key(order.order_id) in keys,
        )

    @property
    def is_held(self) -> bool:
        """Whether the order waits for the shopper's decision."""
        return bool(self.held_by) and not self.kept and not self.cancelled

    def status(self, moment: datetime) -> str:
        """Return the contract's `status`."""
        if self.cancelled:
            return "cancelled"
        if self.is_held:
            return "held"
        return "placed" if clock.timestamp(moment) < self.order.cancellable_until else "final"

    def present(self, moment: datetime) -> dict[str, Any]:
        """Return the contract's `Order`."""
        order = self.order
        address = {"address": order.address.present()} if order.address else {}
        return {
            **address,
            "orderId": order.order_id,
            "items": [item.present() for item in order.items],
            "total": order.total,
            "currency": order.currency,
            "createdAt": order.created_at,
            "region": order.region,
            "status": self.status(moment),
            "overlaps": sorted(self.held_by - {order_keys.OVERSOLD}),
            "cancellableUntil": order.cancellable_until,
        }


def cancellable_until(created_at: datetime, minutes: int) -> str:
    """Return the time until which an order can be cancelled."""
    return clock.timestamp(created_at + timedelta(minutes=minutes))


def event_item(order: Order, key: str, details: Item) -> Item:
    """Return the item of a later event. The index sorts it directly behind its order."""
    suffix = key.removeprefix(order.order_id)
    return {
        "customerId": order.customer_id,
        "orderId": key,
        "createdAt": f"{order.created_at}{suffix}",
        **details,
    }


def states(items: Iterable[Item]) -> list[OrderState]:
    """Combine items of the Orders table: orders with their later events, in the order of the items."""
    orders, keys = [], defaultdict[str, set[str]](set)
    for item in items:
        order_id, kind = order_keys.split_key(item["orderId"])
        if kind:
            keys[order_id].add(item["orderId"])
        else:
            orders.append(Order.from_item(item))
    return [OrderState.of(order, frozenset(keys[order.order_id])) for order in orders]
