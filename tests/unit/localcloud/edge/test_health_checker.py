"""Probing on a schedule, with a clock that the test turns."""

import asyncio
from dataclasses import dataclass, field, replace

import pytest

from localcloud.edge.health_checker import Checker
from localcloud.edge.health_rules import HealthBoard, HealthCheck

pytestmark = pytest.mark.anyio
CHECK = HealthCheck("endpoint", "HTTPS", host="api-eu-west-1.bookstore.example", interval=10, threshold=2)


@dataclass
class Schedule:
    """A board and a checker whose pauses last until the test ends them."""

    board: HealthBoard = field(default_factory=HealthBoard)
    well: bool = True
    asked: list[str] = field(default_factory=list)
    pauses: "asyncio.Queue[tuple[float, asyncio.Event]]" = field(default_factory=asyncio.Queue)
    changes: int = 0

    def __post_init__(self) -> None:
        self.checker = Checker(self.board, self._probe, self._changed, self._sleep)

    async def _probe(self, check: HealthCheck) -> tuple[bool, str]:
        self.asked.append(check.id)
        return self.well, "HTTP 200" if self.well else "HTTP 503"

    def _changed(self) -> None:
        self.changes += 1

    async def _sleep(self, seconds: float) -> None:
        over = asyncio.Event()
        await self.pauses.put((seconds, over))
        await over.wait()

    async def probed(self) -> float:
        """Wait for a probe, end the pause after it, and return the pause's length."""
        seconds, over = await self.pauses.get()
        over.set()
        return seconds

    def follow(self, *checks: HealthCheck) -> None:
        self.board.renew(checks)
        self.checker.follow()


async def test_checker_probes_at_once_then_on_interval() -> None:
    schedule = Schedule()
    schedule.follow(CHECK)
    pauses = [await schedule.probed() for _ in range(3)]
    assert pauses == pytest.approx([10, 10, 10], abs=0.5)
    assert len(schedule.asked) == 3
    await schedule.checker.stop()


async def test_checker_announces_change_after_threshold() -> None:
    schedule = Schedule(well=False)
    schedule.follow(CHECK)
    await schedule.probed()
    assert (schedule.board.healthy("endpoint"), schedule.changes) == (True, 0)
    await schedule.probed()
    await schedule.probed()
    assert (schedule.board.healthy("endpoint"), schedule.changes) == (False, 1)
    await schedule.checker.stop()


async def test_follow_twice_probes_once() -> None:
    schedule = Schedule()
    schedule.follow(CHECK)
    schedule.follow(CHECK)
    await schedule.probed()
    assert schedule.asked == ["endpoint"]
    await schedule.checker.stop()


async def test_checker_skips_disabled_and_calculated() -> None:
    schedule = Schedule()
    schedule.follow(
        replace(CHECK, disabled=True), HealthCheck("record", "CALCULATED"), replace(CHECK, id="asked")
    )
    await schedule.probed()
    assert schedule.asked == ["asked"]
    await schedule.checker.stop()


async def test_checker_stops_for_removed_check() -> None:
    schedule = Schedule()
    schedule.follow(CHECK)
    await schedule.pauses.get()
    schedule.follow()
    schedule.follow(replace(CHECK, id="another"))
    await schedule.probed()
    assert schedule.asked == ["endpoint", "another"]
    await schedule.checker.stop()
