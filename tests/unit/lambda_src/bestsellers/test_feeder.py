import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws
from redis import Redis, RedisError

from bestsellers.counts import Ranking
from bestsellers.feeder import handle
from runtime import aws
from runtime.errors import Unavailable
from runtime.settings import settings
from tests.unit.lambda_src.bestsellers.conftest import MakeOrder, MakeRecord


@pytest.fixture
def ranking(redis: Redis) -> Ranking:
    """A ranking that is complete, and empty."""
    ranking = Ranking(redis)
    ranking.promote(ranking.open())
    return ranking


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with mock_aws():
        client = aws.client("sqs")
        url = client.create_queue(QueueName="dead")["QueueUrl"]
        monkeypatch.setenv("DEAD_LETTER_QUEUE_URL", url)
        settings.cache_clear()

        def letters() -> list[Any]:
            received = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
            return [json.loads(message["Body"]) for message in received]

        yield letters


def feed(*records: Any) -> None:
    handle({"Records": list(records)}, None)


def test_copies_add_up_over_orders(ranking: Ranking, make_order: MakeOrder, make_record: MakeRecord) -> None:
    feed(make_record(make_order(a=2, b=1)), make_record(make_order(a=1)))
    feed(make_record(make_order(c=2)))
    assert ranking.top(10) == [("a", 3), ("c", 2), ("b", 1)]


def test_any_order_of_records_with_any_repetition_counts_once(
    ranking: Ranking, make_order: MakeOrder, make_record: MakeRecord
) -> None:
    records = [make_record(make_order(a=number + 1, b=1)) for number in range(20)]
    shuffled = random.Random(7).sample(records * 3, 60)
    for start in range(0, 60, 7):
        feed(*shuffled[start : start + 7])
    assert ranking.top(10) == [("a", 210), ("b", 20)]


def test_changes_and_removals_do_not_count(
    ranking: Ranking, make_order: MakeOrder, make_record: MakeRecord
) -> None:
    order = make_order(a=1)
    feed(make_record(order, "MODIFY"), make_record(order, "REMOVE"))
    assert ranking.top(10) == []
    feed(make_record(order), make_record(order, "MODIFY"), make_record(order, "REMOVE"))
    assert ranking.top(10) == [("a", 1)]


def broken(record: dict[str, Any], **changes: Any) -> dict[str, Any]:
    image = {**record["dynamodb"]["NewImage"], **changes}
    return {**record, "dynamodb": {**record["dynamodb"], "NewImage": image}}


@pytest.mark.parametrize(
    "changes",
    [
        {"items": {"S": "none"}},
        {"items": {"L": []}},
        {"items": {"L": [{"S": "a"}]}},
        {"items": {"L": [{"M": {"bookId": {"S": "a"}, "quantity": {"N": "-1"}}}]}},
        {"items": {"L": [{"M": {"bookId": {"S": "a"}, "quantity": {"N": "1.5"}}}]}},
        {"items": {"L": [{"M": {"bookId": {"S": "a b"}, "quantity": {"N": "1"}}}]}},
        {"items": {"L": [{"M": {"bookId": {"S": "a"}}}]}},
        {"items": {"L": [{"M": {"bookId": {"N": "1"}, "quantity": {"N": "1"}}}]}},
        {"items": {"L": [{"M": {"bookId": {"L": []}, "quantity": {"N": "1"}}}]}},
        {"items": {"L": [{"M": {"bookId": {"S": "a"}, "quantity": {"BOOL": True}}}]}},
        {"items": {"N": "x"}},
        {"items": {}},
        {"items": "text"},
        {"orderId": {"S": "no uuid"}},
        {"createdAt": {"S": "yesterday"}},
        {"createdAt": {"N": "5"}},
    ],
)
def test_a_record_that_cannot_be_read_is_put_away_and_the_rest_counts(
    ranking: Ranking, queue: Any, make_order: MakeOrder, make_record: MakeRecord, changes: Any
) -> None:
    poison = broken(make_record(make_order(x=9)), **changes)

    feed(make_record(make_order(a=1)), poison, make_record(make_order(b=2)))

    assert ranking.top(10) == [("b", 2), ("a", 1)]
    assert [letter["record"] for letter in queue()] == [poison]


@pytest.mark.parametrize(
    "record", [{}, "text", {"eventName": "INSERT"}, {"eventName": "INSERT", "dynamodb": {}}]
)
def test_what_is_no_record_is_put_away(ranking: Ranking, queue: Any, record: Any) -> None:
    feed(record)
    assert len(queue()) == 1


def test_a_record_too_large_for_the_queue_is_named_there(
    ranking: Ranking, queue: Any, make_order: MakeOrder, make_record: MakeRecord
) -> None:
    poison = broken(make_record(make_order(a=1)), items={"S": "x" * 300_000})
    feed(poison)
    (letter,) = queue()
    assert letter["keys"] == poison["dynamodb"]["Keys"]


def test_an_absent_queue_makes_the_stream_retry_and_counts_nothing_twice(
    ranking: Ranking,
    queue: Any,
    make_order: MakeOrder,
    make_record: MakeRecord,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    batch = [make_record(make_order(a=1)), {"eventName": "INSERT"}]

    def away(**_: Any) -> None:
        raise Unavailable("It cannot be reached.")

    with monkeypatch.context() as outage:
        outage.setattr(aws.client("sqs"), "send_message", away)
        with pytest.raises(Unavailable):
            feed(*batch)
    feed(*batch)

    assert ranking.top(10) == [("a", 1)]
    assert len(queue()) == 1


def test_an_absent_redis_makes_the_stream_retry(
    make_order: MakeOrder, make_record: MakeRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    with pytest.raises(RedisError):
        feed(make_record(make_order(a=1)))


def test_without_a_ranking_orders_are_counted_for_the_one_to_come(
    redis: Redis, make_order: MakeOrder, make_record: MakeRecord
) -> None:
    record = make_record(make_order(a=1))
    feed(record)
    ranking = Ranking(redis)
    assert ranking.top(10) is None

    ranking.promote(ranking.open())

    feed(record)
    assert ranking.top(10) == [("a", 1)]


def test_lag_is_measured_for_orders_that_are_new(
    ranking: Ranking, make_order: MakeOrder, make_record: MakeRecord, capsys: pytest.CaptureFixture[str]
) -> None:
    record = make_record({**make_order(a=1), "createdAt": "2999-01-01T00:00:00.000Z"})
    feed(record)
    feed(record)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["BestsellersLag"] for line in lines if "BestsellersLag" in line] == [[0.0]]
