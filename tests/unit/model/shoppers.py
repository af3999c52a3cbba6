"""What happens in the world: devices change carts, look at them and send orders, in steps that others may
come between. Every decision is taken by the functions that the Lambdas run; a guard that is switched off is
undone around them, never in them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from cart import rules
from orders import decision
from orders.decision import Placement, Settlement
from orders.models import Order, OrderRequest, order_id_of
from shop import lines as cart_lines
from shop.errors import KeyReused, PriceChanged
from shop.lines import Line
from tests.unit.model.world import Added, Deed, Item, Removed, Settled, Version, World, owed


class BrokenInvariantError(Exception):
    """Something happened that never may; the message begins with the invariant's name."""


LOST, DOUBLED = "order lost", "order doubled"
CHARGED_TWICE, DROPPED = "line charged twice", "line dropped uncharged"


@dataclass(frozen=True)
class Guards:
    """What stands between the shop and each kind of loss. All of it is on in the shop."""

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


@dataclass(frozen=True)
class Setting:
    """What does not change while the world runs: guards, prices by region, clocks that are off
    (milliseconds).
    """

    guards: Guards
    prices: Mapping[str, Mapping[str, int]]
    skew: Mapping[str, int]

    def books(self, region: str) -> dict[str, dict[str, object]]:
        prices = self.prices[region].items()
        return {
            book: {"id": book, "title": book, "price": price, "currency": "EUR"} for book, price in prices
        }


@dataclass(frozen=True)
class Change:
    """A device adds copies of a book, or with `copies` 0 removes it: it reads the line, then replaces it."""

    name: str
    customer: str
    region: str
    book: str
    copies: int
    seen: tuple[Version | None] | None = None
    done: bool = False

    def steps(self, world: World, index: int, setting: Setting) -> Iterator[World]:
        if self.done:
            return
        current = world.line(self.region, self.customer, self.book)
        if self.seen is None:
            yield _become(world, index, replace(self, seen=(current,)))
        elif setting.guards.cart_checks_line and _value(current) != _value(self.seen[0]):
            yield _become(world, index, replace(self, seen=None))
        else:
            yield self._written(world, index, setting, current, self.seen[0])

    def _written(
        self, world: World, index: int, setting: Setting, current: Version | None, seen: Version | None
    ) -> World:
        moment = world.moment(self.region, setting.skew)
        line = _line(seen)
        after = _become(world, index, replace(self, done=True))
        if self.copies:
            known = world.known_orders(self.region, self.customer)
            deed: Deed = Added(self.name, self.copies, known)
            lines = {} if line is None else {self.book: line}
            written = rules.added(lines, self.book, self.copies, moment)
        elif line is None or not line.held(moment):
            return after
        else:
            deed = Removed(self.name)
            written = cart_lines.changed(line, self.book, 0, moment)
        version = _successor(world, self.region, setting, current, written, deed)
        return after.written(self.region, {("cart", self.customer, self.book): version})


@dataclass(frozen=True)
class Stated:
    """What a device asks for: a key, copies by book and the total it has shown; and of which cart that was
    the view.
    """

    key: str
    quantities: tuple[tuple[str, int], ...]
    total: int
    cart: str = ""


@dataclass(frozen=True)
class Look:
    """A device looks at the cart and makes the request that orders it."""

    name: str
    customer: str
    region: str
    request: int
    seen: Stated | None = None

    def steps(self, world: World, index: int, setting: Setting) -> Iterator[World]:
        if self.seen is not None:
            return
        moment = world.moment(self.region, setting.skew)
        lines = world.lines(self.region, self.customer)
        shown = cart_lines.live(lines.values(), moment)
        if not shown:
            return
        cart = rules.checkout_key(self.customer, shown)
        key = cart if setting.guards.key_from_cart else self.name
        quantities = tuple((line.book_id, line.quantity) for line in shown)
        prices = setting.prices[self.region]
        total = sum(prices[book] * quantity for book, quantity in quantities)
        yield _become(world, index, replace(self, seen=Stated(key, quantities, total, cart)))


