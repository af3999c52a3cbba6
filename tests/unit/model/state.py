"""Two regions, their tables and the writes that are not replicated yet.

A write happens in one region and is replicated to the other item by item, each item's versions in order, after
any time. Of two versions the one with the later stamp wins, as in DynamoDB global tables:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html

Each version records its operations, which the bookstore does not see. The expected quantity follows from them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from shop.lines import Line
from shop.placed_orders import Order

REGIONS = ("A", "B")
START = datetime(2026, 1, 31, tzinfo=UTC)


@dataclass(frozen=True)
class Added:
    """A shopper put copies into the cart. `known`: orders that the region had then; they take none of these copies."""

    by: str
    copies: int
    known: frozenset[str]


@dataclass(frozen=True)
class Removed:
    """A shopper took the book out of the cart."""

    by: str


@dataclass(frozen=True)
class Settled:
    """An order took up to `copies` from the cart. It counts once, even if it is placed in both regions."""

    order_id: str
    copies: int


Operation = Added | Removed | Settled


def expected_copies(operations: Iterable[Operation]) -> int:
    """Expected copies after these operations."""
    lots: list[tuple[int, frozenset[str]]] = []
    settled: set[str] = set()
    for operation in operations:
        match operation:
            case Added(_, copies, known):
                lots.append((copies, known))
            case Removed():
                lots.clear()
            case Settled(order_id, copies) if order_id not in settled:
                settled.add(order_id)
                lots = _taken(lots, order_id, copies)
    return sum(copies for copies, _ in lots)


def _taken(
    lots: list[tuple[int, frozenset[str]]], order_id: str, copies: int
) -> list[tuple[int, frozenset[str]]]:
    left = []
    for held, known in lots:
        take = 0 if order_id in known else min(held, copies)
        copies -= take
        left.append((held - take, known))
    return left


@dataclass(frozen=True)
class Version:
    """One version of an item.

    Attributes:
        stamp: time and region of the write; the later one wins.
        operations: those that led to this version of a line; empty for an order.
        clean: False if replication has discarded a change of this line.
    """

    value: Line | Order
    stamp: tuple[int, str]
    operations: tuple[Operation, ...] = ()
    clean: bool = True

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        """Cached, because a version is looked up in thousands of worlds."""
        return hash((self.value, self.stamp, self.operations, self.clean))


Item = tuple[str, str, str]
"""Table, customer, and book or order id."""


class World(NamedTuple):
    """State of both regions and of all processes between two steps. A named tuple, which is copied fast."""

    items: Mapping[tuple[str, Item], Version]
    travelling: Mapping[tuple[str, Item], tuple[Version, ...]] = MappingProxyType({})
    processes: tuple[object, ...] = ()
    writes: int = 0
    placed: frozenset[tuple[str, str]] = frozenset()
    confirmed: frozenset[tuple[int, Order]] = frozenset()

    @property
    def key(self) -> object:
        """Equal for equal states."""
        return (
            frozenset(self.items.items()),
            frozenset(self.travelling.items()),
            self.processes,
            self.writes,
            self.placed,
            self.confirmed,
        )

    def moment(self, region: str, skew: Mapping[str, int]) -> datetime:
        """Time of a region's clock."""
        return START + timedelta(milliseconds=self.writes + skew.get(region, 0))

    def line(self, region: str, customer: str, book: str) -> Version | None:
        return self.items.get((region, ("cart", customer, book)))

    def order(self, region: str, customer: str, order_id: str) -> Version | None:
        return self.items.get((region, ("orders", customer, order_id)))

    def known_orders(self, region: str, customer: str) -> frozenset[str]:
        return frozenset(
            key
            for (where, (table, who, key)) in self.items
            if (where, table, who) == (region, "orders", customer)
        )

    def lines(self, region: str, customer: str) -> dict[str, Line]:
        return {
            key: version.value
            for (where, (table, who, key)), version in self.items.items()
            if (where, table, who) == (region, "cart", customer) and isinstance(version.value, Line)
        }

    def written(self, region: str, versions: Mapping[Item, Version]) -> "World":
        """After a region has written items in one transaction; their replication starts."""
        items, travelling = dict(self.items), dict(self.travelling)
        other = REGIONS[1 - REGIONS.index(region)]
        for item, version in versions.items():
            items[region, item] = version
            travelling[other, item] = (*travelling.get((other, item), ()), version)
        return self._replace(items=items, travelling=travelling, writes=self.writes + 1)

    def delivered(self, region: str, item: Item) -> "World":
        """After the oldest unreplicated version of an item has reached a region."""
        items, travelling = dict(self.items), dict(self.travelling)
        arrived, *later = travelling.pop((region, item))
        if later:
            travelling[region, item] = tuple(later)
        items[region, item] = merge(items.get((region, item)), arrived)
        return self._replace(items=items, travelling=travelling)


def merge(here: Version | None, arrived: Version) -> Version:
    """Result of merging two versions."""
    if here is None:
        return arrived
    winner, loser = (arrived, here) if arrived.stamp > here.stamp else (here, arrived)
    lost = set(_names(loser.operations)) - set(_names(winner.operations))
    clean = winner.clean and loser.clean and not lost
    return winner if clean == winner.clean else replace(winner, clean=clean)


def _names(operations: Iterable[Operation]) -> Iterable[str]:
    return (
        operation.order_id if isinstance(operation, Settled) else operation.by for operation in operations
    )
