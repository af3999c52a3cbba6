"""Requests to order."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from runtime import uuids
from runtime.errors import BadRequest
from runtime.identity import SignIn
from runtime.parsing import book_id, fields, integer, uuid_text
from shop.address import Address
from shop.lines import MAX_LINES, MAX_QUANTITY

MAX_TOTAL = 1_000_000_000_000
"""Maximum total of an order, in minor units."""

_ORDERS = "0b7a5f0a-2f0d-5a3c-8d0e-3c7c1f3f5b5d"
_MAX_VERSION = 64


class OrderRequest(NamedTuple):
    """A request to order.

    Attributes:
        quantities: copies by book.
        expected_total: the total that the shopper saw, in minor units.
        versions: versions of the cart lines that the shopper ordered, by book; none for a direct purchase.
        address: where to deliver; `None` if the client sent none.
        signed_in_at: epoch second of the sign-in.
    """

    customer_id: str
    order_id: str
    quantities: Mapping[str, int]
    expected_total: int
    versions: Mapping[str, str] = {}
    address: Address | None = None
    signed_in_at: int = 0

    @property
    def sign_in(self) -> SignIn:
        """The shopper's sign-in."""
        return SignIn(self.customer_id, self.signed_in_at)

    @classmethod
    def parse(cls, sign_in: SignIn, key: object, body: Mapping[str, Any]) -> "OrderRequest":
        """Parse the contract's `NewOrder`.

        Raises:
            BadRequest: it does not fit the contract.
        """
        customer_id = sign_in.customer_id
        order_id = order_id_of(customer_id, uuid_text(key, "The header Idempotency-Key"))
        body = fields(dict(body), {"items", "expectedTotal"}, optional=frozenset({"address"}))
        total = integer(body["expectedTotal"], "expectedTotal", 0, MAX_TOTAL)
        items = _items(body["items"])
        versions = {item["bookId"]: item["lineVersion"] for item in items if "lineVersion" in item}
        address = Address.parse(body["address"]) if "address" in body else None
        return cls(customer_id, order_id, _quantities(items), total, versions, address, sign_in.at)


def _items(value: object) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_LINES:
        raise BadRequest(f"items must be a list of 1 to {MAX_LINES} items.")
    optional = frozenset({"lineVersion"})
    items = [fields(item, {"bookId", "quantity"}, "Each item", optional=optional) for item in value]
    for item in items:
        version = item.get("lineVersion", "-")
        if not isinstance(version, str) or not 1 <= len(version) <= _MAX_VERSION:
            raise BadRequest(f"lineVersion must have 1 to {_MAX_VERSION} characters.")
    return items


def _quantities(items: list[dict[str, Any]]) -> dict[str, int]:
    quantities = {
        book_id(item["bookId"]): integer(item["quantity"], "quantity", 1, MAX_QUANTITY) for item in items
    }
    if len(quantities) != len(items):
        raise BadRequest("items must not repeat a book.")
    return quantities


def order_id_of(customer_id: str, key: str) -> str:
    """Return the id of a shopper's order with an idempotency key (in lower case), the same in every region."""
    return uuids.name_based(_ORDERS, f"{customer_id}\n{key}")
