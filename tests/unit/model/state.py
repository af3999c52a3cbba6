"""Two regions, their tables and what travels between them, as checkout sees them.

A write happens in one region and travels to the other item by item, each item's versions in order, after any
time; where two versions meet, the later stamp wins, as in DynamoDB global tables:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html

Each version also has a story, which the bookstore does not see: the operations that led to it. The expected
quantity follows from the story.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property

from shop.lines import Line
from shop.placed_orders import Order

REGIONS = ("A", "B")
START = datetime(2026, 1, 31, tzinfo=UTC)


@dataclass(frozen=True)
class Added:
    """A shopper put copies into the cart, where these orders were known already and so have no claim on
    them.
    """

    by: str
    copies: int
    known: frozenset[str]


@dataclass(frozen=True)
class Removed:
    """A shopper took the book out of the cart."""

    by: str


@dataclass(frozen=True)
class Settled:
    """An order took up to so many copies. An order is one order, wherever and however often it is placed."""

    order_id: str
    copies: int


Deed = Added | Removed | Settled


def owed(story: Iterable[Deed]) -> int:
    """Copies that a cart line ought to hold after all this."""
    lots: list[tuple[int, frozenset[str]]] = []
    settled: set[str] = set()
    for deed in story:
        match deed:
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
        stamp: when and where it was written; of two versions the greater stays. story: of a line, how it came
        about; of an order, nothing. clean: whether no version that it did not build on was ever given up for
        it. Where two regions have changed one
            line before they heard of each other, one of the changes is lost: a cart line is its last
            writer's.
    """

    value: Line | Order
    stamp: tuple[int, str]
    story: tuple[Deed, ...] = ()
    clean: bool = True

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        """Kept, since a version is looked up in thousands of worlds."""
        return hash((self.value, self.stamp, self.story, self.clean))


Item = tuple[str, str, str]
"""Table, customer, and book or order id."""


@dataclass(frozen=True)
class World:
    """The state of everything between two steps."""

    items: Mapping[tuple[str, Item], Version]
    travelling: Mapping[tuple[str, Item], tuple[Version, ...]] = field(default_factory=dict)
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
        """After a region has written items, all at once, and sent each on its way."""
        items, travelling = dict(self.items), dict(self.travelling)
        other = REGIONS[1 - REGIONS.index(region)]
        for item, version in versions.items():
            items[region, item] = version
            travelling[other, item] = (*travelling.get((other, item), ()), version)
        return replace(self, items=items, travelling=travelling, writes=self.writes + 1)

    def delivered(self, region: str, item: Item) -> "World":
        """After the oldest travelling version of an item has reached a region."""
        items, travelling = dict(self.items), dict(self.travelling)
        arrived, *later = travelling.pop((region, item))
        if later:
            travelling[region, item] = tuple(later)
        items[region, item] = met(items.get((region, item)), arrived)
        return replace(self, items=items, travelling=travelling)


def met(here: Version | None, arrived: Version) -> Version:
    """Result of merging two versions."""
    if here is None:
        return arrived
    winner, loser = (arrived, here) if arrived.stamp > here.stamp else (here, arrived)
    lost = set(_names(loser.story)) - set(_names(winner.story))
    return replace(winner, clean=winner.clean and loser.clean and not lost)


def _names(story: Iterable[Deed]) -> Iterable[str]:
    return (deed.order_id if isinstance(deed, Settled) else deed.by for deed in story)
