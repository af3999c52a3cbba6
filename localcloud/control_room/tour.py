"""The tour: sends shoppers, cuts a region off, explains each event when it happens, heals, and shows the sums."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from localcloud.control_room.actions import CUT, ERRORS, Actions
from localcloud.control_room.observer import Observer
from localcloud.control_room.shoppers import Shoppers
from localcloud.edge.region_locations import region_name
from ops.deployment import Deployment

POLL_SECONDS = 0.1
FIRST_ORDERS = 4
"""Confirmed orders before the region is cut."""
RESTORE_ATTEMPTS = 3
LONGEST_WAIT = 120.0
"""Seconds to wait for one event; then the tour ends with an explanation."""


class TourError(Exception):
    """An event of the tour did not happen in time."""


@dataclass
class Sentence:
    """A sentence of the tour, shown when its event happened. `at` is in seconds since the tour began."""

    text: str
    at: float


@dataclass
class Progress:
    """State of the tour for the page."""

    running: bool = False
    began: float = 0.0
    waiting_for: str = ""
    sentences: list[Sentence] = field(default_factory=list)
    error: str = ""

    def view(self) -> dict[str, Any]:
        """JSON of the tour."""
        return {
            "running": self.running,
            "waitingFor": self.waiting_for,
            "sentences": [{"text": each.text, "at": round(each.at, 1)} for each in self.sentences],
            "error": self.error,
        }


class Tour:
    """Runs the tour on the primary region and restores everything afterwards, also when it is stopped."""

    def __init__(
        self,
        observer: Observer,
        actions: Actions,
        shoppers: Shoppers,
        send_shoppers: Callable[[], Awaitable[None]],
        recall_shoppers: Callable[[], Awaitable[None]],
        changed: Callable[[], None],
    ) -> None:
        self._observer = observer
        self._actions = actions
        self._shoppers = shoppers
        self._send_shoppers = send_shoppers
        self._recall_shoppers = recall_shoppers
        self._changed = changed
        self.progress = Progress()
        self._task: asyncio.Task[None] | None = None

    def start(self, deployment: Deployment) -> None:
        """Start the tour, unless it runs already."""
        if self.progress.running:
            return
        self.progress = Progress(running=True, began=time.monotonic(), waiting_for="shoppers to sign in")
        self._task = asyncio.create_task(self._run(deployment))

    async def stop(self) -> None:
        """Stop the tour and wait until everything is restored."""
        if self._task and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self, deployment: Deployment) -> None:
        region, *others = self._observer.regions
        try:
            await self._run_steps(deployment, region, others[0])
        except TourError as error:
            self.progress.error = str(error)
        except ERRORS as error:
            self.progress.error = f"The tour ended early: {error}"
        except asyncio.CancelledError:
            self.progress.error = "The tour was stopped. Everything is restored."
        finally:
            await asyncio.shield(self._restore(deployment, region))

    async def _restore(self, deployment: Deployment, region: str) -> None:
        """Heal the region and recall the shoppers; a busy machine may need several attempts."""
        self.progress.waiting_for = "everything to be restored"
        self._changed()
        try:
            for _ in range(RESTORE_ATTEMPTS):
                with contextlib.suppress(*ERRORS):
                    if self._observer.regions[region].broken:
                        await self._actions.run(deployment, "heal", region)
                    await self._recall_shoppers()
                    return
            self.progress.error = f"{region_name(region)} could not be restored: press Heal."
        finally:
            self.progress.running = False
            self.progress.waiting_for = ""
            self._changed()

    async def _run_steps(self, deployment: Deployment, region: str, other: str) -> None:
        here, there = region_name(region), region_name(other)
        before = len(self._shoppers.confirmed)
        await self._send_shoppers()
        self._say("Six shoppers browse and buy, each in the nearest region.", "the first orders")
        await self._wait(lambda: len(self._shoppers.confirmed) >= before + FIRST_ORDERS)
        self._say(
            f"{len(self._shoppers.confirmed) - before} orders are confirmed. "
            "Each region replicates its orders to the other.",
            f"{here} to be cut off",
        )
        await self._actions.run(deployment, CUT, region)
        incident = self._observer.incident
        if incident is None:
            raise TourError(f"{here} was not cut off.")
        self._say(
            f"{here} is cut off: no connection gets through, and DNS does not know it yet.",
            "a shopper's request to fail over",
        )
        await self._wait(lambda: "failover" in incident.marks)
        after = incident.marks["failover"] - incident.began
        self._say(
            f"After {after:.1f} s a shopper's request failed in {here} and succeeded in {there}: "
            "the client repeats it with the same key, so an order is placed once.",
            "Route 53 to count failed health checks",
        )
        await self._wait(lambda: "noticed" in incident.marks)
        self._say(
            f"After {incident.marks['noticed'] - incident.began:.0f} s Route 53 removed {here} from its answers. "
            f"New shoppers now get {there}; cached answers expire within 60 s.",
            "an order that only one region has",
        )
        await self._wait(lambda: self._observer.is_behind)
        self._say(
            f"{there} takes all orders. {len(self._observer.missing)} of them wait to be replicated to {here}. "
            "Signed-in shoppers keep buying; signing in waits, since accounts live in the first region.",
            f"{here} to be healed",
        )
        await self._actions.run(deployment, "heal", region)
        self._say(f"{here} is healed. Route 53 trusts it after two good checks.", f"{here} to be healthy")
        await self._wait(lambda: "returned" in incident.marks)
        self._say(f"{here} is healthy and serves its shoppers again.", "replication to catch up")
        await self._recall_shoppers()
        await self._wait(lambda: not self._observer.missing and incident.is_over)
        found = await self._shoppers.check(deployment)
        totals = self._shoppers.totals
        self._say(
            f"The sums: {found.confirmed} orders confirmed, {len(found.lost)} lost, "
            f"{len(found.doubled) + len(found.unexpected)} doubled, {len(found.stock.oversold)} books oversold. "
            f"{totals.repeated} requests were repeated in the other region, {totals.failed} failed.",
            "",
        )

    def _say(self, text: str, waiting_for: str) -> None:
        self.progress.sentences.append(Sentence(text, time.monotonic() - self.progress.began))
        self.progress.waiting_for = waiting_for
        self._changed()

    async def _wait(self, holds: Callable[[], bool]) -> None:
        try:
            async with asyncio.timeout(LONGEST_WAIT):
                while not holds():
                    await asyncio.sleep(POLL_SECONDS)
        except TimeoutError:
            raise TourError(f"Waited {LONGEST_WAIT:.0f} s for {self.progress.waiting_for}.") from None
