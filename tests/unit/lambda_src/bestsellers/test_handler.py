import pytest
from redis import Redis

from bestsellers import logic
from bestsellers.counts import Ranking
from bestsellers.handler import handle
from bestsellers.models import Sale
from runtime import dynamo
from tests.support.api_events import Answer, Shopper
from tests.support.lambda_tables import BOOKS, Tables
from tests.unit.lambda_src.bestsellers.conftest import MakeOrder

anyone = Shopper(handle)


def top(**query: str) -> Answer:
    return anyone("GET", "/bestsellers", query=query)


def ranks(answer: Answer) -> list[tuple[int, str, int]]:
    return [(item["rank"], item["book"]["id"], item["sold"]) for item in answer.json["items"]]


def sell(redis: Redis, order: dict[str, object]) -> None:
    ranking = Ranking(redis)
    ranking.count([Sale.from_image(dynamo.dump(order))])
    if ranking.current is None:
        ranking.promote(ranking.open())


def test_most_sold_first(tables: Tables, redis: Redis, make_order: MakeOrder) -> None:
    for book_id in "abc":
        tables.book(book_id)
    sell(redis, make_order(a=1, b=5, c=3))
    answer = top()
    assert ranks(answer) == [(1, "b", 5), (2, "c", 3), (3, "a", 1)]
    assert answer.json["stale"] is False
    assert ranks(top(limit="1")) == [(1, "b", 5)]


def test_ranks_close_up_over_books_that_are_gone(tables: Tables, redis: Redis, make_order: MakeOrder) -> None:
    books = [tables.book(f"b{number:02}")["id"] for number in range(25)]
    sell(redis, make_order(**{book_id: 50 - number for number, book_id in enumerate(books)}))
    tables.client.delete_item(TableName=BOOKS, Key={"id": {"S": "b01"}})
    listed = ranks(top())
    assert [rank for rank, _, _ in listed] == list(range(1, 21))
    assert [book_id for _, book_id, _ in listed] == ["b00", *books[2:21]]


def test_equals_keep_their_order(tables: Tables, redis: Redis, make_order: MakeOrder) -> None:
    for book_id in "abcd":
        tables.book(book_id)
    sell(redis, make_order(b=1, a=1, d=1, c=1))
    assert [book_id for _, book_id, _ in ranks(top())] == ["d", "c", "b", "a"]


def test_no_ranking_yet_is_stale_and_empty(tables: Tables, redis: Redis) -> None:
    assert top().json.items() >= {"items": [], "stale": True}.items()


def test_the_last_copy_stands_in_while_redis_is_away(
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

    raise ConnectionError("Redis is away.")


def test_redis_that_never_was(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    assert top().json.items() >= {"items": [], "stale": True}.items()


def test_a_failed_redis_is_left_alone_for_a_while(
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
def test_limits(tables: Tables, limit: str) -> None:
    assert top(limit=limit).status == 400
