"""Runs a drill: shoppers at work, one failure after another, each healed before the next."""

import asyncio
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx
from botocore.exceptions import BotoCoreError, ClientError
from redis import RedisError

from client import Endpoints
from client.failover import GO_BACK_AFTER
from ops.deployment import Deployment
from ops.drill.accounts import Account, close_account, open_account
from ops.drill.concurrent_writes import WAYS, Contest
from ops.drill.failures import Failure
from ops.drill.figures import DNS_ALLOWANCE, Arithmetic, dns_arithmetic
from ops.drill.ledger import Ledger
from ops.drill.reconcile import Reconciliation, compare_bestsellers, reconcile
from ops.drill.recording import Incident, Population, Recording, Sample
from ops.drill.shoppers import VIEWER_HEADER, Pace, Shopping, Visitor
from ops.drill.warm_up import warm
from ops.replication_pause import NotCaughtUpError

SETTLED = 10.0
"""Seconds of undisturbed shopping around each failure, so that the report shows what normal looks like."""

SETTLING = 90.0
"""Seconds within which shopping must run undisturbed: functions that start cold, caches that fill."""

QUIET = 60.0
"""Seconds within which streams must have carried everything, once nobody shops any more."""

POPULATIONS: tuple[Population, ...] = ("failover", "dns")


class UnsettledError(Exception):
    """Requests fail or stall although nothing is broken, so nothing could be measured."""


class UnhealedError(Exception):
    """A region is left broken; the message says how to put it right."""


@dataclass(frozen=True)
class Plan:
    """What to break, in order, and how hard to shop meanwhile."""

    steps: Sequence[tuple[Failure, str]]
    seed: int
    shoppers: int
    """In each region, of each population."""
    rate: float
    """Requests a second of all shoppers together."""
    orders: int = 0
    """How many orders must be confirmed before the shoppers go home."""


