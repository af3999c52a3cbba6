"""The shoppers' record of a drill: requested orders and expected carts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Purchase:
    """A purchase, requested possibly several times under one key.

    `order_ids` are the confirmed orders; more than one means that the purchase was duplicated.
    """

    customer: str
    key: str
    items: Mapping[str, int]
    total: int
    order_ids: set[str] = field(default_factory=set)


@dataclass
class Ledger:
    """Expected orders and carts.

    `carts` has the expected quantities by customer and book; a customer whose last change has no response is
    missing. `contested` has the quantities that were written to one line in several regions at once; one of
    them must remain.
    """

    purchases: list[Purchase] = field(default_factory=list)
    carts: dict[str, dict[str, int]] = field(default_factory=dict)
    contested: dict[tuple[str, str], set[int]] = field(default_factory=dict)

    @property
    def confirmed(self) -> int:
        """Number of confirmed purchases."""
        return sum(bool(purchase.order_ids) for purchase in self.purchases)

    def record_purchase(self, customer: str, cart: Mapping[str, Any]) -> Purchase:
        """Record that a shopper orders a cart, as `GET /cart` returned it."""
        items = {line["bookId"]: line["quantity"] for line in cart["items"]}
        purchase = Purchase(customer, cart["checkoutKey"], items, cart["total"])
        self.purchases.append(purchase)
        return purchase

    def record_cart(self, customer: str, cart: Mapping[str, Any]) -> None:
        """Record a cart as the API returned it."""
        self.carts[customer] = {line["bookId"]: line["quantity"] for line in cart["items"]}

    def forget_cart(self, customer: str) -> None:
        """Record that a change of the cart has no response."""
        self.carts.pop(customer, None)

    def record_order(self, purchase: Purchase, order: Mapping[str, Any]) -> None:
        """Record a confirmed order; its lines leave the cart."""
        purchase.order_ids.add(str(order["orderId"]))
        cart = self.carts.get(purchase.customer)
        if cart is not None:
            left = {book: cart.get(book, 0) - quantity for book, quantity in purchase.items.items()}
            self.carts[purchase.customer] = {
                book: quantity for book, quantity in {**cart, **left}.items() if quantity > 0
            }
