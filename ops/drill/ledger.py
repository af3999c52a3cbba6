"""What the shoppers of a drill know: the orders they asked for, and what they left in their carts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Intent:
    """A purchase that a shopper asked for, perhaps often, under one key.

    `order_ids` has what it was confirmed as; more than one means that it was placed more than once.
    """

    customer: str
    key: str
    items: Mapping[str, int]
    total: int
    order_ids: set[str] = field(default_factory=set)


@dataclass
class Ledger:
    """The shoppers' side of the books.

    `carts` has, by customer, the quantities by book that the shop must hold now, as the last answer and what
    was done since say; a customer whose last change was not answered is missing. `contested` has the
    quantities that were written to one line in several regions at once, of which one must have won.
    """

    intents: list[Intent] = field(default_factory=list)
    carts: dict[str, dict[str, int]] = field(default_factory=dict)
    contested: dict[tuple[str, str], set[int]] = field(default_factory=dict)

    @property
    def confirmed(self) -> int:
        """How many purchases shoppers saw confirmed."""
        return sum(bool(intent.order_ids) for intent in self.intents)

    def intend(self, customer: str, cart: Mapping[str, Any]) -> Intent:
        """A shopper is about to order a cart as `GET /cart` showed it."""
        items = {line["bookId"]: line["quantity"] for line in cart["items"]}
        intent = Intent(customer, cart["checkoutKey"], items, cart["total"])
        self.intents.append(intent)
        return intent

    def saw_cart(self, customer: str, cart: Mapping[str, Any]) -> None:
        """The shop showed a cart."""
        self.carts[customer] = {line["bookId"]: line["quantity"] for line in cart["items"]}

    def lost_sight(self, customer: str) -> None:
        """A change to the cart was not answered: it may or may not have been made."""
        self.carts.pop(customer, None)

    def saw_order(self, intent: Intent, order: Mapping[str, Any]) -> None:
        """The shop confirmed an order, so its quantities have left the cart."""
        intent.order_ids.add(str(order["orderId"]))
        cart = self.carts.get(intent.customer)
        if cart is not None:
            left = {book: cart.get(book, 0) - quantity for book, quantity in intent.items.items()}
            self.carts[intent.customer] = {
                book: quantity for book, quantity in {**cart, **left}.items() if quantity > 0
            }
