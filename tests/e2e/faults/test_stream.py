"""Stream faults: duplicate, reordered, truncated and invalid records, and removals."""

import random
import uuid
from typing import Any

import pytest

from tests.support import sales
from tests.support.api import Api, Json
from tests.support.feeder import feed, images, rebuild, record
from tests.support.waiting import TIMEOUT_SECONDS, wait_until

COUNTED = ("orderId", "createdAt", "items")
"""Attributes that the feeder needs."""

pytestmark = [pytest.mark.usefixtures("exact"), pytest.mark.one_region]


def test_repeated_records_count_once(
    region: str, cloud: Any, mine: dict[str, Api], books: list[Json]
) -> None:
    for api in mine.values():
        for book in books[:4]:
            api.order_book(book, 2)
    sales.wait_until_exact(cloud)
    before = sales.of_region(cloud, region)
    records = [record(image) for image in images(cloud, region)] * 2
    random.Random(region).shuffle(records)
    feed(cloud, region, records)
    assert sales.of_region(cloud, region) == before


def test_changes_and_removals_not_counted(
    region: str, cloud: Any, mine: dict[str, Api], books: list[Json]
) -> None:
    """Neither for counted orders nor for uncounted ones, which have no guard."""
    mine[region].order_book(books[0])
    sales.wait_until_exact(cloud)
    before = sales.of_region(cloud, region)
    counted = images(cloud, region)
    uncounted = [{**image, "orderId": {"S": str(uuid.uuid4())}} for image in counted]
    for name in ("MODIFY", "REMOVE"):
        feed(cloud, region, [record(image, name) for image in (*counted, *uncounted)])
    assert sales.of_region(cloud, region) == before


def test_order_counts_beside_bad_record(
    region: str, cloud: Any, mine: dict[str, Api], books: list[Json]
) -> None:
    mine[region].order_book(books[0])
    sales.wait_until_exact(cloud)
    before = sales.of_region(cloud, region)
    image = images(cloud, region)[0]
    uncounted = {**image, "orderId": {"S": str(uuid.uuid4())}}
    nonsense = [
        {**image, "orderId": {"S": "no uuid"}},
        {**image, "items": {"S": "a list, once"}},
        *({name: value for name, value in image.items() if name != cut} for cut in COUNTED),
        {**image, "items": {"L": [{"M": {"bookId": {"S": "dune"}, "quantity": {"N": "-1"}}}]}},
        {},
    ]
    feed(cloud, region, [*map(record, nonsense), record(uncounted), {"eventName": "INSERT"}])
    expected = dict(before)
    for line in uncounted["items"]["L"]:
        book = line["M"]["bookId"]["S"]
        expected[book] = expected.get(book, 0) + int(line["M"]["quantity"]["N"])
    assert sales.of_region(cloud, region) == expected
    # The rebuild counts stored orders only.
    rebuild(cloud, region)
    assert sales.of_region(cloud, region) == before


def test_bad_item_does_not_block_stream(
    cloud: Any, mine: dict[str, Api], account: Any, books: list[Json]
) -> None:
    book = books[3]["id"]
    before = {region: sales.of_region(cloud, region).get(book, 0) for region in cloud.regions}
    poison = {"customerId": account.id, "orderId": f"poison-{uuid.uuid4()}", "items": "none"}
    first = cloud.regions[0]
    cloud.table("orders", first).put_item(Item={**poison, "createdAt": "2026-01-01T00:00:00.000Z"})
    try:
        mine[first].order_book(books[3], 3)
        for region in cloud.regions:
            wait_until(
                lambda region=region: sales.of_region(cloud, region).get(book, 0) == before[region] + 3,  # type: ignore[misc]
                TIMEOUT_SECONDS,
                region,
            )
    finally:
        cloud.table("orders", first).delete_item(
            Key={"customerId": poison["customerId"], "orderId": poison["orderId"]}
        )


def test_rebuild_equals_live_count(region: str, cloud: Any) -> None:
    before = sales.of_region(cloud, region)
    rebuild(cloud, region)
    assert sales.of_region(cloud, region) == before
