"""A region loses its Redis, then has an empty one: best sellers degrade and heal, nothing else notices."""

import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from localcloud import parts
from localcloud.processes import Supervisor
from tests.e2e import sales
from tests.e2e.api import Api, Json
from tests.e2e.test_feeder import rebuild


@pytest.fixture
def redis(cloud: Any, region: str) -> Iterator["Redis"]:
    server = Redis(cloud, region)
    yield server
    server.start()
    rebuild(cloud, region)


class Redis:
    """The Redis server of a region."""

    def __init__(self, cloud: Any, region: str) -> None:
        self._layout = cloud.layout
        self._part = parts.redis_part(cloud.layout, list(cloud.deployment.regions).index(region), region)

    def start(self) -> None:
        """Have it run; a new one is empty."""
        with warnings.catch_warnings():
            # The server outlives whoever started it, on purpose.
            warnings.simplefilter("ignore", ResourceWarning)
            self._supervisor().ensure(self._part)

    def stop(self) -> None:
        """Take it away."""
        assert self._supervisor().running(self._part.name)
        self._supervisor().stop(self._part.name)

    def _supervisor(self) -> Supervisor:
        return Supervisor(self._layout.cloud / "processes", self._layout.log)


def test_a_lost_redis_degrades_one_route_and_an_empty_one_is_filled_again(
    region: str, cloud: Any, mine: dict[str, Api], books: list[Json], redis: Redis
) -> None:
    api = mine[region]
    api.order_book(books[0], 2)
    sales.wait_until_exact(cloud)

    redis.stop()
    assert api.get("/bestsellers")["stale"] is True
    order = api.order_book(books[1], 3)
    assert api.get("/orders")["items"][0] == order
    api.put_line(books[2]["id"], 1)
    assert api.get("/health")["status"] == "ok"
    assert api.get("/books", limit=1)["items"]
    for other in cloud.regions:
        if other != region:
            assert mine[other].get("/bestsellers")["stale"] is False

    redis.start()
    rebuild(cloud, region)
    sales.wait_until_exact(cloud)
    # The function that met the loss leaves Redis alone for a few seconds.
    assert sales.eventually(lambda: api.get("/bestsellers")["stale"] is False, seconds=15)
