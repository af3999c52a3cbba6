"""Stock rules as pure functions: the copies that a region may sell, and when copies move between regions.

Each region owns a share of a book's copies and sells from it alone. A share is a row of the Stock table that only
functions in its region write, so replication has no conflicts. Its numbers only grow. A region may sell up to

    limit = received + restored + given by others + claimed from others - claimed by others
    rights = limit - spent

(escrow: O'Neil 1986, "The Escrow Transactional Method"; bounded counters: Balegas and others 2015). A replica of
another region's row may be stale. Then the limit is too low and never too high: a region may refuse too early, but
cannot sell too much. Only claims lower a limit, and an operator makes them after the region was lost.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from runtime import clock
from runtime.dynamo import Item

GIVEN, CLAIMED, CLAIMS, DEMAND = "given:", "claimed:", "claims:", "demand:"
ACCEPTED, TAKEN, REMOVED_CLAIMS = "accepted:", "taken:", "removedClaims:"
"""Prefixes of attributes. DynamoDB's ADD works on top-level attributes only, so these are not maps."""

MIN_MARK = 5
"""A region with fewer copies asks for more."""

_NONE: Mapping[str, int] = MappingProxyType({})


class Share(NamedTuple):
    """One region's share of a book's copies.

    Attributes:
        region: the region that owns the share and alone writes it.
        received: copies that operators added.
        restored: copies of cancelled orders and of released duplicates.
        spent: copies sold, and copies given to other regions.
        given: copies given away, by receiving region.
        claimed: copies of a lost region's share that operators took over, by lost region.
        accepted: copies that removed regions had given, by removed region. Their rows are not read any more.
        taken: copies of this share that operators had let removed regions sell, by removed region.
        demand: copies that shoppers ordered here, sold or refused, by hour.
        wanted: copies that this region asks other regions for.
        claims: number of claims by lost region.
        claims_seen: claims of this share that the region knew of when it last asked.
        removed_claims: number of claims that removed regions had made, by `<removed region>:<lost region>`.
    """

    region: str
    received: int = 0
    restored: int = 0
    spent: int = 0
    given: Mapping[str, int] = _NONE
    claimed: Mapping[str, int] = _NONE
    accepted: Mapping[str, int] = _NONE
    demand: Mapping[str, int] = _NONE
    wanted: int = 0
    claims: Mapping[str, int] = _NONE
    claims_seen: int = 0
    taken: Mapping[str, int] = _NONE
    removed_claims: Mapping[str, int] = _NONE

    @classmethod
    def from_item(cls, item: Item) -> "Share":
        """Read an item of the Stock table."""
        return cls(
            item["region"],
            item.get("received", 0),
            item.get("restored", 0),
            item.get("spent", 0),
            _prefixed(item, GIVEN),
            _prefixed(item, CLAIMED),
            _prefixed(item, ACCEPTED),
            _prefixed(item, DEMAND),
            item.get("wanted", 0),
            _prefixed(item, CLAIMS),
            item.get("claimsSeen", 0),
            _prefixed(item, TAKEN),
            _prefixed(item, REMOVED_CLAIMS),
        )

    def lately(self, moment: datetime) -> int:
        """Return the copies that shoppers ordered here in this hour and the previous one."""
        return sum(self.demand.get(hour, 0) for hour in (hour_of(moment), hour_of(moment, before=1)))


Shares = Mapping[str, Share]
"""The shares of one book by region. Without any the book is not counted: it can be sold without limit."""


def _prefixed(item: Item, prefix: str) -> dict[str, int]:
    return {name.removeprefix(prefix): count for name, count in item.items() if name.startswith(prefix)}


def hour_of(moment: datetime, before: int = 0) -> str:
    """Return the hour of `moment`, or one so many hours before, as `2026-01-31T08`."""
    return clock.timestamp(moment - timedelta(hours=before))[:13]


