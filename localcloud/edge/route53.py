"""Plays Route 53 for the deployed zone: keeps its records and checks fresh and answers from them."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.edge.deployed_resources import Routes, read_routes
from localcloud.edge.dns_answers import Answer, NoRecordError, Zone
from localcloud.edge.dns_cache import Client, Resolver
from localcloud.edge.health_checker import Ask, Checker
from localcloud.edge.health_rules import HealthBoard
from localcloud.edge.region_locations import Place

REFRESH_SECONDS = 1.0
"""How soon a change to a record or a check acts here; on AWS it is about a minute for records, seconds for checks."""
_NOTHING = Routes(zone=Zone(), checks=(), target_regions={})
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RegionHealth:
    """A region as its record in the zone sees it."""

    region: str
    healthy: bool
    reason: str


class Route53:
    """The zone as it is deployed. `changed` is called whenever an answer may have become another."""

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
        self.resolver = Resolver(self.ask, now)

    async def keep_fresh(self, zone_id: str, regions: Sequence[str], ask: Ask) -> None:
        """Read the zone again and again, and check its endpoints, until cancelled."""
        checker = Checker(self._board, ask, self._changed)
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
            # DNS goes on answering when the API that changes it is away.
            log.warning("the zone cannot be read: %s", error)
            return
        self.renew(routes)

    def renew(self, routes: Routes) -> None:
        """Answer from `routes`; what is known of unchanged endpoints stays."""
        if routes != self._routes:
            self._routes = routes
            self._board.renew(routes.checks)
            self._changed()

    def ask(self, name: str, viewer: Place) -> Answer:
        """What a viewer is told for `name` now. Raises NoRecordError."""
        return self._routes.zone.answer(name, viewer, self._board.healthy)

    def region_of(self, answer: Answer) -> str:
        """The region whose host name was answered. Raises NoRecordError for a target that no region knows."""
        try:
            return self._routes.target_regions[answer.target]
        except KeyError as unknown:
            raise NoRecordError(f"{answer.target} is no region's") from unknown

    def resolve(self, client: Client, name: str) -> str:
        """The region that `client` goes to for `name`, by what it was last told. Raises NoRecordError."""
        return self.region_of(self.resolver.resolve(client, name))

    def health(self, name: str) -> Mapping[str, RegionHealth]:
        """Each region that has a record of `name`."""
        zone = self._routes.zone
        found = {}
        for record in zone.named(name, "A"):
            region = self._routes.target_regions.get(record.alias or "")
            if region:
                healthy = zone.is_healthy(record, self._board.healthy)
                found[region] = RegionHealth(region, healthy, self._board.reason(record.health_check or ""))
        return found
