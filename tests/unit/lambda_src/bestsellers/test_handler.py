import pytest
from redis import Redis

from bestsellers import logic
from bestsellers.counts import Counts
from bestsellers.handler import handle
from bestsellers.models import event_of
from runtime import dynamo
from tests.support.api_events import Answer, Shopper
from tests.support.lambda_tables import BOOKS, Tables
from tests.unit.lambda_src.bestsellers.conftest import MakeOrder

anyone = Shopper(handle)


@pytest.fixture(autouse=True)
def no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logic, "FRESH_SECONDS", 0.0)


def top(**query: str) -> Answer:
    return anyone("GET", "/bestsellers", query=query)


def ranks(answer: Answer) -> list[tuple[int, str, int]]:
    return [(item["rank"], item["book"]["id"], item["sold"]) for item in answer.json["items"]]


def sell(redis: Redis, order: dict[str, object]) -> None:
    counts = Counts(redis)
    if counts.current is None:
        counts.promote(counts.start())
    event = event_of(dynamo.dump(order))
    assert event is not None
    counts.count([event])


def test_list_starts_with_most_sold(tables: Tables, redis: Redis, make_order: MakeOrder) -> None:
    for book_id in "abc":
        tables.book(book_id)
    sell(redis, make_order(a=1, b=5, c=3))
    answer = top()
    assert ranks(answer) == [(1, "b", 5), (2, "c", 3), (3, "a", 1)]
    assert answer.json["stale"] is False
    assert ranks(top(limit="1")) == [(1, "b", 5)]


def test_ranks_skip_deleted_books(tables: Tables, redis: Redis, make_order: MakeOrder) -> None:
    books = [tables.book(f"b{number:02}")["id"] for number in range(25)]
    sell(redis, make_order(**{book_id: 50 - number for number, book_id in enumerate(books)}))
    tables.client.delete_item(TableName=BOOKS, Key={"id": {"S": "b01"}})
    listed = ranks(top())
    assert [rank for rank, _, _ in listed] == list(range(1, 21))
    assert [book_id for _, book_id, _ in listed] == ["b00", *books[2:21]]


def test_equal_counts_have_stable_order(tables: Tables, redis: Redis, make_order: MakeOrder) -> None:
    for book_id in "abcd":
        tables.book(book_id)
    sell(redis, make_order(b=1, a=1, d=1, c=1))
    assert [book_id for _, book_id, _ in ranks(top())] == ["d", "c", "b", "a"]


def test_list_without_counts_is_stale_and_empty(tables: Tables, redis: Redis) -> None:
    assert top().json.items() >= {"items": [], "stale": True}.items()


def test_last_copy_is_shown_while_redis_fails(
    tables: Tables, redis: Redis, make_order: MakeOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables.book("a")
    sell(redis, make_order(a=1))
    fresh = top().json
    with monkeypatch.context() as outage:
        outage.setattr(logic, "_PAUSE_SECONDS", 0.0)
        outage.setattr(redis.connection_pool.__class__, "get_connection", _refuse)
        stale = top().json
    assert stale == {**fresh, "stale": True}
    sell(redis, make_order(a=1))
    assert ranks(top()) == [(1, "a", 2)]


def _refuse(*_: object, **__: object) -> None:
    from redis.exceptions import ConnectionError

    raise ConnectionError("Redis does not answer.")


def test_list_without_redis_is_stale_and_empty(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    assert top().json.items() >= {"items": [], "stale": True}.items()


def test_failed_redis_is_not_asked_for_a_while(
    tables: Tables, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def refuse(*_: object, **__: object) -> None:
        calls.append(1)
        _refuse()

    monkeypatch.setattr(redis.connection_pool.__class__, "get_connection", refuse)
    top()
    tried = len(calls)
    top()
    assert tried > 0
    assert len(calls) == tried


@pytest.mark.parametrize("limit", ["0", "21", "x"])
def test_invalid_limit_is_refused(tables: Tables, limit: str) -> None:
    assert top(limit=limit).status == 400
