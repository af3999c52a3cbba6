from types import SimpleNamespace
from typing import Any

import pytest
from redis import Redis

from bestsellers import rebuild
from bestsellers.counts import LEASE_SECONDS, LOCK, REBUILDING, Counts, GenerationLostError, Step
from bestsellers.feeder import handle as feed
from bestsellers.handler import handle
from bestsellers.models import event_of
from runtime import dynamo
from tests.support.api_events import Shopper
from tests.support.lambda_tables import ORDERS, Tables
from tests.unit.lambda_src.bestsellers.conftest import MakeOrder, MakeRecord

OLD = "2020-01-01T00:00:00.000Z"
CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 900_000)


def place(tables: Tables, order: dict[str, Any]) -> dict[str, Any]:
    tables.put(ORDERS, order)
    return order


def place_many(tables: Tables, make_order: MakeOrder) -> None:
    """Write 20 orders of one copy of `a`, old and new."""
    for number in range(20):
        order = make_order(a=1)
        place(tables, order if number % 4 == 0 else {**order, "createdAt": OLD})


def test_rebuild_counts_every_order_once(tables: Tables, redis: Redis, make_order: MakeOrder) -> None:
    for _ in range(30):
        place(tables, make_order(a=2, b=1))

    outcome = rebuild.handle({}, CONTEXT)

    assert outcome == {"rebuilt": True, "running": False, "orders": 30, "others": 0}
    assert Counts(redis).top(10) == [("a", 60), ("b", 30)]


def test_rebuild_only_if_missing(tables: Tables, redis: Redis, make_order: MakeOrder) -> None:
    assert rebuild.handle({"onlyIfMissing": True}, CONTEXT)["rebuilt"] is True
    assert Counts(redis).top(10) == []
    place(tables, make_order(a=1))
    assert rebuild.handle({"onlyIfMissing": True}, CONTEXT) == {"rebuilt": False, "running": False}
    assert rebuild.handle({}, CONTEXT)["orders"] == 1


