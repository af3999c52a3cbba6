"""The emulator restarts with its state: orders are kept, and counting continues.

Uses an emulator of its own with the app's tables, orders function and feeder.
"""

import io
import json
import os
import signal
import uuid
import warnings
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import redis

from bestsellers.counts import Counts
from localcloud import programs
from localcloud.layout import Layout, url
from localcloud.processes import Supervisor
from runtime import dynamo
from tests.support.api import item
from tests.support.emulator import aws_client, ensure_role
from tests.support.lambda_process import Deployed, Function
from tests.support.lambda_tables import BOOKS, CART, ORDERS, STOCK, Tables, create_tables
from tests.support.waiting import TIMEOUT_SECONDS, wait_until

REGIONS = ("eu-west-1", "ap-southeast-1")


class Emulator:
    """An emulator with the tables in two regions, and Redis and feeder in the first."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._supervisor = Supervisor(layout.cloud / "processes", layout.log)
        self.redis_url = f"redis://:{layout.redis_password()}@127.0.0.1:{layout.redis(0)}/0"

    def start(self) -> None:
        """Start with the saved state."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            self._supervisor.ensure(programs.aws_part(self._layout))
            self._supervisor.ensure(programs.redis_part(self._layout, 0, REGIONS[0]))

    def restart(self) -> None:
        """Stop with SIGTERM, as a shutdown does, and start again."""
        self._supervisor.stop(programs.AWS)
        self.start()

    def kill(self) -> None:
        """Kill it with SIGKILL and start it again."""
        record = self._supervisor.record(programs.AWS)
        assert record
        os.killpg(record.pid, signal.SIGKILL)
        self.restart()

    def stop(self) -> None:
        self._supervisor.stop_all()

    def client(self, service: str, region: str = REGIONS[0]) -> Any:
        return aws_client(self._layout, service, region)

    def function(self, region: str) -> Function:
        """The orders function."""
        variables = {
            "BOOKS_TABLE": BOOKS,
            "CART_TABLE": CART,
            "ORDERS_TABLE": ORDERS,
            "STOCK_TABLE": STOCK,
            "CANCEL_MINUTES": "30",
            "ORDERS_PER_HOUR": "1000000",
            "USER_POOL_CLIENT_ID": "c",
        }
        return Deployed(region, variables).start("orders.handler", endpoint=url(self._layout.aws))

    def deploy(self) -> None:
        """Create the tables with replicas, and the feeder on the Orders stream."""
        tables = self.client("dynamodb")
        create_tables(tables)
        for table in (BOOKS, CART, ORDERS, STOCK):
            stream = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
            tables.update_table(TableName=table, StreamSpecification=stream)
            replica = {"Create": {"RegionName": REGIONS[1]}}
            tables.update_table(TableName=table, ReplicaUpdates=[replica])
        functions = self.client("lambda")
        functions.create_function(
            FunctionName="feeder",
            Runtime="python3.11",
            Role=ensure_role(self.client("iam")),
            Handler="bestsellers.feeder.handle",
            Code={"ZipFile": sources()},
            Environment={"Variables": {"REDIS_URL": self.redis_url}},
        )
        functions.create_event_source_mapping(
            FunctionName="feeder",
            EventSourceArn=tables.describe_table(TableName=ORDERS)["Table"]["LatestStreamArn"],
            StartingPosition="TRIM_HORIZON",
            BatchSize=100,
        )
        with redis.Redis.from_url(self.redis_url, decode_responses=True) as client:
            counts = Counts(client)
            counts.promote(counts.start())

    def ranked(self) -> dict[str, int]:
        """Copies sold by book, as counted in the first region."""
        with redis.Redis.from_url(self.redis_url, decode_responses=True) as client:
            return dict(Counts(client).top(10) or [])

    def items(self, table: str, region: str) -> list[dict[str, Any]]:
        """All items of a region's table, sorted."""
        items = dynamo.items(self.client("dynamodb", region).scan, TableName=table, ConsistentRead=True)
        return sorted(items, key=json.dumps)


def sources() -> bytes:
    """Zip of the functions' sources. redis-py comes from the emulator's packages."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(Path("lambda_src").rglob("*.py")):
            archive.write(path, path.relative_to("lambda_src"))
    return packed.getvalue()


@pytest.fixture
def emulator(layout: Layout) -> Iterator[Emulator]:
    made = Emulator(layout)
    made.start()
    try:
        made.deploy()
        Tables(made.client("dynamodb")).book("a")
        yield made
    finally:
        made.stop()


def place(emulator: Emulator, region: str, key: str) -> dict[str, Any]:
    """Order two copies of the book."""
    with emulator.function(region) as function:
        answer = function.order("ada", [item({"id": "a"}, 2)], 1000, key)
    assert answer.status == 201, answer.text
    placed: dict[str, Any] = answer.json
    return placed


def test_emulator_restart_keeps_orders(emulator: Emulator) -> None:
    key = str(uuid.uuid4())
    before = place(emulator, REGIONS[0], key)
    wait_until(lambda: emulator.ranked() == {"a": 2})
    kept = {
        (table, region): emulator.items(table, region)
        for table in (BOOKS, CART, ORDERS)
        for region in REGIONS
    }
    assert len(kept[ORDERS, REGIONS[0]]) == 1
    assert kept[ORDERS, REGIONS[0]] == kept[ORDERS, REGIONS[1]]

    emulator.restart()
    assert kept == {(table, region): emulator.items(table, region) for table, region in kept}
    for region in REGIONS:
        assert place(emulator, region, key) == before
    assert emulator.items(ORDERS, REGIONS[1]) == kept[ORDERS, REGIONS[1]]

    place(emulator, REGIONS[1], str(uuid.uuid4()))
    assert [len(emulator.items(ORDERS, region)) for region in REGIONS] == [2, 2]
    wait_until(lambda: emulator.ranked() == {"a": 4}, failure=lambda: str(emulator.ranked()))


def test_emulator_kill_keeps_confirmed_orders(emulator: Emulator) -> None:
    """Orders go on during the kill; each one that got no answer is sent again with its key, as a client does."""
    keys = [str(uuid.uuid4()) for _ in range(12)]
    confirmed: list[str] = []

    def place_all() -> None:
        with emulator.function(REGIONS[0]) as function:
            for key in keys:
                wait_until(lambda key=key: ordered(function, key), 60)  # type: ignore[misc]
                confirmed.append(key)

    with ThreadPoolExecutor(1) as shopper:
        placing = shopper.submit(place_all)
        wait_until(lambda: len(confirmed) >= 3, 60)
        emulator.kill()
        placing.result()
    stored = [{order["orderId"] for order in emulator.items(ORDERS, region)} for region in REGIONS]
    assert stored[0] == stored[1]
    assert len(stored[0]) == len(keys)
    wait_until(
        lambda: emulator.ranked() == {"a": 2 * len(keys)}, TIMEOUT_SECONDS, lambda: str(emulator.ranked())
    )


def ordered(function: Function, key: str) -> bool:
    return function.order("ada", [item({"id": "a"}, 2)], 1000, key).status == 201
