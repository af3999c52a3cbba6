"""Simulated shoppers of the control room."""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

import httpx

from client import Bookstore, Endpoints, Failover
from localcloud.edge.region_locations import CITIES, Place, distance_km, place
from ops.deployment import Deployment
from ops.drill.accounts import close_reachable, open_account
from ops.drill.ledger import Ledger
from ops.drill.reconcile import Reconciliation, reconcile
from ops.drill.recording import Recording, Sample
from ops.drill.shoppers import Pace, Shopping, Visitor
from ops.drill.stock_count import count_stock

SHOPPERS = 6
TURN_SECONDS = 0.9
"""Seconds between two requests of a shopper; four requests place an order."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Totals:
    """Requests and orders of all shoppers so far."""

    requests: int
    failed: int
    repeated: int
    """Requests that succeeded in another region after a failed attempt."""
    confirmed: int
    doubled: int
    """Purchases that were confirmed with more than one order."""


class Shoppers:
    """Shoppers in every region, with failover as in the storefront.

    `failed` is called with the reason when an unexpected error ends their work.
    """

    def __init__(self, failed: Callable[[str], None]) -> None:
        self._failed = failed
        self.ledger = Ledger()
        self.recording = Recording()
        self.reconciliation: Reconciliation | None = None
        """Comparison with the tables after the last shoppers left."""
        self.homes: dict[str, str] = {}
        """City of each customer."""
        self._customers: list[str] = []
        self._seen: dict[str, float] = {}
        """Monotonic time at which each confirmed order was first seen here."""
        self._over: asyncio.Event | None = None
        self._work: asyncio.Task[None] | None = None

    @property
    def at_work(self) -> bool:
        """Whether shoppers are active."""
        return self._work is not None and not self._work.done()

    @property
    def leaving(self) -> bool:
        """Whether shoppers finish their last orders."""
        return self.at_work and self._over is not None and self._over.is_set()

    @property
    def confirmed(self) -> set[str]:
        """Ids of confirmed orders."""
        return {order_id for purchase in self.ledger.purchases for order_id in purchase.order_ids}

    @property
    def totals(self) -> Totals:
        """Counts of requests and orders."""
        samples = self.recording.samples
        return Totals(
            requests=len(samples),
            failed=sum(not sample.ok for sample in samples),
            repeated=sum(sample.ok and sample.failed_attempts > 0 for sample in samples),
            confirmed=len(self.confirmed),
            doubled=sum(len(purchase.order_ids) > 1 for purchase in self.ledger.purchases),
        )

    def confirmed_within(self, seconds: float) -> set[str]:
        """Ids of orders that were confirmed in the last seconds."""
        since = time.monotonic() - seconds
        return {order_id for order_id, at in self._confirmed_at().items() if at >= since}

    def _confirmed_at(self) -> dict[str, float]:
        now = time.monotonic()
        for order_id in self.confirmed:
            self._seen.setdefault(order_id, now)
        return self._seen

    def city_of_order(self, order_id: str) -> str | None:
        """City of the shopper who placed a confirmed order."""
        found = (each.customer for each in reversed(self.ledger.purchases) if order_id in each.order_ids)
        return self.homes.get(next(found, ""))

    def failed_over_since(self, region: str, began: float) -> float | None:
        """Time of the first request that another region served after `region` failed, in seconds since the epoch."""
        offset = time.time() - self.recording.now()
        times = (
            sample.ended + offset
            for sample in self._samples_of(region)
            if sample.ok and sample.failed_attempts > 0 and sample.region != region
        )
        return min((at for at in times if at >= began), default=None)

    def _samples_of(self, region: str) -> Iterator[Sample]:
        return (sample for sample in self.recording.samples if sample.home == region)

    async def come(self, deployment: Deployment, api: str, regions: Mapping[str, str]) -> None:
        """Open accounts and start shopping. Raises errors of boto3 and the client, without leaving accounts."""
        if self.at_work:
            return
        visitors: list[Visitor] = []
        endpoints = Endpoints(api, regions)
        async with AsyncExitStack() as undo:
            undo.push_async_callback(_close_accounts, deployment, visitors)
            party = secrets.token_hex(4)
            for number, (region, city) in enumerate(_cities(list(regions))):
                name = f"control-room-{party}-{number}"
                visitors.append(await asyncio.to_thread(_visitor, deployment, name, region, city))
            async with httpx.AsyncClient() as http:
                books = (await Bookstore(Failover(http, endpoints)).books(limit=100)).body["items"]
            undo.pop_all()
        self._customers += [visitor.account.id for visitor in visitors]
        self.homes |= {visitor.account.id: visitor.place for visitor in visitors}
        self._over = asyncio.Event()
        self._work = asyncio.create_task(self._shop(deployment, visitors, endpoints, books, self._over))
        self._work.add_done_callback(self._ended)

    def _ended(self, work: asyncio.Task[None]) -> None:
        if not work.cancelled() and (error := work.exception()):
            log.error("the shoppers' work failed", exc_info=error)
            self._failed("; ".join(f"{type(cause).__name__}: {cause}" for cause in _causes(error)))

    async def go(self) -> None:
        """Stop after the orders in progress are confirmed."""
        if self._over and self._work:
            self._over.set()
            await asyncio.wait([self._work])

    async def check(self, deployment: Deployment) -> Reconciliation:
        """Compare the shoppers' orders and the stock with every region's tables. Raises botocore's errors."""
        found = await asyncio.to_thread(reconcile, deployment, self.ledger, self._customers)
        self.reconciliation = replace(found, stock=await asyncio.to_thread(count_stock, deployment))
        return self.reconciliation

    async def _shop(
        self,
        deployment: Deployment,
        visitors: list[Visitor],
        endpoints: Endpoints,
        books: list[dict[str, object]],
        over: asyncio.Event,
    ) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for index, visitor in enumerate(visitors):
                    shopping = Shopping(
                        visitor,
                        endpoints,
                        books=books,
                        seed=index,
                        recording=self.recording,
                        ledger=self.ledger,
                    )
                    group.create_task(shopping.run(Pace(TURN_SECONDS, index * TURN_SECONDS / SHOPPERS, over)))
        finally:
            await _close_accounts(deployment, visitors)


async def _close_accounts(deployment: Deployment, visitors: Sequence[Visitor]) -> None:
    await asyncio.to_thread(close_reachable, deployment, [visitor.account for visitor in visitors])


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The errors in the groups of a task group."""
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _causes(each)
    else:
        yield error


def _visitor(deployment: Deployment, name: str, region: str, city: Place) -> Visitor:
    """Open the account of one shopper. They open one by one: the emulator signs in one at a time."""
    return Visitor(
        name=name,
        account=open_account(deployment, f"{name}@example.com"),
        home=region,
        population="failover",
        place=city.name,
    )


def _cities(regions: Sequence[str]) -> list[tuple[str, Place]]:
    """A city for each shopper, in turn from those nearest to each region; the region's own city if there is none."""
    near: dict[str, list[Place]] = {region: [] for region in regions}
    for city in CITIES:
        near[min(regions, key=lambda region: distance_km(place(region), city))].append(city)
    homes = [regions[number % len(regions)] for number in range(SHOPPERS)]
    return [
        (region, near[region][number // len(regions) % len(near[region])] if near[region] else place(region))
        for number, region in enumerate(homes)
    ]
