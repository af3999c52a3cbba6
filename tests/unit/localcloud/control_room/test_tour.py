"""The tour waits for events, not for time, and restores everything however it ends."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest

from localcloud.control_room.tour import Tour
from ops.deployment import Deployment
from tests.support.waiting import TIMEOUT_SECONDS

pytestmark = pytest.mark.anyio
REGIONS = ("eu-west-1", "ap-southeast-1")
HERE = REGIONS[0]


class Room:
    """A control room whose events happen as soon as the tour acts."""

    def __init__(self, *, noticed: bool = True, heal_errors: int = 0) -> None:
        self.noticed = noticed
        self.heal_errors = heal_errors
        self.regions = {region: SimpleNamespace(broken=set()) for region in REGIONS}
        self.incident = SimpleNamespace(marks={}, began=0.0, is_over=False)
        self.confirmed: set[str] = set()
        self.missing: set[str] = set()
        self.is_behind = True
        self.totals = SimpleNamespace(repeated=1, failed=0)
        self.shopping = False

    async def run(self, _deployment: Deployment, action: str, region: str) -> None:
        if action == "heal":
            if self.heal_errors:
                self.heal_errors -= 1
                raise httpx.ReadTimeout("busy")
            self.regions[region].broken.clear()
            self.incident.marks["returned"] = 60.0
            self.incident.is_over = True
        else:
            self.regions[region].broken.add(action)
            self.incident.marks["failover"] = 0.8
            if self.noticed:
                self.incident.marks["noticed"] = 15.0

    async def send(self) -> None:
        self.shopping = True
        self.confirmed = {"a", "b", "c", "d"}

    async def recall(self) -> None:
        self.shopping = False

    async def check(self, _deployment: Deployment) -> Any:
        stock = SimpleNamespace(oversold=[])
        return SimpleNamespace(confirmed=4, lost=[], doubled=[], unexpected=[], stock=stock)

    def tour(self) -> Tour:
        room = cast(Any, self)
        return Tour(room, room, room, self.send, self.recall, lambda: None)


async def ended(tour: Tour) -> None:
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while tour.progress.running:
            await asyncio.sleep(0)


async def test_tour_ends_with_the_sums() -> None:
    room = Room()
    tour = room.tour()
    tour.start(cast(Deployment, None))
    tour.start(cast(Deployment, None))  # it runs already
    await ended(tour)
    texts = [sentence.text for sentence in tour.progress.sentences]
    assert texts[-1].startswith("The sums: 4 orders confirmed, 0 lost, 0 doubled, 0 books oversold.")
    assert "After 0.8 s" in texts[3]
    assert tour.progress.error == ""
    assert not room.regions[HERE].broken
    assert not room.shopping


async def test_stopped_tour_restores_the_region() -> None:
    room = Room(noticed=False)
    tour = room.tour()
    tour.start(cast(Deployment, None))
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while not room.regions[HERE].broken:
            await asyncio.sleep(0)
    await tour.stop()
    assert tour.progress.error == "The tour was stopped. Everything is restored."
    assert not room.regions[HERE].broken
    assert not room.shopping


async def test_failed_heal_is_repeated() -> None:
    room = Room(heal_errors=2)
    tour = room.tour()
    tour.start(cast(Deployment, None))
    await ended(tour)
    assert "ended early" in tour.progress.error
    assert not room.regions[HERE].broken
    assert not room.shopping
