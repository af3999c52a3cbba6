import json
import random
from itertools import permutations
from typing import Any

import pytest
from redis import Redis, RedisError

from bestsellers.counts import Counts
from bestsellers.feeder import handle
from tests.unit.lambda_src.bestsellers.conftest import MakeOrder, MakeRecord


@pytest.fixture
def counts(redis: Redis) -> Counts:
    """Complete counts without any order."""
    counts = Counts(redis)
    counts.promote(counts.start())
    return counts


def feed(*records: Any) -> None:
    handle({"Records": list(records)}, None)


def written(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The log lines so far."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_copies_add_up_over_orders(counts: Counts, make_order: MakeOrder, make_record: MakeRecord) -> None:
    feed(make_record(make_order(a=2, b=1)), make_record(make_order(a=1)))
    feed(make_record(make_order(c=2)))
    assert counts.top(10) == [("a", 3), ("c", 2), ("b", 1)]


def test_repeated_records_in_any_order_count_once(
    counts: Counts, make_order: MakeOrder, make_record: MakeRecord
) -> None:
    records = [make_record(make_order(a=number + 1, b=1)) for number in range(20)]
    shuffled = random.Random(7).sample(records * 3, 60)
    for start in range(0, 60, 7):
        feed(*shuffled[start : start + 7])
    assert counts.top(10) == [("a", 210), ("b", 20)]


def test_changes_and_removals_do_not_count(
    counts: Counts, make_order: MakeOrder, make_record: MakeRecord
) -> None:
    order = make_order(a=1)
    feed(make_record(order, "MODIFY"), make_record(order, "REMOVE"))
    assert counts.top(10) == []
    feed(make_record(order), make_record(order, "MODIFY"), make_record(order, "REMOVE"))
    assert counts.top(10) == [("a", 1)]


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
def test_unreadable_record_is_logged(
    counts: Counts,
    make_order: MakeOrder,
    make_record: MakeRecord,
    capsys: pytest.CaptureFixture[str],
    changes: Any,
) -> None:
    poison = {**broken(make_record(make_order(x=9)), **changes), "eventID": "poison"}

    feed(make_record(make_order(a=1)), poison, make_record(make_order(b=2)))

    assert counts.top(10) == [("b", 2), ("a", 1)]
    lines = written(capsys)
    assert [line["event_id"] for line in lines if line.get("message") == "unreadable record"] == ["poison"]
    assert [line["UnreadableRecords"] for line in lines if "UnreadableRecords" in line] == [1]


@pytest.mark.parametrize(
    "record", [{}, "text", {"eventName": "INSERT"}, {"eventName": "INSERT", "dynamodb": {}}]
)
def test_other_event_is_logged(counts: Counts, capsys: pytest.CaptureFixture[str], record: Any) -> None:
    feed(record)
    assert [line["UnreadableRecords"] for line in written(capsys) if "UnreadableRecords" in line] == [1]


def test_unreachable_redis_fails_batch(
    make_order: MakeOrder, make_record: MakeRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    with pytest.raises(RedisError):
        feed(make_record(make_order(a=1)))


def test_orders_before_first_rebuild_are_left_to_it(
    redis: Redis, make_order: MakeOrder, make_record: MakeRecord
) -> None:
    feed(make_record(make_order(a=1)))
    assert Counts(redis).top(10) is None
    assert redis.keys() == []


def test_lag_is_measured_for_new_orders(
    counts: Counts, make_order: MakeOrder, make_record: MakeRecord, capsys: pytest.CaptureFixture[str]
) -> None:
    record = make_record({**make_order(a=1), "createdAt": "2999-01-01T00:00:00.000Z"})
    feed(record)
    feed(record)
    assert [line["BestsellersLag"] for line in written(capsys) if "BestsellersLag" in line] == [[0.0]]


@pytest.mark.parametrize("order", list(permutations((0, 1, 0, 1))))
def test_cancelled_order_does_not_count(
    counts: Counts,
    make_order: MakeOrder,
    make_cancellation: MakeOrder,
    make_record: MakeRecord,
    order: tuple[int, ...],
) -> None:
    """Whichever record comes first, and however often."""
    placed = make_order(a=2)
    records = make_record(placed), make_record(make_cancellation(placed))
    feed(make_record(make_order(a=1, b=1)))
    for index in order:
        feed(records[index])
    assert counts.top(10) == [("b", 1), ("a", 1)]


def test_cancellation_of_old_order_counts_once(
    counts: Counts, redis: Redis, make_order: MakeOrder, make_cancellation: MakeOrder, make_record: MakeRecord
) -> None:
    """The guard of an old order has been dropped."""
    old = {**make_order(a=2), "createdAt": "2020-01-01T00:00:00.000Z"}
    feed(make_record(old), make_record(make_order(a=1)))
    redis.delete(f"{{bestsellers}}:{counts.current}:counted")
    for _ in range(2):
        feed(make_record(make_cancellation(old)))
    assert counts.top(10) == [("a", 1)]


def test_other_items_of_order_do_not_count(
    counts: Counts, make_order: MakeOrder, make_record: MakeRecord
) -> None:
    placed = make_order(a=1)
    for kind in ("#kept", "#held#oversold", "#stock#eu-west-1"):
        feed(make_record({**placed, "orderId": placed["orderId"] + kind}))
    assert counts.top(10) == []


def test_pairs_are_exact_under_repeats_and_cancellations(
    counts: Counts, make_order: MakeOrder, make_record: MakeRecord, make_cancellation: Any
) -> None:
    both, again, single, cancelled = (
        make_order(a=1, b=5),
        make_order(a=2, b=1, c=1),
        make_order(a=9),
        make_order(a=1, c=1),
    )
    records = [make_record(each) for each in (both, again, single, cancelled, make_cancellation(cancelled))]
    dice = random.Random(3)
    for _ in range(3):
        feed(*dice.sample(records, len(records)))
    assert counts.together("a", 10) == [("b", 2), ("c", 1)]
    assert counts.together("c", 10) == [("b", 1), ("a", 1)]
    assert counts.together("d", 10) == []


def test_pairs_of_large_orders_do_not_count(
    counts: Counts, make_order: MakeOrder, make_record: MakeRecord
) -> None:
    feed(make_record(make_order(**{f"b{number}": 1 for number in range(11)})))
    assert counts.together("b1", 10) == []


def test_pairs_go_with_their_generation(
    counts: Counts, redis: Redis, make_order: MakeOrder, make_record: MakeRecord
) -> None:
    feed(make_record(make_order(a=1, b=1)))
    counts.promote(counts.start())
    assert counts.together("a", 10) == []
    assert not list(redis.scan_iter("*:with:*"))