class Drill:
    """One drill over a deployment. `say` hears what goes on. Raises what boto3 raises when it cannot be asked."""

    def __init__(self, deployment: Deployment, plan: Plan, say: Callable[[str], None]) -> None:
        self._deployment = deployment
        self._plan = plan
        self._say = say
        self.endpoints = endpoints_of(deployment)
        self.arithmetic: Arithmetic = dns_arithmetic(deployment)
        self.recording = Recording()
        self.ledger = Ledger()
        self._accounts: list[Account] = []
        self._contestants: list[Account] = []
        self._over = asyncio.Event()

    async def run(self) -> Reconciliation:
        """Shop, break, heal, and reconcile. Whatever happens, what was broken is healed and accounts are closed.

        Raises UnsettledError when the shop fails unbroken, UnhealedError when a failure cannot be healed, ContestError
        when a region refuses what it must take, and what boto3 and httpx raise.
        """
        try:
            await asyncio.to_thread(self._open_accounts)
            books = await self._books()
            await self._warm(books)
            self.recording = Recording()
            await self._rehearse_among_shoppers(books)
            self._say("the same cart line and the same order, sent to every region at once")
            await Contest(self.endpoints.regions, self.ledger, books).at_once(self._accounts)
            return await self._reconcile()
        finally:
            await asyncio.to_thread(self._close_accounts)

    async def _rehearse_among_shoppers(self, books: list[dict[str, Any]]) -> None:
        """Raises the first thing that went wrong with the drill itself."""
        try:
            async with asyncio.TaskGroup() as shoppers:
                for number, visitor in enumerate(self._visitors()):
                    shoppers.create_task(self._shop(visitor, books, number))
                try:
                    await self._rehearse(books)
                    await self._shop_on()
                finally:
                    self._over.set()
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from group

    async def _rehearse(self, books: list[dict[str, Any]]) -> None:
        if not await self._settle():
            raise UnsettledError(
                f"the shop does not keep up with {self._plan.rate:g} requests a second from "
                f"{len(self._accounts)} shoppers, and nothing is broken: lower --rate, or see `make status`"
            )
        for number, (failure, region) in enumerate(self._plan.steps, 1):
            incident = Incident(
                id=f"{number}",
                failure=failure.name,
                region=region,
                what=failure.what,
                moves_traffic=failure.moves_traffic,
                is_orderly=failure.is_orderly,
                leans_on_it=failure.leans_on_it,
            )
            self.recording.incidents.append(incident)
            await self._warm(books)
            await self._gather()
            self._say(f"{number}. {region}: {failure.what}")
            try:
                await asyncio.to_thread(failure.break_, region)
                incident.broke_at = self.recording.mark("break", incident, failure.name)
                if failure.parts_regions:
                    await self._part(incident, books)
                await self._watch(incident)
            finally:
                incident.healed_at = self.recording.mark("heal", incident, "healed")
                await _heal(failure, region)
            if failure.parts_regions:
                self._rejoin(incident)
            await self._await_return(incident, last=number == len(self._plan.steps))
            incident.settled = await self._settle()

    async def _warm(self, books: list[dict[str, Any]]) -> None:
        token = await asyncio.to_thread(self._accounts[0].shopper.token)
        await warm(self.endpoints, token, books[0]["id"])

    async def _gather(self) -> None:
        """Wait until every shopper is back where they belong, so that all of a region meet what happens to it.

        On one machine only, where DNS is told who is near what.
        """
        deadline = self.recording.now() + GO_BACK_AFTER + self.arithmetic.ttl
        while self._deployment.settings.local and self.recording.now() < deadline:
            last = {sample.shopper: sample for sample in self.recording.samples}
            if all(sample.region == sample.home for sample in last.values()):
                return
            await asyncio.sleep(1.0)

    async def _part(self, incident: Incident, books: list[dict[str, Any]]) -> None:
        """Have shoppers of their own write the same things, and others, where no region hears of another."""
        new = [await asyncio.to_thread(self._open_account) for _ in range(WAYS)]
        self._contestants += new
        regions = {incident.region: self.endpoints.regions[incident.region], **self.endpoints.regions}
        await Contest(regions, self.ledger, books).apart(new)

    def _rejoin(self, incident: Incident) -> None:
        """Every region has caught up. A shopper who went to another meanwhile may find the cart as it was there."""
        at = self.recording.mark("restored", incident, "every region has caught up")
        self._say(f"   caught up {at - incident.healed_at:.1f} s after it was resumed")
        homes = {visitor.name: visitor for visitor in self._visitors()}
        for sample in self.recording.samples:
            if incident.broke_at <= sample.ended and sample.at <= at and sample.region != sample.home:
                self.ledger.lost_sight(homes[sample.shopper].account.id)

    async def _shop_on(self) -> None:
        """Wait until as many orders are confirmed as were to be placed. Raises UnsettledError if none are any more."""
        if self.ledger.confirmed < self._plan.orders:
            self._say(f"{self.ledger.confirmed:,} orders so far; shopping on until {self._plan.orders:,}")
        before = -1
        while before < self.ledger.confirmed < self._plan.orders:
            before = self.ledger.confirmed
            deadline = self.recording.now() + SETTLING
            while self.ledger.confirmed == before and self.recording.now() < deadline:
                await asyncio.sleep(1.0)
        if self.ledger.confirmed < self._plan.orders:
            raise UnsettledError(
                f"no order was confirmed for {SETTLING:.0f} s, and nothing is broken: see `make status`"
            )

    async def _settle(self) -> bool:
        """Wait until nothing has gone wrong for a while; False when that does not come about."""
        began = self.recording.now()
        while self.recording.now() < began + SETTLING:
            await asyncio.sleep(1.0)
            since = max(began, self.recording.now() - SETTLED)
            recent = [sample for sample in self.recording.samples if sample.ended >= since]
            if self.recording.now() - began >= SETTLED and not any(sample.troubled for sample in recent):
                return True
        return False

    async def _watch(self, incident: Incident) -> None:
        """Wait until every shopper of the region is served elsewhere, or until DNS has had its time."""
        if not incident.moves_traffic:
            await asyncio.sleep(2 * SETTLED)
            return
        deadline = incident.broke_at + self.arithmetic.seconds + DNS_ALLOWANCE
        if await self._ask_anew(incident.region, lambda seen: seen not in (None, incident.region), deadline):
            at = self.recording.mark("detected", incident, "DNS answers with another region")
            self._say(f"   detected after {at - incident.broke_at:.1f} s")
        while self.recording.now() < deadline and not self._all_moved(incident):
            await asyncio.sleep(0.5)
        if self._all_moved(incident):
            at = self.recording.mark("switched", incident, "every shopper is served elsewhere")
            self._say(f"   everyone served elsewhere after {at - incident.broke_at:.1f} s")

    def _all_moved(self, incident: Incident) -> bool:
        """Whether the last request of each shopper of the region was answered by another region."""
        last: dict[str, Sample] = {}
        for sample in self.recording.samples:
            if sample.home == incident.region and sample.at > incident.broke_at:
                last[sample.shopper] = sample
        expected = self._plan.shoppers * len(POPULATIONS)
        moved = [sample for sample in last.values() if sample.ok and sample.region != incident.region]
        return len(moved) == expected

    async def _await_return(self, incident: Incident, *, last: bool) -> None:
        """Wait until DNS answers with the region again and, if more is to be broken, until every resolver does."""
        if not incident.moves_traffic:
            return
        deadline = self.recording.now() + 2 * self.arithmetic.seconds
        if await self._ask_anew(incident.region, lambda seen: seen == incident.region, deadline):
            self.recording.mark("restored", incident, "DNS answers with the region again")
            if not last:
                await asyncio.sleep(self.arithmetic.ttl)

    async def _ask_anew(self, near: str, wanted: Callable[[str | None], bool], deadline: float) -> bool:
        """Ask for the shop as somebody whose resolver has never heard of it, until it answers so."""
        while self.recording.now() < deadline:
            viewer = {VIEWER_HEADER: f"{uuid.uuid4()}@{near}"}
            async with httpx.AsyncClient(timeout=2.0, headers=viewer) as http:
                with suppress(httpx.TransportError):
                    answer = await http.get(f"{self.endpoints.api}/region")
                    if wanted(answer.headers.get("x-region") if answer.is_success else None):
                        return True
            await asyncio.sleep(1.0)
        return False

    async def _reconcile(self) -> Reconciliation:
        """Wait until the streams are quiet, then compare."""
        self._say("reconciling orders, carts and best sellers in every region")
        customers = [account.id for account in (*self._accounts, *self._contestants)]
        found = await asyncio.to_thread(reconcile, self._deployment, self.ledger, customers)
        for region, api in self.endpoints.regions.items():
            deadline = self.recording.now() + QUIET
            wrong = await asyncio.to_thread(compare_bestsellers, self._deployment, region, api)
            while wrong and self.recording.now() < deadline:
                await asyncio.sleep(1.0)
                wrong = await asyncio.to_thread(compare_bestsellers, self._deployment, region, api)
            found.bestsellers.extend(wrong)
        return found

    async def _shop(self, visitor: Visitor, books: list[dict[str, Any]], number: int) -> None:
        count = len(self._deployment.regions) * len(POPULATIONS) * self._plan.shoppers
        period = count / self._plan.rate
        shopping = Shopping(
            visitor,
            self.endpoints,
            books=books,
            seed=self._plan.seed,
            recording=self.recording,
            ledger=self.ledger,
        )
        await shopping.run(Pace(period, phase=period * number / count, over=self._over))

    def _visitors(self) -> Iterator[Visitor]:
        accounts = iter(self._accounts)
        for region in self._deployment.regions:
            for population in POPULATIONS:
                for number in range(self._plan.shoppers):
                    name = f"drill-{self._plan.seed}-{region}-{population}-{number}"
                    yield Visitor(name, next(accounts), region, population)

    async def _books(self) -> list[dict[str, Any]]:
        async with httpx.AsyncClient(timeout=10.0) as http:
            answer = await http.get(f"{self.endpoints.api}/books", params={"limit": 60})
            answer.raise_for_status()
            books: list[dict[str, Any]] = answer.json()["items"]
            return books

    def _open_accounts(self) -> None:
        self._say("opening accounts for the shoppers")
        for _ in range(len(self._deployment.regions) * len(POPULATIONS) * self._plan.shoppers):
            self._accounts.append(self._open_account())

    def _open_account(self) -> Account:
        return open_account(self._deployment, f"drill-{uuid.uuid4()}@example.com")

    def _close_accounts(self) -> None:
        for account in (*self._accounts, *self._contestants):
            close_account(self._deployment, account)


async def _heal(failure: Failure, region: str) -> None:
    """Raises UnhealedError, whatever went wrong."""
    try:
        await asyncio.to_thread(failure.heal, region)
    except (BotoCoreError, ClientError, RedisError, httpx.HTTPError, NotCaughtUpError) as error:
        raise UnhealedError(
            f"{region} is left as it was broken ({failure.what}): {error}\n"
            f"`make deploy` puts back what Terraform knows of, `make restore REGION={region}` what was evacuated"
        ) from error


def endpoints_of(deployment: Deployment) -> Endpoints:
    """Where the API answers: as the settings say of a shop on this machine, else as the domain says."""
    local = deployment.settings.local
    if local and local.api:
        return Endpoints(local.api, {name: region.api for name, region in local.regions.items()})
    return Endpoints(
        f"https://{deployment.edge.api_domain}/v1",
        {name: f"https://{region.api_domain}/v1" for name, region in deployment.regions.items()},
    )
