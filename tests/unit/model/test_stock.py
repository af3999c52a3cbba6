"""Stock through every interleaving of orders, grants, cancellations, releases and replication, and without each guard.

Two regions share the copies of one book. A request to order and a grant read first and write later, so they may be
based on old rows, and one that never writes has crashed. A region may process the events of its streams at any time
and again. All decisions are made by the functions that the Lambdas run.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime

import pytest

from orders import rules as order_rules
from orders.models import OrderRequest
from orders.rules import Context, Seen
from runtime.errors import OutOfStock, StockElsewhere
from shop import stock
from shop.placed_orders import Order, OrderState
from shop.stock import Share
from stock import rules

REGIONS = ("A", "B")
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
BOOKS = {"book": {"id": "book", "title": "book", "price": 5, "currency": "EUR"}}

OVERSOLD, LOST, DOUBLED = "copies oversold", "copies lost", "order sold twice"


@dataclass(frozen=True)
class Guards:
    """Conditions of the transactions. All are on in the bookstore."""

    spend_limit: bool = True
    grant_spends: bool = True
    grant_limit: bool = True
    hold_written: bool = True
    release_once: bool = True
    order_if_absent: bool = True


@dataclass(frozen=True)
class Row:
    """A share, as far as the model needs it. Only its region changes it, and its numbers only grow."""

    received: int
    restored: int = 0
    spent: int = 0
    given: int = 0
    wanted: int = 0

    @property
    def version(self) -> int:
        return self.restored + self.spent + self.given

    def share(self, region: str) -> Share:
        other = REGIONS[1 - REGIONS.index(region)]
        return Share(
            region, self.received, self.restored, self.spent, {other: self.given}, wanted=self.wanted
        )


@dataclass(frozen=True)
class Send:
    """A request to order arrives in a region. `limit` is set between its reads and its write."""

    order: str
    region: str
    limit: int | None = None
    done: bool = False


@dataclass(frozen=True)
class Grant:
    """A region gives copies to the other one."""

    region: str
    plan: tuple[int, int] | None = None
    done: bool = False


@dataclass(frozen=True)
class Cancel:
    """The shopper cancels an order in a region."""

    order: str
    region: str
    done: bool = False


Process = Send | Grant | Cancel


@dataclass(frozen=True)
class World:
    """Both regions' tables and the writes on their way. Keys start with the region whose table it is."""

    rows: frozenset[tuple[str, str, Row]]
    processes: tuple[Process, ...]
    orders: frozenset[tuple[str, str, str, int]] = frozenset()
    cancelled: frozenset[tuple[str, str]] = frozenset()
    holds: frozenset[tuple[str, str, str]] = frozenset()
    travelling: frozenset[tuple[object, ...]] = frozenset()
    writes: int = 0

    def row(self, viewer: str, region: str) -> Row:
        return next(row for where, whose, row in self.rows if (where, whose) == (viewer, region))

    def shares(self, viewer: str) -> dict[str, Share]:
        return {region: self.row(viewer, region).share(region) for region in REGIONS}

    def order(self, viewer: str, order: str) -> tuple[str, int] | None:
        found = [(by, at) for where, name, by, at in self.orders if (where, name) == (viewer, order)]
        return found[0] if found else None

    def with_row(self, viewer: str, region: str, row: Row, *, send: bool = True) -> "World":
        kept = frozenset(each for each in self.rows if each[:2] != (viewer, region))
        after = replace(self, rows=kept | {(viewer, region, row)})
        if not send:
            return after
        other = REGIONS[1 - REGIONS.index(viewer)]
        return replace(after, travelling=after.travelling | {("row", other, region, row)})

    def with_order(self, viewer: str, order: str, by: str, at: int) -> "World":
        kept = frozenset(each for each in self.orders if each[:2] != (viewer, order))
        return replace(self, orders=kept | {(viewer, order, by, at)})

    def advanced(self, index: int, process: Process) -> "World":
        return replace(self, processes=(*self.processes[:index], process, *self.processes[index + 1 :]))