def test_order_fed_during_rebuild_counts_once(
    tables: Tables,
    redis: Redis,
    make_order: MakeOrder,
    make_record: MakeRecord,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, during = place(tables, make_order(a=1)), make_order(a=10)
    counts = Counts(redis)
    counts.promote(counts.start())
    feed({"Records": [make_record(before)]}, None)
    fill = Counts.fill
    seen: list[Any] = []

    def fill_while_fed(self: Counts, *arguments: Any) -> None:
        feed({"Records": [make_record(place(tables, during)), make_record(before)]}, None)
        seen.append(counts.top(10))
        fill(self, *arguments)

    monkeypatch.setattr(Counts, "fill", fill_while_fed)
    # One reader: the feeder writes in the reader's thread, because moto supports one thread.
    monkeypatch.setattr(rebuild, "SEGMENTS", 1)
    rebuild.handle({}, CONTEXT)
    feed({"Records": [make_record(before), make_record(during)]}, None)

    assert counts.top(10) == [("a", 11)]
    assert seen
    assert all(top == [("a", 11)] for top in seen), (
        "readers use the old counts until the new ones are complete"
    )


def test_lost_counts_are_rebuilt(
    tables: Tables, redis: Redis, make_order: MakeOrder, make_record: MakeRecord
) -> None:
    orders = [place(tables, make_order(a=1)) for _ in range(5)]
    rebuild.handle({}, CONTEXT)
    redis.flushall()
    feed({"Records": [make_record(orders[0])]}, None)
    assert Counts(redis).top(10) is None

    rebuild.handle({"onlyIfMissing": True}, CONTEXT)

    assert Counts(redis).top(10) == [("a", 5)]


def test_interrupted_rebuild_leaves_no_counts(
    tables: Tables, redis: Redis, make_order: MakeOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    place(tables, make_order(a=1))
    fill = Counts.fill

    def lose(self: Counts, *arguments: Any) -> None:
        redis.flushall()
        fill(self, *arguments)

    with monkeypatch.context() as loss:
        loss.setattr(Counts, "fill", lose)
        with pytest.raises(GenerationLostError):
            rebuild.handle({}, CONTEXT)

    assert Counts(redis).top(10) is None


def test_second_rebuild_returns_at_once(tables: Tables, redis: Redis, make_order: MakeOrder) -> None:
    place(tables, make_order(a=1))
    token = Counts(redis).lock()
    assert token
    assert rebuild.handle({}, CONTEXT) == {"rebuilt": False, "running": True}

    Counts(redis).unlock(token)
    assert rebuild.handle({}, CONTEXT)["orders"] == 1
    assert not redis.exists(LOCK)


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count a table of 20 items in nine chunks or more."""
    monkeypatch.setattr(rebuild, "CHUNK", 3)
    monkeypatch.setattr(rebuild, "SEGMENTS", 2)


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("after", range(9))
def test_interrupted_rebuild_continues(
    after: int, tables: Tables, redis: Redis, make_order: MakeOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Old orders have no guards: read again, they would count twice."""
    place_many(tables, make_order)
    fill, calls = Counts.fill, 0

    def fill_or_fail(self: Counts, *arguments: Any) -> None:
        nonlocal calls
        calls += 1
        if calls > after:
            raise ConnectionError("lost")
        fill(self, *arguments)

    with monkeypatch.context() as failure:
        failure.setattr(Counts, "fill", fill_or_fail)
        with pytest.raises(ConnectionError):
            rebuild.handle({}, CONTEXT)
    assert Counts(redis).top(10) is None

    rebuild.handle({"onlyIfMissing": True}, CONTEXT)

    assert Counts(redis).top(10) == [("a", 20)]
    assert Counts(redis).unfinished() is None


@pytest.mark.usefixtures("small_chunks")
def test_rebuild_without_time_is_continued(tables: Tables, redis: Redis, make_order: MakeOrder) -> None:
    place_many(tables, make_order)
    milliseconds = iter([90_000, 90_000, 90_000] + [59_000] * 10)
    hurried = SimpleNamespace(get_remaining_time_in_millis=lambda: next(milliseconds))

    first = rebuild.handle({}, hurried)
    assert (first["rebuilt"], first["running"]) == (False, True)
    assert 0 < first["orders"] < 20
    second = rebuild.handle({"onlyIfMissing": True}, CONTEXT)

    assert (second["rebuilt"], first["orders"] + second["orders"]) == (True, 20)
    assert Counts(redis).top(10) == [("a", 20)]


def test_unfinished_rebuild_beside_current_counts_is_continued(
    tables: Tables, redis: Redis, make_order: MakeOrder, make_record: MakeRecord
) -> None:
    rebuild.handle({}, CONTEXT)
    unfinished = Counts(redis).start()
    order = place(tables, make_order(a=1))
    feed({"Records": [make_record(order)]}, None)

    assert rebuild.handle({"onlyIfMissing": True}, CONTEXT)["rebuilt"] is True
    assert (Counts(redis).current, Counts(redis).top(10)) == (unfinished, [("a", 1)])


def test_other_number_of_segments_starts_again(
    tables: Tables, redis: Redis, make_order: MakeOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    place_many(tables, make_order)
    counts = Counts(redis)
    generation = counts.start()
    sale = event_of(dynamo.dump({**make_order(a=1), "createdAt": OLD}))
    assert sale is not None
    counts.fill(generation, [sale], "2021-01-01T00:00:00.000Z", Step("0/3", "", rebuild.END))

    rebuild.handle({}, CONTEXT)

    assert counts.top(10) == [("a", 20)]
    assert not redis.exists(f"{{bestsellers}}:{generation}:sold")


def test_rebuild_writes_no_guards_for_old_orders(tables: Tables, redis: Redis, make_order: MakeOrder) -> None:
    for _ in range(5):
        place(tables, {**make_order(a=1), "createdAt": OLD})
    recent = place(tables, make_order(a=1))

    rebuild.handle({}, CONTEXT)

    counts = Counts(redis)
    assert counts.top(10) == [("a", 6)]
    assert redis.zrange(f"{{bestsellers}}:{counts.current}:counted", 0, -1) == [recent["orderId"]]


def test_promotion_during_count_loses_nothing(
    redis: Redis, make_order: MakeOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The feeder has read which generations there are; by the time it counts, they have been exchanged."""
    counts = Counts(redis)
    counts.promote(counts.start())
    sale = event_of(dynamo.dump(make_order(a=1)))
    assert sale is not None
    targets = Counts._targets
    raced = False

    def race(self: Counts) -> list[tuple[str, str]]:
        nonlocal raced
        found = targets(self)
        if not raced:
            raced = True
            other = Counts(redis)
            other.promote(other.start())
        return found

    monkeypatch.setattr(Counts, "_targets", race)

    assert counts.count([sale]) == 1
    assert counts.count([sale]) == 0
    assert counts.top(10) == [("a", 1)]


def test_rebuild_skips_other_items(tables: Tables, redis: Redis, make_order: MakeOrder) -> None:
    place(tables, make_order(a=1))
    tables.put(ORDERS, {"customerId": "ada", "orderId": "odd", "createdAt": "now"})
    assert rebuild.handle({}, CONTEXT) == {"rebuilt": True, "running": False, "orders": 1, "others": 1}


def test_rebuild_deletes_previous_generation(tables: Tables, redis: Redis, make_order: MakeOrder) -> None:
    order = place(tables, make_order(a=1))
    rebuild.handle({}, CONTEXT)
    rebuild.handle({}, CONTEXT)

    counts = Counts(redis)
    generation = f"{{bestsellers}}:{counts.current}"
    assert set(redis.scan_iter()) == {"{bestsellers}:current", f"{generation}:sold", f"{generation}:counted"}

    abandoned = counts.start()
    assert 0 < redis.ttl(REBUILDING) <= LEASE_SECONDS
    event = event_of(dynamo.dump(order))
    assert event is not None
    counts.fill(abandoned, [event], "", Step("0/4", "", "{}"))
    assert redis.ttl(f"{{bestsellers}}:{abandoned}:sold") > 0
    assert redis.ttl(f"{{bestsellers}}:{abandoned}:counted") > 0


def test_rebuild_skips_cancelled_orders(
    tables: Tables, redis: Redis, make_order: MakeOrder, make_cancellation: MakeOrder, make_record: MakeRecord
) -> None:
    for created_at in (OLD, make_order(a=1)["createdAt"]):
        cancelled = place(tables, {**make_order(a=1), "createdAt": created_at})
        place(tables, make_cancellation(cancelled))
    place(tables, make_order(b=1))

    outcome = rebuild.handle({}, CONTEXT)

    assert (outcome["orders"], outcome["others"]) == (3, 0)
    assert Counts(redis).top(10) == [("b", 1)]
    feed({"Records": [make_record(make_cancellation(cancelled))]}, None)
    assert Counts(redis).top(10) == [("b", 1)]


def test_list_is_reused_for_seconds(
    tables: Tables, redis: Redis, make_order: MakeOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[int] = []
    top = Counts.top

    def counted(self: Counts, limit: int) -> list[tuple[str, int]] | None:
        reads.append(limit)
        return top(self, limit)

    monkeypatch.setattr(Counts, "top", counted)
    rebuild.handle({}, CONTEXT)
    for _ in range(3):
        assert Shopper(handle)("GET", "/bestsellers").status == 200
    assert len(reads) == 1
