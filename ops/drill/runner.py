"""Runs a drill: shoppers send requests while one failure after another is injected and healed."""

import asyncio
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import httpx
from botocore.exceptions import BotoCoreError, ClientError
from redis import RedisError

from client import Endpoints
from client.failover import GO_BACK_AFTER
from ops.deployment import Deployment
from ops.drill.accounts import Account, attempt_sign_in, close_reachable, open_account
from ops.drill.concurrent_writes import SCENARIOS, ConflictingWrites
from ops.drill.failures import Failure
from ops.drill.figures import DNS_ALLOWANCE, Arithmetic, dns_arithmetic
from ops.drill.health_watch import watch_health
from ops.drill.ledger import Ledger
from ops.drill.plan import POPULATIONS, Plan
from ops.drill.reconcile import Reconciliation, compare_bestsellers, reconcile
from ops.drill.recording import Incident, Recording
from ops.drill.region_loss import measure_data_loss
from ops.drill.serving_regions import ServingRegions
from ops.drill.shoppers import Pace, Shopping, Visitor
from ops.drill.stock_count import count_stock
from ops.drill.threads import in_thread
from ops.drill.warm_up import warm
from ops.errors import OperatorError
from ops.replication_pause import NotCaughtUpError, Pausing
from stacks.settings import ReplicationDelay

SETTLED = 10.0
"""Seconds of normal operation before and after each failure, for comparison in the report."""

SETTLING = 90.0
"""Seconds within which requests must succeed again: cold starts, filling caches."""

QUIET = 60.0
"""Seconds within which streams must be processed once no shopper is active."""


class UnsettledError(OperatorError):
    """Requests fail or stall without a failure, so nothing can be measured."""


class UnhealedError(OperatorError):
    """A region could not be healed; the message names the remedy."""