def state_of(world: World, viewer: str, order: str) -> OrderState | None:
    found = world.order(viewer, order)
    if found is None:
        return None
    placed = Order("ada", order, (), "EUR", "", found[0], "")
    return OrderState(placed, cancelled=(viewer, order) in world.cancelled)


def steps(world: World, guards: Guards) -> Iterator[World]:
    for message in world.travelling:
        yield delivered(replace(world, travelling=world.travelling - {message}), message)
    for index, process in enumerate(world.processes):
        if process.done:
            continue
        match process:
            case Send():
                yield from sent(world, index, process, guards)
            case Grant():
                yield from granted(world, index, process, guards)
            case Cancel(order, region) if world.order(region, order):
                other = REGIONS[1 - REGIONS.index(region)]
                after = world.advanced(index, replace(process, done=True))
                yield replace(
                    after,
                    cancelled=after.cancelled | {(region, order)},
                    travelling=after.travelling | {("cancelled", other, order)},
                )
    for region, order, state in world.holds:
        yield from released(world, region, order, state, guards)


def delivered(world: World, message: tuple[object, ...]) -> World:
    kind, to, *rest = message
    assert isinstance(to, str)
    if kind == "row":
        region, row = rest
        assert isinstance(region, str)
        assert isinstance(row, Row)
        is_newer = row.version > world.row(to, region).version
        return world.with_row(to, region, row, send=False) if is_newer else world
    if kind == "order":
        name, by, at = rest
        assert isinstance(name, str)
        assert isinstance(by, str)
        assert isinstance(at, int)
        here = world.order(to, name)
        return world.with_order(to, name, by, at) if here is None or (at, by) > here[::-1] else world
    (name,) = rest
    return replace(world, cancelled=world.cancelled | {(to, str(name))})


def sent(world: World, index: int, process: Send, guards: Guards) -> Iterator[World]:
    region, order = process.region, process.order
    exists = world.order(region, order) is not None
    if process.limit is None:
        if exists or (region, order) in world.cancelled:
            yield world.advanced(index, replace(process, done=True))
            return
        request = OrderRequest("ada", order, {"book": 1}, 5)
        seen = Seen(BOOKS, {}, {"book": world.shares(region)})
        try:
            (spend,) = order_rules.decide(request, seen, Context(NOW, region)).spends
        except (OutOfStock, StockElsewhere):
            yield world.advanced(index, replace(process, done=True))
            return
        yield world.advanced(index, replace(process, limit=spend.limit))
        return
    row = world.row(region, region)
    if (exists and guards.order_if_absent) or (guards.spend_limit and row.spent > process.limit - 1):
        yield world.advanced(index, replace(process, limit=None))
        return
    other = REGIONS[1 - REGIONS.index(region)]
    after = world.advanced(index, replace(process, done=True)).with_order(region, order, region, world.writes)
    after = after.with_row(region, region, replace(row, spent=row.spent + 1))
    holds = {(region, order, "held")} if guards.hold_written else set()
    message = ("order", other, order, region, world.writes)
    yield replace(
        after,
        holds=after.holds | holds,
        travelling=after.travelling | {message},
        writes=world.writes + 1,
    )


def granted(world: World, index: int, process: Grant, guards: Guards) -> Iterator[World]:
    region = process.region
    other = REGIONS[1 - REGIONS.index(region)]
    if process.plan is None:
        shares = world.shares(region)
        copies = dict(rules.balance(shares, region, NOW).grants).get(other, 0)
        if copies:
            yield world.advanced(index, replace(process, plan=(copies, stock.limit(shares, region))))
        return
    copies, limit = process.plan
    row, after = world.row(region, region), world.advanced(index, replace(process, done=True))
    if guards.grant_limit and row.spent > limit - copies:
        yield after
        return
    spent = row.spent + (copies if guards.grant_spends else 0)
    yield after.with_row(region, region, replace(row, spent=spent, given=row.given + copies))


def released(world: World, region: str, order: str, state: str, guards: Guards) -> Iterator[World]:
    known = state_of(world, region, order)
    if known is None or not rules.is_release_due(known, region):
        return
    if state == "held" or (not guards.release_once and world.row(region, region).restored < 3):
        row = world.row(region, region)
        after = world.with_row(region, region, replace(row, restored=row.restored + 1))
        holds = (after.holds - {(region, order, state)}) | {(region, order, "released")}
        yield replace(after, holds=holds)


