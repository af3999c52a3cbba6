"""The stream's faults: records that come twice, in another order, too late, or make no sense."""

import json
import random
import uuid
from typing import Any

import pytest

from tests.e2e import sales
from tests.e2e.api import Api, Json


@pytest.fixture(autouse=True)
def _exact_before_and_after(cloud: Any) -> Any:
    sales.wait_until_exact(cloud)
    yield
    sales.wait_until_exact(cloud)


def test_records_that_come_again_in_any_order_count_once(
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


def test_changes_and_removals_do_not_count(region: str, cloud: Any) -> None:
    before = sales.of_region(cloud, region)
    found = images(cloud, region)
    feed(cloud, region, [record(image, "MODIFY") for image in found])
    feed(cloud, region, [record(image, "REMOVE") for image in found])
    assert sales.of_region(cloud, region) == before


def test_an_order_counts_in_full_whatever_stands_beside_it(
    region: str, cloud: Any, mine: dict[str, Api], books: list[Json]
) -> None:
    mine[region].order_book(books[0])
    sales.wait_until_exact(cloud)
    before = sales.of_region(cloud, region)
    image = images(cloud, region)[0]
    unheard_of = {**image, "orderId": {"S": str(uuid.uuid4())}}
    nonsense = [
        {**image, "orderId": {"S": "no uuid"}},
        {**image, "items": {"S": "a list, once"}},
        {name: value for name, value in image.items() if name != "items"},
        {**image, "items": {"L": [{"M": {"bookId": {"S": "dune"}, "quantity": {"N": "-1"}}}]}},
        {},
    ]
    letters = count_dead_letters(cloud, region)
    feed(cloud, region, [*map(record, nonsense), record(unheard_of), {"eventName": "INSERT"}])
    expected = dict(before)
    for line in unheard_of["items"]["L"]:
        book = line["M"]["bookId"]["S"]
        expected[book] = expected.get(book, 0) + int(line["M"]["quantity"]["N"])
    assert sales.of_region(cloud, region) == expected
    arrived = sales.eventually(
        lambda: count_dead_letters(cloud, region) == letters + len(nonsense) + 1, seconds=10
    )
    assert arrived
    # The rebuild counts orders, and this one is none.
    rebuild(cloud, region)
    assert sales.of_region(cloud, region) == before


def test_a_poisoned_item_goes_to_the_dead_letters_and_holds_nothing_up(
    cloud: Any, mine: dict[str, Api], account: Any, books: list[Json]
) -> None:
    letters = {region: count_dead_letters(cloud, region) for region in cloud.regions}
    poison = {"customerId": account.id, "orderId": f"poison-{uuid.uuid4()}", "items": "none"}
    first = cloud.regions[0]
    cloud.table("orders", first).put_item(Item={**poison, "createdAt": "2026-01-01T00:00:00.000Z"})
    try:
        mine[first].order_book(books[3], 3)
        for region in cloud.regions:
            arrived = sales.eventually(
                lambda region=region: count_dead_letters(cloud, region) > letters[region],  # type: ignore[misc]
                seconds=30,
            )
            assert arrived, region
    finally:
        cloud.table("orders", first).delete_item(
            Key={"customerId": poison["customerId"], "orderId": poison["orderId"]}
        )


def test_a_rebuild_counts_the_same(region: str, cloud: Any) -> None:
    before = sales.of_region(cloud, region)
    rebuild(cloud, region)
    assert sales.of_region(cloud, region) == before


def images(cloud: Any, region: str) -> list[dict[str, Any]]:
    """Some orders as the stream brings them, in DynamoDB's notation."""
    client = cloud.deployment.client("dynamodb", region)
    found: list[dict[str, Any]] = client.scan(
        TableName=cloud.deployment.regions[region].tables["orders"], ConsistentRead=True, Limit=100
    )["Items"]
    return found


def record(image: dict[str, Any], name: str = "INSERT") -> dict[str, Any]:
    """A stream record of an order."""
    images = {"OldImage": image} if name == "REMOVE" else {"NewImage": image}
    return {
        "eventID": uuid.uuid4().hex,
        "eventName": name,
        "eventSource": "aws:dynamodb",
        "dynamodb": {"SequenceNumber": str(uuid.uuid4().int)[:21], **images},
    }


def feed(cloud: Any, region: str, records: list[dict[str, Any]]) -> None:
    """Hand records to the feeder as its event source does, at most a hundred at a time."""
    for start in range(0, len(records), 100):
        invoke(cloud, region, "leaderboard-feeder", {"Records": records[start : start + 100]})


def rebuild(cloud: Any, region: str) -> None:
    """Count a region's orders anew."""
    invoke(cloud, region, "leaderboard-rebuild", {})


def invoke(cloud: Any, region: str, function: str, event: dict[str, Any]) -> None:
    """Run a function to its end; a function that fails, fails the test."""
    answer = cloud.deployment.client("lambda", region).invoke(
        FunctionName=cloud.deployment.regions[region].functions[function], Payload=json.dumps(event)
    )
    assert "FunctionError" not in answer, answer["Payload"].read()


def count_dead_letters(cloud: Any, region: str) -> int:
    """Messages that wait in the feeder's dead-letter queue."""
    attributes = cloud.deployment.client("sqs", region).get_queue_attributes(
        QueueUrl=cloud.deployment.regions[region].feeder_dead_letter_queue_url,
        AttributeNames=["ApproximateNumberOfMessages"],
    )["Attributes"]
    return int(attributes["ApproximateNumberOfMessages"])
