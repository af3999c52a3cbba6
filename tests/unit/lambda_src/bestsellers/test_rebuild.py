from typing import Any

import pytest
from redis import Redis

from bestsellers import rebuild
from bestsellers.counts import LEASE_SECONDS, REBUILDING, GenerationLostError, Ranking
from bestsellers.feeder import handle as feed
from bestsellers.models import Sale
from runtime import aws, dynamo
from tests.support.lambda_tables import ORDERS, Tables
from tests.unit.lambda_src.bestsellers.conftest import MakeOrder, MakeRecord


def place(tables: Tables, order: dict[str, Any]) -> dict[str, Any]:
    tables.put(ORDERS, order)
    return order


def test_rebuild_counts_every_order_once(tables: Tables, redis: Redis, make_order: MakeOrder) -> None:
    for _ in range(30):
        place(tables, make_order(a=2, b=1))

    outcome = rebuild.handle({}, None)

    assert outcome == {"rebuilt": True, "orders": 30, "others": 0}
    assert Ranking(redis).top(10) == [("a", 60), ("b", 30)]


def test_only_if_missing(tables: Tables, redis: Redis, make_order: MakeOrder) -> None:
    assert rebuild.handle({"onlyIfMissing": True}, None)["rebuilt"] is True
    assert Ranking(redis).top(10) == []
    place(tables, make_order(a=1))
    assert rebuild.handle({"onlyIfMissing": True}, None) == {"rebuilt": False}
    assert rebuild.handle({}, None)["orders"] == 1


def test_an_order_fed_before_during_and_after_counts_once(
    tables: Tables,
    redis: Redis,
    make_order: MakeOrder,
    make_record: MakeRecord,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, during = place(tables, make_order(a=1)), make_order(a=10)
    ranking = Ranking(redis)
    ranking.promote(ranking.open())
    feed({"Records": [make_record(before)]}, None)
    fill = Ranking.fill
    seen: list[Any] = []

    def fill_while_fed(self: Ranking, *arguments: Any) -> int:
        feed({"Records": [make_record(place(tables, during)), make_record(before)]}, None)
        seen.append(ranking.top(10))
        return fill(self, *arguments)

    monkeypatch.setattr(Ranking, "fill", fill_while_fed)
    # One reader: the feeder writes from within it here, and moto's tables bear one thread at a time.
    monkeypatch.setattr(rebuild, "SEGMENTS", 1)
    rebuild.handle({}, None)
    feed({"Records": [make_record(before), make_record(during)]}, None)

    assert ranking.top(10) == [("a", 11)]
    assert seen == [[("a", 11)]], "readers see the old ranking until the new one is complete"


def test_a_lost_ranking_comes_back_whole(
    tables: Tables, redis: Redis, make_order: MakeOrder, make_record: MakeRecord
) -> None:
    orders = [place(tables, make_order(a=1)) for _ in range(5)]
    rebuild.handle({}, None)
    redis.flushall()
    feed({"Records": [make_record(orders[0])]}, None)
    assert Ranking(redis).top(10) is None

    rebuild.handle({"onlyIfMissing": True}, None)

    assert Ranking(redis).top(10) == [("a", 5)]


def test_redis_lost_in_the_middle_leaves_no_half_ranking(
    tables: Tables, redis: Redis, make_order: MakeOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    place(tables, make_order(a=1))
    fill = Ranking.fill

    def lose(self: Ranking, *arguments: Any) -> int:
        redis.flushall()
        return fill(self, *arguments)

    with monkeypatch.context() as loss:
        loss.setattr(Ranking, "fill", lose)
        with pytest.raises(GenerationLostError):
            rebuild.handle({}, None)

    assert Ranking(redis).top(10) is None


def test_two_rebuilds_at_once_are_one(
    tables: Tables, redis: Redis, make_order: MakeOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    place(tables, make_order(a=1))
    promote = Ranking.promote
    raced = False

    def race(self: Ranking, generation: str) -> None:
        nonlocal raced
        if not raced:
            raced = True
            rebuild.rebuild(Ranking(redis), aws.client("dynamodb"), ORDERS)
        promote(self, generation)

    monkeypatch.setattr(Ranking, "promote", race)
    rebuild.handle({}, None)

    assert Ranking(redis).top(10) == [("a", 1)]


def test_a_promotion_while_orders_are_counted(
    redis: Redis, make_order: MakeOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The feeder has read which generations there are; by the time it counts, they have been exchanged."""
    ranking = Ranking(redis)
    ranking.promote(ranking.open())
    sale = Sale.from_image(dynamo.dump(make_order(a=1)))
    targets = Ranking._targets
    raced = False

    def race(self: Ranking) -> list[tuple[str, str]]:
        nonlocal raced
        found = targets(self)
        if not raced:
            raced = True
            other = Ranking(redis)
            other.promote(other.open())
        return found

    monkeypatch.setattr(Ranking, "_targets", race)

    assert ranking.count([sale]) == 1
    assert ranking.count([sale]) == 0
    assert ranking.top(10) == [("a", 1)]


def test_what_is_no_order_does_not_stop_it(tables: Tables, redis: Redis, make_order: MakeOrder) -> None:
    place(tables, make_order(a=1))
    tables.put(ORDERS, {"customerId": "ada", "orderId": "odd", "createdAt": "now"})
    assert rebuild.handle({}, None) == {"rebuilt": True, "orders": 1, "others": 1}


def test_nothing_is_left_behind(tables: Tables, redis: Redis, make_order: MakeOrder) -> None:
    order = place(tables, make_order(a=1))
    rebuild.handle({}, None)
    rebuild.handle({}, None)

    keys = {key for key in redis.scan_iter() if not redis.ttl(key) > 0}
    ranking = Ranking(redis)
    assert keys == {"{bestsellers}:current", f"{{bestsellers}}:{ranking.current}:sold"}

    generation = ranking.open()
    assert 0 < redis.ttl(REBUILDING) <= LEASE_SECONDS
    ranking.fill(generation, [Sale.from_image(dynamo.dump(order))])
    assert redis.ttl(f"{{bestsellers}}:{generation}:sold") > 0, "an abandoned rebuild goes away by itself"
