"""A region's Redis is stopped, hangs, is slow, full or restarted empty. Bestsellers degrade and recover, other routes
are unaffected, and every order is counted once.
"""

import os
import signal
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis as client

from localcloud import programs
from localcloud.processes import Supervisor
from tests.support import sales
from tests.support.api import Api, Json
from tests.support.feeder import rebuild
from tests.support.waiting import wait_until

pytestmark = pytest.mark.one_region

SLOW_MS = 600
"""Shorter than the function's timeout, and much longer than a normal answer."""


class Redis:
    """The Redis server of a region."""

    def __init__(self, cloud: Any, region: str) -> None:
        self._layout = cloud.layout
        self._part = programs.redis_part(cloud.layout, list(cloud.deployment.regions).index(region), region)
        self.client = client.Redis(
            port=self._part.port,
            username="operator",
            password=cloud.layout.redis_password(),
            decode_responses=True,
        )

    def start(self) -> None:
        """Start it if necessary; a new server is empty."""
        with warnings.catch_warnings():
            # The server outlives this process on purpose.
            warnings.simplefilter("ignore", ResourceWarning)
            self._supervisor().ensure(self._part)

    def stop(self) -> None:
        """Stop it."""
        assert self._supervisor().running(self._part.name)
        self._supervisor().stop(self._part.name)

    def hang(self) -> None:
        """Suspend it with its connections open."""
        self._signal(signal.SIGSTOP)

    def wake(self) -> None:
        """Resume it. It now executes the commands received meanwhile."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        record = self._supervisor().record(self._part.name)
        assert record
        os.kill(record.pid, number)

    def _supervisor(self) -> Supervisor:
        return Supervisor(self._layout.cloud / "processes", self._layout.log)


@pytest.fixture
def redis(cloud: Any, region: str, exact: Callable[[], None]) -> Iterator[Redis]:
    server = Redis(cloud, region)
    yield server
    server.start()
    server.client.close()


def assert_other_routes_work(cloud: Any, region: str, mine: dict[str, Api], book: Json, other: Json) -> None:
    """All routes work, except the region's bestsellers."""
    api = mine[region]
    order = api.order_book(book, 3)
    assert api.get("/orders")["items"][0] == order
    assert api.put_line(other["id"], 1)["items"]
    assert api.get("/health")["status"] == "ok"
    assert api.get("/books", limit=1)["items"]
    for elsewhere in cloud.regions:
        if elsewhere != region:
            assert mine[elsewhere].get("/bestsellers")["stale"] is False


def wait_until_stale(api: Api) -> None:
    # A function reuses a list for five seconds before it asks Redis again.
    wait_until(lambda: api.get("/bestsellers")["stale"] is True)


def refusals(redis: Redis) -> int:
    """Number of commands that Redis refused."""
    return int(redis.client.info("stats")["total_error_replies"])


def assert_recovers(api: Api) -> None:
    # After a failure the function skips Redis for a few seconds.
    wait_until(lambda: api.get("/bestsellers")["stale"] is False)


def test_redis_restarted_empty_recovers(
    region: str, cloud: Any, mine: dict[str, Api], books: list[Json], redis: Redis
) -> None:
    api = mine[region]
    api.order_book(books[0], 2)
    sales.wait_until_exact(cloud)

    redis.stop()
    wait_until_stale(api)
    assert_other_routes_work(cloud, region, mine, books[1], books[2])

    redis.start()
    # A partial count is not shown. It appears after the rebuild.
    assert sales.of_region(cloud, region) == {}
    rebuild(cloud, region)
    sales.wait_until_exact(cloud)
    assert_recovers(api)


def test_redis_hanging_is_timed_out(
    region: str, cloud: Any, mine: dict[str, Api], books: list[Json], redis: Redis
) -> None:
    """Redis executes the feeder's commands on resume, and the feeder retries them: they count once."""
    before = sales.of_region(cloud, region).get(books[1]["id"], 0)
    redis.hang()
    try:
        wait_until_stale(mine[region])
        assert_other_routes_work(cloud, region, mine, books[1], books[2])
    finally:
        redis.wake()
    sales.wait_until_exact(cloud)
    assert sales.of_region(cloud, region)[books[1]["id"]] == before + 3
    assert_recovers(mine[region])


def test_redis_slow_is_served(
    region: str, cloud: Any, mine: dict[str, Api], books: list[Json], redis: Redis
) -> None:
    before = sales.of_region(cloud, region).get(books[1]["id"], 0)
    redis.client.client_pause(SLOW_MS)
    answer = mine[region].get("/bestsellers")
    assert answer["items"]
    assert answer["stale"] is False
    for _ in range(3):
        redis.client.client_pause(SLOW_MS)
        assert_other_routes_work(cloud, region, mine, books[1], books[2])
    sales.wait_until_exact(cloud)
    assert sales.of_region(cloud, region)[books[1]["id"]] == before + 9


def test_redis_full_recovers(
    region: str, cloud: Any, mine: dict[str, Api], books: list[Json], redis: Redis
) -> None:
    """A full Redis keeps the old counts. New orders are counted when it has space again."""
    before = sales.of_region(cloud, region)
    redis.client.config_set("maxmemory-policy", "noeviction")
    redis.client.config_set("maxmemory", 1)
    refused = refusals(redis)
    try:
        assert mine[region].get("/bestsellers")["stale"] is False
        assert_other_routes_work(cloud, region, mine, books[1], books[2])
        wait_until(lambda: refusals(redis) > refused, failure="the feeder did not try")
        assert sales.of_region(cloud, region) == before
    finally:
        redis.client.config_set("maxmemory", 0)
    sales.wait_until_exact(cloud)
    counted = before.get(books[1]["id"], 0) + 3
    assert sales.of_region(cloud, region)[books[1]["id"]] == counted