def broken(world: World, received: int) -> str | None:
    true = {region: world.row(region, region) for region in REGIONS}
    outstanding = sum(row.spent - row.given - row.restored for row in true.values())
    if not 0 <= outstanding <= received:
        return OVERSOLD
    held: dict[str, int] = {}
    for region, order, state in world.holds:
        if state == "held":
            held[order] = held.get(order, 0) + 1
            known = state_of(world, region, order)
            if known and rules.is_release_due(known, region):
                return None  # A region still has events to process.
    if world.travelling:
        return None
    shares = {region: row.share(region) for region, row in true.items()}
    left = sum(stock.rights(shares, region) for region in REGIONS)
    live = {order for _, order, _, _ in world.orders if ("A", order) not in world.cancelled}
    if any(held.get(order, 0) > 1 for order in live) or outstanding > len(live):
        return DOUBLED
    return LOST if left + len(live) != received else None


def explore(start: World, guards: Guards) -> tuple[int, set[str]]:
    received = sum(start.row(region, region).received for region in REGIONS)
    seen, unexplored, found = {start}, [start], set[str]()
    while unexplored:
        world = unexplored.pop()
        failure = broken(world, received)
        if failure:
            found.add(failure)
            continue
        for after in steps(world, guards):
            if after not in seen:
                seen.add(after)
                unexplored.append(after)
    return len(seen), found


def scenario(a: Row, b: Row, *processes: Process) -> World:
    rows = {(viewer, region, row) for viewer in REGIONS for region, row in (("A", a), ("B", b))}
    return World(frozenset(rows), processes)


ASKS = Row(0, wanted=5)
FAILOVER = (Send("1", "A"), Send("1", "B"))
SCENARIOS = {
    "last copies": scenario(Row(1), Row(1), Send("1", "A"), Send("2", "A"), Send("3", "B")),
    "failover": scenario(Row(1), Row(1), *FAILOVER, Send("2", "A")),
    "failover and cancellation": scenario(Row(1), Row(1), *FAILOVER, Cancel("1", "B")),
    "repetition in one region": scenario(Row(2), Row(0), Send("1", "A"), Send("1", "A"), Send("2", "B")),
    "grant": scenario(Row(2), ASKS, Send("1", "A"), Grant("A"), Send("2", "B"), Send("3", "B")),
    "grant of sold copies": scenario(
        Row(2), ASKS, Send("1", "A"), Send("2", "A"), Grant("A"), Send("3", "B")
    ),
    "grant and cancellation": scenario(Row(2), ASKS, *FAILOVER, Grant("A"), Cancel("1", "A")),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_copies_are_never_oversold_or_lost(name: str) -> None:
    began = time.monotonic()
    states, found = explore(SCENARIOS[name], Guards())
    print(f"{name}: {states:,} states in {time.monotonic() - began:.1f} s")
    assert found == set()


WITHOUT = {
    "spend_limit": OVERSOLD,
    "grant_spends": LOST,
    "grant_limit": OVERSOLD,
    "hold_written": DOUBLED,
    "release_once": OVERSOLD,
    "order_if_absent": DOUBLED,
}


def test_every_guard_has_an_invariant() -> None:
    assert {guard.name for guard in fields(Guards)} == set(WITHOUT)


@pytest.mark.parametrize(("guard", "invariant"), WITHOUT.items())
def test_missing_guard_breaks_its_invariant(guard: str, invariant: str) -> None:
    """Without the guard, its invariant breaks in at least one scenario."""
    began, states = time.monotonic(), 0
    broken: set[str] = set()
    for start in SCENARIOS.values():
        explored, found = explore(start, replace(Guards(), **{guard: False}))
        broken |= found
        states += explored
        if invariant in broken:
            print(f"without {guard}: {invariant}, {states:,} states in {time.monotonic() - began:.1f} s")
            return
    pytest.fail(f"Without {guard} no {invariant}, only {broken or 'nothing'}")