class Drill:
    """One drill of a deployment. `say` receives progress lines. Raises boto3's errors."""

    def __init__(self, deployment: Deployment, plan: Plan, say: Callable[[str], None]) -> None:
        self._deployment = deployment
        self._plan = plan
        self._say = say
        self.endpoints = endpoints_of(deployment)
        self.arithmetic: Arithmetic = dns_arithmetic(deployment)
        self._begin_recording()
        self.ledger = Ledger()
        self._accounts: list[Account] = []
        self._conflict_accounts: list[Account] = []
        self._over = asyncio.Event()

    def _begin_recording(self) -> None:
        self.recording = Recording()
        shoppers = self._plan.shoppers * len(POPULATIONS)
        self._serving = ServingRegions(self.endpoints.api, self.recording, shoppers)

    async def run(self) -> Reconciliation:
        """Run the drill and reconcile. Failures are healed and accounts closed in every case.

        Raises UnsettledError if requests fail without a failure, UnhealedError if a failure cannot be
        healed, WriteRejectedError if a region rejects a valid write, and errors of boto3 and httpx.
        """
        try:
            await in_thread(self._open_accounts)
            await in_thread(self._set_delay, self._plan.delay)
            books = await self._books()
            await self._warm(books)
            self._begin_recording()
            await self._run_with_shoppers(books)
            self._say("sending the same cart line and the same order to every region at once")
            await ConflictingWrites(self.endpoints.regions, self.ledger, books).send_simultaneously(
                self._accounts
            )
            await self._await_replication()
            return await self._reconcile()
        finally:
            await in_thread(self._clean_up)

    def _set_delay(self, delay: ReplicationDelay | None) -> None:
        pausing = Pausing.of(self._deployment.settings)
        if pausing and delay:
            pausing.set_delay(delay.median, delay.p95)

    def _clean_up(self) -> None:
        """Raises none of the errors of AWS or the emulator: it would replace UnhealedError."""
        try:
            self._set_delay(self._plan.delay and ReplicationDelay(median=0, p95=0))
        except httpx.HTTPError as error:
            self._say(f"the replication delay is still set: {error}")
        close_reachable(self._deployment, (*self._accounts, *self._conflict_accounts))

    async def _await_replication(self) -> None:
        """Wait until no write waits. Raises NotCaughtUpError."""
        if (pausing := Pausing.of(self._deployment.settings)) and self._plan.delay:
            await in_thread(self._set_delay, ReplicationDelay(median=0, p95=0))
            await in_thread(pausing.await_caught_up, QUIET)

    async def _run_with_shoppers(self, books: list[dict[str, Any]]) -> None:
        """Raises UnhealedError if a region is not healed, otherwise the first error of the drill itself."""
        try:
            async with asyncio.TaskGroup() as shoppers:
                for number, visitor in enumerate(self._visitors()):
                    shoppers.create_task(self._shop(visitor, books, number))
                try:
                    await self._inject_failures(books)
                    await self._shop_on()
                finally:
                    self._over.set()
        except BaseExceptionGroup as group:
            unhealed, _ = group.split(UnhealedError)
            raise (unhealed or group).exceptions[0] from group

    async def _inject_failures(self, books: list[dict[str, Any]]) -> None:
        if not await self._settle():
            raise UnsettledError(
                f"the API does not keep up with {self._plan.rate:g} requests a second from "
                f"{len(self._accounts)} shoppers without any failure: lower --rate, or see `make status`"
            )
        for number, (failure, region) in enumerate(self._plan.steps, 1):
            incident = Incident(
                id=f"{number}",
                failure=failure.name,
                region=region,
                description=failure.description,
                moves_traffic=failure.moves_traffic,
                is_planned=failure.is_planned,
                dependent_actions=failure.dependent_actions,
                sheds_load=failure.sheds_load,
            )
            self.recording.incidents.append(incident)
            await self._warm(books)
            await self._await_home_regions()
            self._say(f"{number}. {region}: {failure.description}")
            try:
                await in_thread(failure.break_, region)
                incident.broke_at = self.recording.mark("break", incident, failure.name)
                if failure.pauses_replication:
                    await self._write_isolated(incident, books)
                async with watch_health(incident, self.endpoints.regions):
                    await self._watch(incident)
                await self._measure(failure, incident)
            finally:
                incident.healed_at = self.recording.mark("heal", incident, "healed")
                await _heal(failure, region)
            if failure.pauses_replication or failure.isolates_region or failure.loses_sign_in:
                self._record_convergence(incident)
            await self._await_return(incident, last=number == len(self._plan.steps))
            incident.settled = await self._settle()

    async def _measure(self, failure: Failure, incident: Incident) -> None:
        """Measure what the failure costs before it is healed."""
        if failure.isolates_region:
            lost_at = time.time() - (self.recording.now() - incident.broke_at)
            incident.loss = await in_thread(
                measure_data_loss,
                self._deployment,
                self.ledger,
                self._customers(),
                incident.region,
                lost_at,
            )
            self._say(
                f"   {len(incident.loss.actual)} confirmed orders wait in {incident.region}, "
                f"RPO {incident.loss.oldest_seconds:.2f} s"
            )
        if failure.loses_sign_in:
            incident.sign_in = await in_thread(attempt_sign_in, self._deployment, self._accounts)
            orders = [
                sample
                for sample in self.recording.samples
                if sample.home == incident.region and sample.action == "order" and sample.ok
            ]
            placed = sum(sample.at > incident.broke_at for sample in orders)
            incident.sign_in = replace(incident.sign_in, orders=placed)

    def _customers(self) -> list[str]:
        return [account.id for account in (*self._accounts, *self._conflict_accounts)]

    async def _warm(self, books: list[dict[str, Any]]) -> None:
        token = await in_thread(self._accounts[0].shopper.token)
        await warm(self.endpoints, token, books[0]["id"])

    async def _await_home_regions(self) -> None:
        """Wait until every shopper is served by the home region again, so that a failure affects all of
        them.

        Only locally, where the edge knows each shopper's location.
        """
        deadline = self.recording.now() + GO_BACK_AFTER + self.arithmetic.ttl
        while self._deployment.settings.is_local and self.recording.now() < deadline:
            if self._serving.is_home():
                return
            await asyncio.sleep(1.0)

    async def _write_isolated(self, incident: Incident, books: list[dict[str, Any]]) -> None:
        """Write conflicting carts and orders with separate accounts while the region does not replicate."""
        new = [await in_thread(self._open_account) for _ in range(SCENARIOS)]
        self._conflict_accounts += new
        regions = {incident.region: self.endpoints.regions[incident.region], **self.endpoints.regions}
        await ConflictingWrites(regions, self.ledger, books).send_isolated(new)

    def _record_convergence(self, incident: Incident) -> None:
        """All regions have caught up. The cart of a shopper who used another region meanwhile is unknown."""
        at = self.recording.mark("restored", incident, "every region has caught up")
        self._say(f"   caught up {at - incident.healed_at:.1f} s after it was resumed")
        homes = {visitor.name: visitor for visitor in self._visitors()}
        for sample in self.recording.samples:
            if incident.broke_at <= sample.ended and sample.at <= at and sample.region != sample.home:
                self.ledger.forget_cart(homes[sample.shopper].account.id)

    async def _shop_on(self) -> None:
        """Wait until enough orders are confirmed. Raises UnsettledError if none are confirmed any more."""
        if self.ledger.confirmed < self._plan.orders:
            self._say(f"{self.ledger.confirmed:,} orders so far; continuing until {self._plan.orders:,}")
        before = -1
        while before < self.ledger.confirmed < self._plan.orders:
            before = self.ledger.confirmed
            deadline = self.recording.now() + SETTLING
            while self.ledger.confirmed == before and self.recording.now() < deadline:
                await asyncio.sleep(1.0)
        if self.ledger.confirmed < self._plan.orders:
            raise UnsettledError(
                f"no order was confirmed for {SETTLING:.0f} s without any failure: see `make status`"
            )

    async def _settle(self) -> bool:
        """Wait until requests have succeeded for SETTLED seconds; returns False after SETTLING seconds."""
        began = self.recording.now()
        while self.recording.now() < began + SETTLING:
            await asyncio.sleep(1.0)
            since = max(began, self.recording.now() - SETTLED)
            recent = [sample for sample in self.recording.samples if sample.ended >= since]
            if self.recording.now() - began >= SETTLED and not any(sample.troubled for sample in recent):
                return True
        return False

    async def _watch(self, incident: Incident) -> None:
        """Wait until other regions serve every shopper of the region, or until DNS's time is over."""
        if not incident.moves_traffic:
            await asyncio.sleep(2 * SETTLED)
            return
        deadline = incident.broke_at + self.arithmetic.seconds + DNS_ALLOWANCE
        if await self._serving.answers(
            incident.region, lambda seen: seen not in (None, incident.region), deadline
        ):
            at = self.recording.mark("detected", incident, "DNS answers with another region")
            self._say(f"   detected after {at - incident.broke_at:.1f} s")
        if incident.sheds_load:  # Refused requests do not show which region shoppers use.
            await asyncio.sleep(max(0.0, deadline - self.recording.now()) + 2 * SETTLED)
            return
        while self.recording.now() < deadline and not self._serving.has_moved(incident):
            await asyncio.sleep(0.5)
        if self._serving.has_moved(incident):
            at = self.recording.mark("switched", incident, "other regions serve every client")
            self._say(f"   all clients served elsewhere after {at - incident.broke_at:.1f} s")

    async def _await_return(self, incident: Incident, *, last: bool) -> None:
        """Wait until DNS answers with the region again and, before another failure, until all resolvers do."""
        if not incident.moves_traffic:
            return
        deadline = self.recording.now() + 2 * self.arithmetic.seconds
        if await self._serving.answers(incident.region, lambda seen: seen == incident.region, deadline):
            self.recording.mark("restored", incident, "DNS answers with the region again")
            if not last:
                await asyncio.sleep(self.arithmetic.ttl)

    async def _reconcile(self) -> Reconciliation:
        """Wait until the streams are processed, then compare."""
        self._say("reconciling orders, carts, bestsellers and stock in every region")
        found = await in_thread(reconcile, self._deployment, self.ledger, self._customers())
        for region, api in self.endpoints.regions.items():
            deadline = self.recording.now() + QUIET
            wrong = await in_thread(compare_bestsellers, self._deployment, region, api)
            while wrong and self.recording.now() < deadline:
                await asyncio.sleep(1.0)
                wrong = await in_thread(compare_bestsellers, self._deployment, region, api)
            found.bestsellers.extend(wrong)
        deadline = self.recording.now() + QUIET
        counted = await in_thread(count_stock, self._deployment)
        while counted.inconsistent and self.recording.now() < deadline:
            await asyncio.sleep(1.0)
            counted = await in_thread(count_stock, self._deployment)
        return replace(found, stock=counted)

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


async def _heal(failure: Failure, region: str) -> None:
    """Heal a region. Raises UnhealedError on any error."""
    try:
        await in_thread(failure.heal, region)
    except (BotoCoreError, ClientError, RedisError, httpx.HTTPError, NotCaughtUpError) as error:
        raise UnhealedError(
            f"{region} is still broken ({failure.description}): {error}\n"
            f"`make deploy` restores what Terraform manages, `make restore REGION={region}` its traffic"
        ) from error


def endpoints_of(deployment: Deployment) -> Endpoints:
    """Addresses of the API: from the settings locally, from the domain on AWS."""
    settings = deployment.settings
    return Endpoints(settings.api_url(), {region: settings.api_url(region) for region in settings.regions})
