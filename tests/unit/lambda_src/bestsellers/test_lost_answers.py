"""Redis runs a command and its answer is lost. redis-py, as the functions configure it, sends the command again."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import permutations
from types import SimpleNamespace
from typing import Any

import pytest
from redis import Redis, RedisError

from bestsellers import connection, rebuild
from bestsellers.counts import LOCK, REBUILDING, Counts, GenerationLostError, Step
from bestsellers.models import event_of
from runtime import dynamo
from runtime.settings import settings
from tests.support.lambda_tables import ORDERS, Tables
from tests.support.redis_proxy import RedisProxy, redis_proxy
from tests.unit.lambda_src.bestsellers.conftest import MakeOrder

OLD = "2020-01-01T00:00:00.000Z"
CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 900_000)
COUNT, PROMOTE = "cjson.decode", "'PERSIST'"
"""Words of the scripts, which the client sends whole."""

Order = dict[str, Any]


@pytest.fixture
def proxy(redis: Redis, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[RedisProxy]:
    """Redis behind a proxy, which the functions use."""
    with redis_proxy(redis_url) as proxy:
        monkeypatch.setenv("REDIS_URL", proxy.url)
        settings.cache_clear()
        yield proxy
        connection.redis().close()


@pytest.fixture
def orders(tables: Tables, make_order: MakeOrder, make_cancellation: Callable[[Order], Order]) -> list[Order]:
    """Orders in the table, old and new, of one to three books. A further old one and a new one are cancelled."""
    placed = []
    for number in range(20):
        order = make_order(**{"a": 1, "b": 2, "c": 3} if number % 3 == 0 else {"a": number + 1, "d": 1})
        placed.append(order if number % 4 == 0 else {**order, "createdAt": OLD})
    cancelled = [make_order(a=1, b=1), {**make_order(a=1, c=1), "createdAt": OLD}]
    tables.put_all(ORDERS, [*placed, *cancelled, *map(make_cancellation, cancelled)])
    return placed


def counts_of(redis: Redis) -> tuple[dict[str, int], dict[str, dict[str, int]]]:
    """Copies by book, and common orders by book and other book, of the current generation."""

    def positive(key: str) -> dict[str, int]:
        members: Any = redis.zrange(key, 0, -1, withscores=True)
        return {book: int(count) for book, count in members if count}

    prefix = f"{{bestsellers}}:{Counts(redis).current}"
    pairs = {str(key).rpartition(":")[2]: positive(key) for key in redis.scan_iter(f"{prefix}:with:*")}
    return positive(f"{prefix}:sold"), {book: others for book, others in pairs.items() if others}


def expected(orders: Sequence[Order]) -> tuple[dict[str, int], dict[str, dict[str, int]]]:
    """The same, counted from the orders."""
    sold: Counter[str] = Counter()
    pairs: dict[str, Counter[str]] = {}
    for order in orders:
        for item in order["items"]:
            sold[item["bookId"]] += item["quantity"]
        for one, other in permutations([item["bookId"] for item in order["items"]], 2):
            pairs.setdefault(one, Counter())[other] += 1
    return dict(sold), {book: dict(others) for book, others in pairs.items()}


@pytest.mark.parametrize("chunk", range(1, 10))
def test_chunk_whose_answer_is_lost_counts_once(
    chunk: int, proxy: RedisProxy, redis: Redis, orders: list[Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight chunks of three items, and the end of the table."""
    monkeypatch.setattr(rebuild, "CHUNK", 3)
    monkeypatch.setattr(rebuild, "SEGMENTS", 1)
    proxy.lose(COUNT, first=chunk)

    assert rebuild.handle({}, CONTEXT)["rebuilt"] is True

    assert proxy.lost == 1
    assert counts_of(redis) == expected(orders)


def test_chunk_that_arrives_late_does_not_count(redis: Redis, make_order: MakeOrder) -> None:
    """The network may deliver the first of two commands after the following ones."""
    counts = Counts(redis)
    generation = counts.start()
    sales = [event_of(dynamo.dump({**make_order(a=1, b=1), "createdAt": OLD})) for _ in range(2)]
    steps = Step("0/1", "", "first"), Step("0/1", "first", "second")
    for sale, step in zip(sales, steps, strict=True):
        assert sale is not None
        counts.fill(generation, [sale], "2021-01-01T00:00:00.000Z", step)
    assert sales[0] is not None
    with pytest.raises(GenerationLostError):
        counts.fill(generation, [sales[0]], "2021-01-01T00:00:00.000Z", steps[0])
    counts.promote(generation)
    assert counts_of(redis) == ({"a": 2, "b": 2}, {"a": {"b": 2}, "b": {"a": 2}})


def test_promotion_whose_answer_is_lost_deletes_previous_generation(
    proxy: RedisProxy, redis: Redis, orders: list[Order]
) -> None:
    rebuild.handle({}, CONTEXT)
    previous = Counts(redis).current
    proxy.lose(PROMOTE)

    assert rebuild.handle({}, CONTEXT)["rebuilt"] is True

    assert proxy.lost == 1
    assert not list(redis.scan_iter(f"*{previous}*"))
    assert counts_of(redis) == expected(orders)


def test_failed_promotion_lets_previous_generation_expire(
    proxy: RedisProxy, redis: Redis, orders: list[Order]
) -> None:
    """Both answers are lost, so the function fails. The next one finds the counts complete."""
    rebuild.handle({}, CONTEXT)
    previous = Counts(redis).current
    proxy.lose(PROMOTE, count=2)

    with pytest.raises(RedisError):
        rebuild.handle({}, CONTEXT)

    current = Counts(redis).current
    lifetimes = {key: redis.ttl(key) for key in redis.scan_iter("*:*:*")}
    assert {previous, current} == {key.split(":")[1] for key in lifetimes}
    assert all(seconds > 0 for key, seconds in lifetimes.items() if str(previous) in key)
    assert all(seconds == -1 for key, seconds in lifetimes.items() if str(current) in key)
    assert rebuild.handle({"onlyIfMissing": True}, CONTEXT) == {"rebuilt": False, "running": False}
    assert counts_of(redis) == expected(orders)


def test_lock_whose_answer_is_lost_is_held(proxy: RedisProxy, redis: Redis, orders: list[Order]) -> None:
    proxy.lose(LOCK)

    assert rebuild.handle({}, CONTEXT)["rebuilt"] is True

    assert proxy.lost == 1
    assert not redis.exists(LOCK)


def test_start_whose_answer_is_lost_deletes_abandoned_generation(
    proxy: RedisProxy, redis: Redis, make_order: MakeOrder
) -> None:
    counts = Counts(connection.redis())
    abandoned = counts.start()
    sale = event_of(dynamo.dump(make_order(a=1, b=1)))
    assert sale is not None
    counts.fill(abandoned, [sale], "", Step("0/1", "", "first"))
    proxy.lose(f"SET\r\n${len(REBUILDING)}\r\n{REBUILDING}")

    started = counts.start()

    assert proxy.lost == 1
    assert list(redis.scan_iter()) == [REBUILDING]
    assert redis.get(REBUILDING) == started
