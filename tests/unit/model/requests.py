"""Handling of a request to order, in steps that can interleave with others: decision, then write."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from orders import rules
from orders.models import OrderRequest, order_id_of
from orders.rules import Context, Placement, Seen, Settlement
from runtime.errors import CartChanged, KeyReused, PriceChanged
from shop.lines import Line
from shop.placed_orders import Order
from tests.unit.model.devices import Change, ShownCart, ViewCart
from tests.unit.model.scenario import DOUBLED, LOST, BrokenInvariantError, Setting
from tests.unit.model.state import Item, Settled, Version, World
from tests.unit.model.writes import line_of, next_stamp, next_version, with_process


@dataclass(frozen=True)
class Send:
    """A request to order arrives in a region: it decides from the items that it reads, then writes.

    Several of these with the same request are its retries. They may overlap: a client that no longer waits does not
    end the Lambda invocation that it has started. A process that takes no further step has crashed.
    """

    customer: str
    region: str
    request: int
    shown: ShownCart | None = None
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
        shown = self.shown or next(
            process.seen
            for process in world.processes
            if isinstance(process, ViewCart) and process.request == self.request
        )
        if shown is None:
            return None
        order_id = order_id_of(self.customer, shown.key)
        return OrderRequest(
            self.customer, order_id, dict(shown.quantities), shown.total, dict(shown.versions)
        )

    def _decide(self, world: World, index: int, setting: Setting, request: OrderRequest) -> World:
        existing = world.order(self.region, self.customer, request.order_id)
        if existing is not None:
            assert isinstance(existing.value, Order)
            return self._replay(world, index, setting, request, existing.value)
        try:
            plan = self._plan(world, setting, request)
        except (CartChanged, PriceChanged):
            return with_process(world, index, replace(self, done=True))
        return with_process(world, index, replace(self, plan=plan))

    def _replay(
        self, world: World, index: int, setting: Setting, request: OrderRequest, existing: Order
    ) -> World:
        try:
            answer = rules.replay(request, existing)
        except KeyReused:
            if setting.guards.items_bound_to_key:
                return with_process(world, index, replace(self, done=True))
            answer = existing
        return self._answered(world, index, answer, request)

    def _plan(self, world: World, setting: Setting, request: OrderRequest) -> Placement:
        context = Context(world.moment(self.region, setting.skew), self.region)
        books = setting.books(self.region)
        lines = world.lines(self.region, self.customer)
        if not setting.guards.settled_marker:
            lines = {book: line._replace(settled=()) for book, line in lines.items()}
        if not setting.guards.total_stated:
            total = rules.price(request, books, context).total
            request = request._replace(expected_total=total)
        if not setting.guards.line_version:
            request = request._replace(versions={})
        plan = rules.decide(request, Seen(books, lines, {}), context)
        if setting.guards.marker_without_line:
            return plan
        live = (one for one in plan.settlements if one.seen is not None and one.seen.held(context.moment))
        return plan._replace(settlements=tuple(live))

    def _write(self, world: World, index: int, setting: Setting, plan: Placement) -> World:
        order, guards = plan.order, setting.guards
        exists = world.order(self.region, self.customer, order.order_id) is not None
        changed = (
            guards.order_checks_line and guards.absolute_quantity and self._changed(world, setting, plan)
        )
        if (exists and guards.put_if_absent) or changed:
            return with_process(world, index, replace(self, plan=None))
        if exists:
            raise BrokenInvariantError(f"{DOUBLED}: {order.order_id} is placed twice in {self.region}")
        settlements = plan.settlements if guards.one_transaction else ()
        versions: dict[Item, Version] = {
            ("orders", self.customer, order.order_id): Version(order, next_stamp(world, self.region, setting))
        }
        versions |= self._settled(world, setting, order, settlements)
        after = world.written(self.region, versions)
        after = after._replace(placed=after.placed | {(self.region, order.order_id)})
        late = () if guards.one_transaction else plan.settlements
        request = self._request(world)
        assert request is not None
        return replace(self, unsettled=late)._answered(after, index, order, request)

    def _settle_late(self, world: World, index: int, setting: Setting) -> World:
        assert self.plan is not None
        versions = self._settled(world, setting, self.plan.order, self.unsettled)
        return with_process(world, index, replace(self, unsettled=())).written(self.region, versions)

    def _changed(self, world: World, setting: Setting, plan: Placement) -> bool:
        return any(
            _without_marker(line_of(world.line(self.region, self.customer, one.line.book_id)), setting)
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
                held = line_of(current)
                line = line._replace(quantity=(held.quantity if held else 0) - order.quantities[book])
            operation = Settled(order.order_id, order.quantities[book])
            versions["cart", self.customer, book] = next_version(
                world, self.region, setting, current, line, operation
            )
        return versions

    def _answered(self, world: World, index: int, order: Order, request: OrderRequest) -> World:
        if order.quantities != request.quantities:
            raise BrokenInvariantError(f"{LOST}: the answer is an order of other items")
        after = with_process(world, index, replace(self, done=True))
        return after._replace(confirmed=after.confirmed | {(self.request, order)})


Process = Change | ViewCart | Send


def _without_marker(line: Line | None, setting: Setting) -> Line | None:
    return line if line is None or setting.guards.settled_marker else line._replace(settled=())
