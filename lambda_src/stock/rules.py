"""Rules of the stock function as pure functions. The model of checkout runs this code."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from shop import stock
from shop.placed_orders import Order, OrderState
from shop.stock import Share, Shares

KEPT_HOURS = 3
"""Hours of demand that a share keeps."""


class Balance(NamedTuple):
    """Changes that a region writes to its own share of a book.

    Attributes:
        wanted: new value of `wanted`; `None` if it stays.
        grants: copies to give, by receiving region.
        old_hours: hours of demand to remove.
        claims_seen: claims of this region's share that it knows of, written with `wanted`.
    """

    wanted: int | None = None
    grants: tuple[tuple[str, int], ...] = ()
    old_hours: tuple[str, ...] = ()
    claims_seen: int = 0


def is_release_due(state: OrderState, region: str) -> bool:
    """Whether the copies that `region` has taken for an order must return: it is cancelled or another region's."""
    return state.cancelled or state.order.region != region


def overlaps(order: Order, others: Iterable[Order]) -> list[tuple[Order, Order]]:
    """Return pairs of orders that have paid the same version of a cart line: the younger one and the older one.

    Equal times are decided by id, so that every region finds the same pairs.
    """
    pairs = []
    for other in others:
        if other.order_id != order.order_id and other.consumed & order.consumed:
            older, younger = sorted((order, other), key=lambda each: (each.created_at, each.order_id))
            pairs.append((younger, older))
    return pairs


def first_change(order: Order) -> str:
    """Return a time from which on every order that overlaps with `order` was placed.

    A version of a line starts with the time of its change. An order of another region may be older by the difference
    between the regions' clocks, so the time is cut to the hour.
    """
    oldest = min((version for _, version in order.consumed), default=order.created_at)
    return min(oldest, order.created_at)[: len("2026-01-31T08")]


def balance(shares: Shares, region: str, moment: datetime) -> Balance:
    """Return what `region` writes to its share of a book: whether it asks for copies, and which ones it gives."""
    wanted, claims_seen = _new_request(shares, region, moment), stock.claims(shares, region)
    if region not in shares:
        return Balance(wanted, claims_seen=claims_seen)
    return Balance(wanted, _grants(shares, region, moment), _old_hours(shares[region], moment), claims_seen)


def _new_request(shares: Shares, region: str, moment: datetime) -> int | None:
    own = shares.get(region, Share(region))
    wanted = stock.wanted(shares, region, moment)
    has_enough = stock.rights(shares, region) >= stock.low_mark(own, moment)
    asks = stock.asks(shares, region)
    # Keep a running request until the region has enough. Do not write an unchanged value, unless the region must ask
    # again after a claim.
    if (asks and not has_enough) or (wanted == own.wanted and (asks or not wanted)):
        return None
    return wanted


def _grants(shares: Shares, region: str, moment: datetime) -> tuple[tuple[str, int], ...]:
    receivers = sorted(
        (other for other in shares if other != region), key=lambda other: -shares[other].lately(moment)
    )
    grants = []
    for receiver in receivers:
        copies = stock.grant(shares, region, receiver, moment)
        if copies:
            grants.append((receiver, copies))
            own = shares[region]
            given = {**own.given, receiver: own.given.get(receiver, 0) + copies}
            shares = {**shares, region: own._replace(spent=own.spent + copies, given=given)}
    return tuple(grants)


def _old_hours(share: Share, moment: datetime) -> tuple[str, ...]:
    kept = {stock.hour_of(moment, before=hours) for hours in range(KEPT_HOURS)}
    return tuple(sorted(hour for hour in share.demand if hour < min(kept)))
