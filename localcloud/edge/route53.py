"""Route 53 for the deployed zone: polls records and health checks, and answers from them."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.edge.deployed_resources import Routes, read_routes
from localcloud.edge.dns_answers import Answer, NoRecordError, Zone
from localcloud.edge.dns_cache import Client, Resolver
from localcloud.edge.health_checker import Checker, ProbeEndpoint
from localcloud.edge.health_rules import HealthBoard
from localcloud.edge.region_locations import Place

REFRESH_SECONDS = 1.0
"""Delay of a change to a record or a check; on AWS about a minute for records, seconds for checks."""
_NOTHING = Routes(zone=Zone(), checks=(), target_regions={})
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RegionHealth:
    """Health of a region by its record in the zone."""

    region: str
    healthy: bool
    reason: str
    is_evacuated: bool = False
    progress: tuple[int, int] = (0, 0)
    """Consecutive probes that contradict the state, and how many change it."""


class Route53:
    """The deployed zone. `changed` is called whenever an answer may have changed."""

    def __init__(
        self,
        changed: Callable[[], None],
        read: Callable[[str, Sequence[str]], Routes] = read_routes,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._changed = changed
        self._read = read
        self._routes = _NOTHING
        self._board = HealthBoard()
        self.resolver = Resolver(self.answer, now)

    async def poll(self, zone_id: str, regions: Sequence[str], probe: ProbeEndpoint) -> None:
        """Poll the zone and probe its endpoints until cancelled."""
        checker = Checker(self._board, probe, self._changed)
        try:
            while True:
                await self._refresh(zone_id, regions)
                checker.follow()
                await asyncio.sleep(REFRESH_SECONDS)
        finally:
            await checker.stop()

    async def _refresh(self, zone_id: str, regions: Sequence[str]) -> None:
        try:
            routes = await asyncio.to_thread(self._read, zone_id, regions)
        except (BotoCoreError, ClientError) as error:
            # DNS keeps answering while its API is down.
            log.warning("the zone cannot be read: %s", error)
            return
        self.renew(routes)

    def renew(self, routes: Routes) -> None:
        """Answer from `routes`. The state of unchanged endpoints stays."""
        if routes != self._routes:
            self._routes = routes
            self._board.renew(routes.checks)
            self._changed()

    def answer(self, name: str, viewer: Place) -> Answer:
        """Current answer for `name` at `viewer`. Raises NoRecordError."""
        return self._routes.zone.answer(name, viewer, self._board.healthy)

    def region_of(self, answer: Answer) -> str:
        """Region of an answer's target. Raises NoRecordError for an unknown target."""
        try:
            return self._routes.target_regions[answer.target]
        except KeyError as unknown:
            raise NoRecordError(f"{answer.target} belongs to no region") from unknown

    def resolve(self, client: Client, name: str) -> str:
        """Region that `client` uses for `name`, by its cached answer. Raises NoRecordError."""
        return self.region_of(self.resolver.resolve(client, name))

    def cached_regions(self, name: str) -> set[str]:
        """Regions that clients still go to for `name` because of a cached answer."""
        targets = {answer.target for answer in self.resolver.cached(name)}
        return {region for target, region in self._routes.target_regions.items() if target in targets}

    def health(self, name: str) -> Mapping[str, RegionHealth]:
        """Health of each region that has a record of `name`."""
        zone = self._routes.zone
        found = {}
        for record in zone.named(name, "A"):
            region = self._routes.target_regions.get(record.alias or "")
            if region:
                healthy = zone.is_healthy(record, self._board.healthy)
                check = record.health_check or ""
                found[region] = RegionHealth(
                    region,
                    healthy,
                    self._board.reason(check),
                    self._board.is_evacuated(check),
                    self._board.progress(check),
                )
        return found
