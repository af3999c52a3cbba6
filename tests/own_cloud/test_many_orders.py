"""Many orders survive a stop of every part, a start, and an upgrade of every function."""

import json
import os
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

import pytest

from localcloud.environment import export, local_environment
from localcloud.layout import Layout
from localcloud.processes import Supervisor
from ops.deployment import Deployment
from runtime import clock
from shop.placed_orders import Order, OrderItem
from stacks.settings import Settings
from tests.support.cloud import Cloud
from tests.support.own_cloud import run, settings_without_blog
from tests.support.sales import wait_until_exact
from tests.support.waiting import wait_until

ORDERS = 50_000
CUSTOMERS = 500
REPLICATED_SECONDS = 300
COUNTED_SECONDS = 300
"""Redis has lost its counts with the stop: a rebuild counts all orders, which the stream would take longer for."""


@pytest.fixture
def cloud(layout: Layout) -> Iterator[Cloud]:
    started = run(layout, "up")
    assert started.returncode == 0, started.stdout
    path = settings_without_blog(layout)
    with patch.dict(os.environ):
        export(local_environment(layout, path, Settings.load(path).regions))
        yield Cloud(layout, json.loads(layout.endpoints.read_text()), Deployment.load(Settings.load(path)))
    assert run(layout, "down").returncode == 0


def write_orders(cloud: Cloud, region: str, count: int) -> set[str]:
    """Write orders into a region's table, and return their ids. The stream and the other regions follow."""
    now = clock.timestamp(clock.now())
    books = [book["id"] for book in cloud.table("books").scan(Limit=50)["Items"] if "title" in book]
    written = set()
    with cloud.table("orders", region).batch_writer() as batch:
        for number in range(count):
            order_id = str(uuid.uuid4())
            lines = (OrderItem(books[number % len(books)], "A book", 1 + number % 3, 599),)
            order = Order(f"customer-{number % CUSTOMERS}", order_id, lines, "EUR", now, region, now)
            batch.put_item(Item=order.to_item())
            written.add(order_id)
    return written


def order_ids(cloud: Cloud, region: str) -> set[str]:
    """Ids of all orders of a region."""
    tables = cloud.deployment.client("dynamodb", region)
    pages = tables.get_paginator("scan").paginate(
        TableName=cloud.deployment.regions[region].tables["orders"],
        ProjectionExpression="orderId",
        ConsistentRead=True,
    )
    return {item["orderId"]["S"] for page in pages for item in page["Items"]}


@pytest.mark.full_size
@pytest.mark.timeout(5400)
def test_orders_survive_stop_start_and_upgrade(cloud: Cloud) -> None:
    share = ORDERS // len(cloud.regions)
    with ThreadPoolExecutor() as pool:
        written = set().union(*pool.map(lambda region: write_orders(cloud, region, share), cloud.regions))
    for region in cloud.regions:
        wait_until(lambda region=region: order_ids(cloud, region) == written, REPLICATED_SECONDS, region)  # type: ignore[misc]
    Supervisor(cloud.layout.cloud / "processes", cloud.layout.log).stop_all()
    for when, settings in (
        ("after stop and start", {}),
        ("after an upgrade", {"BOOKSTORE_COMPUTE__RUNTIME": "python3.12"}),
    ):
        up = run(cloud.layout, "up", **settings)
        assert up.returncode == 0, up.stdout
        assert all(order_ids(cloud, region) == written for region in cloud.regions)
        wait_until_exact(cloud, COUNTED_SECONDS)
        print(f"{len(written):,} orders in each region and in its bestsellers {when}")
