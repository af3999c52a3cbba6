"""Shoppers' devices: they change and view carts, in steps that can interleave with others."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from cart import rules
from shop import lines as cart_lines
from shop.cart_view import checkout_key
from shop.lines import Line
from tests.unit.model.scenario import Setting
from tests.unit.model.state import Added, Operation, Removed, Version, World
from tests.unit.model.writes import line_of, next_version, value_of, with_process


@dataclass(frozen=True)
class Change:
    """A device adds copies of a book, sets their number, or removes the book: it reads the line, then replaces it."""

    name: str
    does: Literal["adds", "sets", "removes"]
    customer: str
    region: str
    book: str
    copies: int = 0
    seen: tuple[Version | None] | None = None
    done: bool = False

    def steps(self, world: World, index: int, setting: Setting) -> Iterator[World]:
        if self.done:
            return
        current = world.line(self.region, self.customer, self.book)
        if self.seen is None:
            yield with_process(world, index, replace(self, seen=(current,)))
        elif setting.guards.cart_checks_line and value_of(current) != value_of(self.seen[0]):
            yield with_process(world, index, replace(self, seen=None))
        else:
            yield self._written(world, index, setting, current, self.seen[0])

    def _written(
        self, world: World, index: int, setting: Setting, current: Version | None, seen: Version | None
    ) -> World:
        line, operations = self._decided(world, setting, line_of(seen))
        after = with_process(world, index, replace(self, done=True))
        if line is None:
            return after
        version = next_version(world, self.region, setting, current, line, *operations)
        return after.written(self.region, {("cart", self.customer, self.book): version})

    def _decided(
        self, world: World, setting: Setting, seen: Line | None
    ) -> tuple[Line | None, tuple[Operation, ...]]:
        """The line to write, or None, and the operations that it records."""
        moment = world.moment(self.region, setting.skew)
        lines = {} if seen is None else {self.book: seen}
        added = Added(self.name, self.copies, world.known_orders(self.region, self.customer))
        match self.does:
            case "adds":
                return rules.added(lines, self.book, self.copies, moment), (added,)
            case "sets":
                return rules.put(lines, self.book, self.copies, moment), (Removed(self.name), added)
            case "removes":
                return rules.removed(lines, self.book, moment), (Removed(self.name),)


@dataclass(frozen=True)
class ShownCart:
    """Cart as a device has shown it: the key of the request, copies by book, the total, the cart's key and the
    versions of its lines.
    """

    key: str
    quantities: tuple[tuple[str, int], ...]
    total: int
    cart: str = ""
    versions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ViewCart:
    """A device views the cart and makes the request that orders it."""

    name: str
    customer: str
    region: str
    request: int
    seen: ShownCart | None = None
    sends_versions: bool = False

    def steps(self, world: World, index: int, setting: Setting) -> Iterator[World]:
        if self.seen is not None:
            return
        moment = world.moment(self.region, setting.skew)
        lines = world.lines(self.region, self.customer)
        shown = cart_lines.live(lines.values(), moment)
        if not shown:
            return
        cart = checkout_key(self.customer, shown)
        key = cart if setting.guards.key_from_cart else self.name
        quantities = tuple((line.book_id, line.quantity) for line in shown)
        prices = setting.prices[self.region]
        total = sum(prices[book] * quantity for book, quantity in quantities)
        versions = tuple((line.book_id, line.version) for line in shown) if self.sends_versions else ()
        yield with_process(
            world, index, replace(self, seen=ShownCart(key, quantities, total, cart, versions))
        )