@dataclass(frozen=True)
class Send:
    """A request to order arrives in a region: it is decided on what is read, then written.

    Several of these with one request are its retries. They may overlap: a client that no longer waits does
    not stop what it has started. One that never takes its next step has crashed.
    """

    customer: str
    region: str
    request: int
    stated: Stated | None = None
    plan: Placement | None = None
    unsettled: tuple[Settlement, ...] = ()
    done: bool = False

    def steps(self, world: World, index: int, setting: Setting) -> Iterator[World]:
        if self.unsettled:
            yield self._settle_late(world, index, setting)
        elif self.done:
            return
        elif self.plan is not None:
            yield self._write(world, index, setting, self.plan)
        else:
            request = self._request(world)
            if request is not None:
                yield self._decide(world, index, setting, request)

    def _request(self, world: World) -> OrderRequest | None:
        stated = self.stated or next(
            process.seen
            for process in world.processes
            if isinstance(process, Look) and process.request == self.request
        )
        if stated is None:
            return None
        order_id = order_id_of(self.customer, stated.key)
        return OrderRequest(self.customer, order_id, dict(stated.quantities), stated.total)

    def _decide(self, world: World, index: int, setting: Setting, request: OrderRequest) -> World:
        moment, books = world.moment(self.region, setting.skew), setting.books(self.region)
        existing = world.order(self.region, self.customer, request.order_id)
        if existing is not None:
            assert isinstance(existing.value, Order)
            try:
                answer = decision.replay(request, existing.value)
            except KeyReused:
                if setting.guards.items_bound_to_key:
                    return _become(world, index, replace(self, done=True))
                answer = existing.value
            return self._answered(world, index, answer, request)
        lines = world.lines(self.region, self.customer)
        if not setting.guards.settled_marker:
            lines = {book: replace(line, settled=()) for book, line in lines.items()}
        if not setting.guards.total_stated:
            total = decision.price(request, books, moment, self.region).total
            request = replace(request, expected_total=total)
        try:
            plan = decision.decide(request, books, lines, moment, self.region)
        except PriceChanged:
            return _become(world, index, replace(self, done=True))
        if not setting.guards.marker_without_line:
            live = (one for one in plan.settlements if one.seen is not None and one.seen.held(moment))
            plan = replace(plan, settlements=tuple(live))
        return _become(world, index, replace(self, plan=plan))

    def _write(self, world: World, index: int, setting: Setting, plan: Placement) -> World:
        order, guards = plan.order, setting.guards
        exists = world.order(self.region, self.customer, order.order_id) is not None
        changed = (
            guards.order_checks_line and guards.absolute_quantity and self._changed(world, setting, plan)
        )
        if (exists and guards.put_if_absent) or changed:
            return _become(world, index, replace(self, plan=None))
        if exists:
            raise BrokenInvariantError(f"{DOUBLED}: {order.order_id} is placed twice in {self.region}")
        settlements = plan.settlements if guards.one_transaction else ()
        versions: dict[Item, Version] = {
            ("orders", self.customer, order.order_id): Version(order, _stamp(world, self.region, setting))
        }
        versions |= self._settled(world, setting, order, settlements)
        after = world.written(self.region, versions)
        after = replace(after, placed=after.placed | {(self.region, order.order_id)})
        late = () if guards.one_transaction else plan.settlements
        request = self._request(world)
        assert request is not None
        return replace(self, unsettled=late)._answered(after, index, order, request)

    def _settle_late(self, world: World, index: int, setting: Setting) -> World:
        assert self.plan is not None
        versions = self._settled(world, setting, self.plan.order, self.unsettled)
        return _become(world, index, replace(self, unsettled=())).written(self.region, versions)

    def _changed(self, world: World, setting: Setting, plan: Placement) -> bool:
        return any(
            _without_marker(_line(world.line(self.region, self.customer, one.line.book_id)), setting)
            != one.seen
            for one in plan.settlements
        )

    def _settled(
        self, world: World, setting: Setting, order: Order, settlements: tuple[Settlement, ...]
    ) -> dict[Item, Version]:
        versions: dict[Item, Version] = {}
        for one in settlements:
            book = one.line.book_id
            current = world.line(self.region, self.customer, book)
            line = one.line
            if not setting.guards.absolute_quantity:
                held = _line(current)
                line = replace(line, quantity=(held.quantity if held else 0) - order.quantities[book])
            deed = Settled(order.order_id, order.quantities[book])
            versions["cart", self.customer, book] = _successor(
                world, self.region, setting, current, line, deed
            )
        return versions

    def _answered(self, world: World, index: int, order: Order, request: OrderRequest) -> World:
        if order.quantities != request.quantities:
            raise BrokenInvariantError(f"{LOST}: the answer is an order of other items")
        after = _become(world, index, replace(self, done=True))
        return replace(after, confirmed=after.confirmed | {(self.request, order)})


Process = Change | Look | Send


def _become(world: World, index: int, process: Process) -> World:
    return replace(world, processes=(*world.processes[:index], process, *world.processes[index + 1 :]))


def _stamp(world: World, region: str, setting: Setting) -> tuple[int, str]:
    return (world.writes + setting.skew.get(region, 0), region)


def _value(version: Version | None) -> object:
    return None if version is None else version.value


def _line(version: Version | None) -> Line | None:
    assert version is None or isinstance(version.value, Line)
    return None if version is None else version.value  # type: ignore[return-value]


def _without_marker(line: Line | None, setting: Setting) -> Line | None:
    return line if line is None or setting.guards.settled_marker else replace(line, settled=())


def _successor(
    world: World, region: str, setting: Setting, current: Version | None, line: Line, deed: Deed
) -> Version:
    """The version that replaces `current`. Where nothing was lost to another region, it must hold what is
    owed.
    """
    stamp = _stamp(world, region, setting)
    if current is not None:
        # DynamoDB never lets a region's own later write lose to its earlier one.
        stamp = max(stamp, (current.stamp[0] + 1, region))
    story = (*(current.story if current else ()), deed)
    version = Version(line, stamp, story, current.clean if current else True)
    if version.clean and line.quantity > owed(story):
        raise BrokenInvariantError(f"{CHARGED_TWICE}: {line.quantity} are left of {owed(story)}, {story}")
    if version.clean and line.quantity < owed(story):
        raise BrokenInvariantError(f"{DROPPED}: {line.quantity} are left of {owed(story)}, {story}")
    return version