def limit(shares: Shares, region: str) -> int:
    """Return the largest value that `spent` of `region` may have."""
    own = shares.get(region, Share(region))
    others = [share for share in shares.values() if share.region != region]
    given = {share.region: share.given.get(region, 0) for share in others}
    claimed = {share.region: share.claimed.get(region, 0) for share in others}
    claims = sum(own.claimed.values()) - _sum_of_higher(claimed, own.taken)
    return own.received + own.restored + _sum_of_higher(given, own.accepted) + claims


def _sum_of_higher(read: Mapping[str, int], recorded: Mapping[str, int]) -> int:
    """Return the sum of each region's number: from its row, or recorded before it was removed."""
    return sum(max(read.get(region, 0), recorded.get(region, 0)) for region in {*read, *recorded})


def rights(shares: Shares, region: str) -> int:
    """Return the copies that `region` may still sell. Below zero only after its share was claimed."""
    return limit(shares, region) - (shares[region].spent if region in shares else 0)


def presented(shares: Shares, region: str) -> dict[str, int] | None:
    """Return the contract's `Stock`: copies in all regions and in this one. `None` if the book is not counted."""
    if not shares:
        return None
    available = sum(max(0, rights(shares, each)) for each in shares)
    return {"available": available, "here": max(0, rights(shares, region))}


def low_mark(share: Share, moment: datetime) -> int:
    """Return the number of copies below which a region asks for more: half of the recent demand."""
    return max(MIN_MARK, -(-share.lately(moment) // 2))


def wanted(shares: Shares, region: str, moment: datetime) -> int:
    """Return how many copies `region` should ask for; zero if it has enough or no other region has any."""
    own = shares.get(region, Share(region))
    here, mark = rights(shares, region), low_mark(own, moment)
    if here >= mark or not any(rights(shares, other) > 0 for other in shares if other != region):
        return 0
    return max(2 * mark, own.lately(moment)) - max(0, here)


def claims(shares: Shares, region: str) -> int:
    """Return how many times operators have claimed the share of `region`."""
    read = {share.region: share.claims.get(region, 0) for share in shares.values()}
    recorded: dict[str, int] = {}
    for share in shares.values():
        for names, count in share.removed_claims.items():
            removed, lost = names.split(":")
            if lost == region:
                recorded[removed] = max(count, recorded.get(removed, 0))
    return _sum_of_higher(read, recorded)


def asks(shares: Shares, region: str) -> bool:
    """Whether `region` asks for copies. A region that was lost must ask again after it has seen the claims."""
    own = shares.get(region, Share(region))
    return own.wanted > 0 and own.claims_seen >= claims(shares, region)


def grant(shares: Shares, giver: str, receiver: str, moment: datetime) -> int:
    """Return how many copies `giver` should give to `receiver`.

    The target divides the copies of both by their recent demand. It is rounded so that a half copy stays with its
    owner. So, without new orders, a copy that was given never comes back: the two targets never exceed the copies.
    The giver keeps as many copies as shoppers ordered from it lately, but at most half of its copies, rounded down:
    its view of the other region's demand may be old. Without demand of its own it keeps none for that.
    """
    if not asks(shares, receiver):
        return 0
    asking = shares[receiver]
    mine, theirs = rights(shares, giver), rights(shares, receiver)
    if mine <= 0 or theirs >= low_mark(asking, moment):
        return 0
    both = mine + max(0, theirs)
    weight, own_weight = asking.lately(moment) + 1, shares[giver].lately(moment) + 1
    target = _rounded_half_down(both * weight, weight + own_weight)
    kept = min(mine // 2, shares[giver].lately(moment))
    return max(0, min(target - max(0, theirs), mine - kept))


def _rounded_half_down(numerator: int, denominator: int) -> int:
    return -(-(2 * numerator - denominator) // (2 * denominator))


def by_book(items: Iterable[Item]) -> dict[str, dict[str, Share]]:
    """Group items of the Stock table: shares by region, by book."""
    found: dict[str, dict[str, Share]] = {}
    for item in items:
        found.setdefault(item["bookId"], {})[item["region"]] = Share.from_item(item)
    return found
