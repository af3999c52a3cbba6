"""Explores every order of steps and deliveries."""

from collections.abc import Iterator
from dataclasses import dataclass

from shop.lines import Line
from shop.placed_orders import Order
from tests.unit.model.devices import ViewCart
from tests.unit.model.requests import Process
from tests.unit.model.scenario import CHARGED_TWICE, DOUBLED, LOST, BrokenInvariantError, Setting
from tests.unit.model.state import REGIONS, Settled, World, expected_copies


@dataclass(frozen=True)
class Exploration:
    """Number of states, broken invariants, and the largest number of confirmed requests in one state (0 would break
    nothing).
    """

    states: int
    broken: frozenset[str]
    confirmed: int

    @property
    def invariants(self) -> set[str]:
        """Names of the broken invariants."""
        return {message.partition(":")[0] for message in self.broken}


def explore(start: World, setting: Setting) -> Exploration:
    """Explore every order of steps and deliveries; a state with a broken invariant is not explored further."""
    seen, open_worlds = {start.key}, [start]
    broken: set[str] = set()
    confirmed = 0
    while open_worlds:
        world = open_worlds.pop()
        confirmed = max(confirmed, len({request for request, _ in world.confirmed}))
        try:
            if not world.travelling:
                check(world)
        except BrokenInvariantError as error:
            broken.add(str(error))
            continue
        for following in _following(world, setting, broken):
            key = following.key
            if key not in seen:
                seen.add(key)
                open_worlds.append(following)
    return Exploration(len(seen), frozenset(broken), confirmed)


def _following(world: World, setting: Setting, broken: set[str]) -> Iterator[World]:
    for region, item in world.travelling:
        yield world.delivered(region, item)
    for index, process in enumerate(world.processes):
        assert isinstance(process, Process)
        try:
            yield from process.steps(world, index, setting)
        except BrokenInvariantError as error:
            broken.add(str(error))


def check(world: World) -> None:
    """Invariants that must hold when all writes are replicated. A process that has not ended may have crashed."""
    for request, answer in world.confirmed:
        for region in REGIONS:
            _found(world, region, request, answer)
    _one_order_a_cart(world)
    _paid_once(world)
    for region, order_id in world.placed:
        _left_the_cart(world, region, order_id)


def _found(world: World, region: str, request: int, answer: Order) -> None:
    stored = world.order(region, answer.customer_id, answer.order_id)
    if stored is None or not isinstance(stored.value, Order):
        raise BrokenInvariantError(f"{LOST}: {region} has no order for request {request}")
    if (stored.value.items, stored.value.currency) != (answer.items, answer.currency):
        raise BrokenInvariantError(
            f"{LOST}: {region} has another order for request {request} than was confirmed"
        )


def _one_order_a_cart(world: World) -> None:
    """One order for each viewed cart and for each request."""
    carts: dict[object, set[str]] = {}
    requests: dict[int, set[str]] = {}
    for request, answer in world.confirmed:
        requests.setdefault(request, set()).add(answer.order_id)
        for process in world.processes:
            if isinstance(process, ViewCart) and process.request == request and process.seen:
                carts.setdefault((answer.customer_id, process.seen.cart), set()).add(answer.order_id)
    if any(len(orders) > 1 for orders in requests.values()):
        raise BrokenInvariantError(f"{DOUBLED}: a request has become several orders")
    if any(len(orders) > 1 for orders in carts.values()):
        raise BrokenInvariantError(f"{CHARGED_TWICE}: one cart has become several orders")


def _paid_once(world: World) -> None:
    """A version of a line is in one order. Only orders of different regions may overlap; these are put on hold."""
    shown = {
        process.request: process.seen.versions
        for process in world.processes
        if isinstance(process, ViewCart) and process.seen
    }
    paid: dict[object, set[str]] = {}
    for request, answer in world.confirmed:
        for line in shown.get(request, ()):
            paid.setdefault((answer.customer_id, line), set()).add(answer.order_id)
    for orders in paid.values():
        if len(orders) > 1 and len({region for region, order in world.placed if order in orders}) == 1:
            raise BrokenInvariantError(f"{CHARGED_TWICE}: a version of a line is in several orders")


def _left_the_cart(world: World, region: str, order_id: str) -> None:
    order = next(
        version.value
        for (where, (_, _, key)), version in world.items.items()
        if (where, key) == (region, order_id) and isinstance(version.value, Order)
    )
    for book, copies in order.quantities.items():
        line = world.line(region, order.customer_id, book)
        if line is None or not line.clean or not isinstance(line.value, Line):
            continue
        if line.value.quantity > expected_copies((*line.operations, Settled(order_id, copies))):
            raise BrokenInvariantError(f"{CHARGED_TWICE}: {book} is paid and still in the cart of {region}")
