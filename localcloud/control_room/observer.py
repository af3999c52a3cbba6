"""Observes a deployment for the control room: orders, bestsellers, replication, the blog and incidents."""

import asyncio
import contextlib
import logging
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from localcloud.control_room.arrivals import RegionArrivals, StreamReader
from localcloud.control_room.incident import Facts, Incident
from localcloud.control_room.journal import Journal
from localcloud.control_room.shoppers import Shoppers
from localcloud.edge.control_api import Control
from localcloud.edge.region_locations import region_name
from ops.deployment import Deployment
from ops.replication_pause import Backlog, Pausing

POLL_SECONDS = 1.0
BESTSELLERS = 5
LAGS_KEPT = 60
FAST_POLL_SECONDS = 0.25
"""Poll interval of the health state while an incident is open."""
LATE_SECONDS = 5.0
"""Age from which a missing order is late; the usual delay is about a second."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Addresses:
    """Local addresses. `regions` and `blogs` are by region; without the blog feature `blog` is empty."""

    storefront: str
    api: str
    regions: Mapping[str, str]
    blog: str = ""
    blogs: Mapping[str, str] = field(default_factory=dict)


@dataclass
class RegionState:
    """Observations of one region, and what the control room did to it."""

    arrivals: RegionArrivals = field(default_factory=RegionArrivals)
    bestsellers: dict[str, Any] = field(default_factory=lambda: {"items": [], "stale": True})
    blog: str | None = None
    """Role of the region's blog: writer, reader or unavailable; None without the blog feature."""
    copies: int | None = None
    """Copies of the shown book that the region may sell; None if the book is not counted."""
    broken: set[str] = field(default_factory=set)
    busy: str | None = None


class Observer:
    """Polls the deployment while a page is open or shoppers are active."""

    def __init__(
        self,
        deployed: Callable[[], Deployment | None],
        control: Control,
        pausing: Pausing,
        addresses: Addresses,
        shoppers: Shoppers,
        journal: Journal,
    ) -> None:
        self._deployed = deployed
        self._control = control
        self._pausing = pausing
        self._addresses = addresses
        self._shoppers = shoppers
        self._journal = journal
        self.regions = {region: RegionState() for region in addresses.regions}
        self.backlog = Backlog(())
        self.lags: defaultdict[tuple[str, str], deque[float]] = defaultdict(lambda: deque(maxlen=LAGS_KEPT))
        self.incident: Incident | None = None
        self._contested: dict[str, Any] | None = None
        self._readers: dict[str, StreamReader] = {}
        self._since = ""
        """Creation time (ISO 8601) from which every reader sees all orders."""

    def open_incident(self, region: str, kind: str, *, moves_traffic: bool) -> None:
        """Start the clock of a failure, unless the region's clock still runs."""
        current = self.incident
        if current is None or current.is_over or current.region != region:
            self.incident = Incident(region, kind, time.time(), moves_traffic)

    def show_copies_of(self, book: dict[str, Any] | None) -> None:
        """Show the copies of a book instead of the best seller's; None ends that."""
        self._contested = book

    @property
    def shown_book(self) -> dict[str, Any] | None:
        """The book of a contest, or else the first of the primary's bestsellers whose copies are counted."""
        items = next(iter(self.regions.values())).bestsellers["items"]
        return self._contested or next((item for item in items if item["counted"]), None)

    @property
    def missing(self) -> set[str]:
        """Confirmed orders that some region does not hold yet."""
        first, *others = (state.arrivals.held for state in self.regions.values())
        return self._shoppers.confirmed - first.intersection(*others)

    @property
    def is_behind(self) -> bool:
        """Whether writes or orders are missing for longer than the replication delay explains."""
        return bool(self.backlog.waiting or self.missing - self._shoppers.confirmed_within(LATE_SECONDS))

    async def run(self, is_watched: Callable[[], bool], changed: Callable[[], None]) -> None:
        """Poll until cancelled; `changed` is called after each poll."""
        async with httpx.AsyncClient(timeout=POLL_SECONDS) as http, asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow_incident(changed))
            while True:
                deployment = self._deployed()
                if deployment and (is_watched() or self._shoppers.at_work):
                    await self._poll(deployment, http)
                    changed()
                await asyncio.sleep(POLL_SECONDS)

    async def _follow_incident(self, changed: Callable[[], None]) -> None:
        while True:
            if self.incident and not self.incident.is_over:
                self._observe(self.incident)
                changed()
            await asyncio.sleep(FAST_POLL_SECONDS)

    def _observe(self, incident: Incident) -> None:
        state = next(each for each in self._control.state()["regions"] if each["name"] == incident.region)
        facts = Facts(
            healthy=state["healthy"],
            broken=bool(self.regions[incident.region].broken) or state["evacuated"],
            cached=state["cached"],
            behind=self.is_behind,
            failed_over_at=self._shoppers.failed_over_since(incident.region, incident.began),
        )
        for text in incident.observe(facts, time.time()):
            self._journal.note(f"{region_name(incident.region)}: {text}.")

    async def _poll(self, deployment: Deployment, http: httpx.AsyncClient) -> None:
        await asyncio.gather(*(self._poll_region(deployment, http, region) for region in self.regions))
        with contextlib.suppress(httpx.HTTPError):
            self.backlog = await asyncio.to_thread(self._pausing.backlog)
        self._record_lags()

    def _record_lags(self) -> None:
        waiting = {(link.source, link.target): link.oldest_seconds for link in self.backlog.links}
        for source in self.regions:
            for target in self.regions:
                if source != target:
                    usual = self.backlog.latency.get((source, target), 0.0)
                    self.lags[source, target].append(max(usual, waiting.get((source, target), 0.0)))

    async def _poll_region(self, deployment: Deployment, http: httpx.AsyncClient, region: str) -> None:
        state = self.regions[region]
        try:
            await asyncio.to_thread(self._read_orders, deployment, region, state)
        except (BotoCoreError, ClientError) as error:
            log.warning("the orders of %s cannot be read: %s", region, error)
        with contextlib.suppress(httpx.HTTPError, ValueError):
            answer = await http.get(
                f"{self._addresses.regions[region]}/bestsellers", params={"limit": BESTSELLERS}
            )
            if answer.status_code == httpx.codes.OK:
                state.bestsellers = _bestsellers(answer.json())
            if book := self.shown_book:
                answer = await http.get(f"{self._addresses.regions[region]}/books/{book['id']}")
                if answer.status_code == httpx.codes.OK:
                    state.copies = (answer.json()["stock"] or {}).get("here")
        if region in self._addresses.blogs:
            state.blog = await _blog_role(http, self._addresses.blogs[region])

    def _read_orders(self, deployment: Deployment, region: str, state: RegionState) -> None:
        if region not in self._readers:
            reader = StreamReader(deployment, region)
            reader.open()
            now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            self._since = max(self._since, now)
            self._readers[region] = reader
        if len(self._readers) == len(self.regions):
            self._readers[region].read_into(state.arrivals, self._since)


async def _blog_role(http: httpx.AsyncClient, address: str) -> str:
    try:
        answer = await http.get(f"{address}/readyz")
        return "writer" if answer.json()["writer"] else "reader"
    except (httpx.HTTPError, ValueError, KeyError):
        return "unavailable"


def _bestsellers(ranking: Mapping[str, Any]) -> dict[str, Any]:
    items = [
        {
            "id": item["book"]["id"],
            "title": item["book"]["title"],
            "sold": item["sold"],
            "counted": item["book"]["stock"] is not None,
        }
        for item in ranking["items"]
    ]
    return {"items": items, "stale": ranking["stale"]}
