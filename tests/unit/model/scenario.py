"""Names of the invariants, and the guards that ensure them.

The model calls the functions of `lambda_src`. To test without a guard, the model changes their input or result; the
functions stay unchanged.
"""

from collections.abc import Mapping
from dataclasses import dataclass


class BrokenInvariantError(Exception):
    """An invariant is broken. The message begins with its name."""


LOST, DOUBLED = "order lost", "order doubled"
CHARGED_TWICE, DROPPED = "line charged twice", "line dropped uncharged"


@dataclass(frozen=True)
class Guards:
    """Guards against each kind of loss. The real code has all of them."""

    put_if_absent: bool = True
    one_transaction: bool = True
    settled_marker: bool = True
    marker_without_line: bool = True
    order_checks_line: bool = True
    cart_checks_line: bool = True
    absolute_quantity: bool = True
    items_bound_to_key: bool = True
    total_stated: bool = True
    key_from_cart: bool = True
    line_version: bool = True


@dataclass(frozen=True)
class Setting:
    """Constants of a scenario: guards, prices by region, clock skew in milliseconds by region."""

    guards: Guards
    prices: Mapping[str, Mapping[str, int]]
    skew: Mapping[str, int]

    def books(self, region: str) -> dict[str, dict[str, object]]:
        prices = self.prices[region].items()
        return {
            book: {"id": book, "title": book, "price": price, "currency": "EUR"} for book, price in prices
        }
