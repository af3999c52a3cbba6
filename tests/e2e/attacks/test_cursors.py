"""Cursors that were not issued, or were issued for another listing."""

import base64
import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ops.drill.accounts import Account
from runtime import cursor
from tests.support.api import Api, Json, without_stock

pytestmark = pytest.mark.shared

CATEGORY = "Database"


def forged(given: str) -> Iterator[str]:
    """Malformed cursors, some in the format of real ones."""
    padded = given + "=" * (-len(given) % 4)
    position = json.loads(base64.urlsafe_b64decode(padded))
    yield from ("x", "null", "e30", "W10", "AAAA", "=" * 8, "../../etc", "%00", "🦉", "a" * 1024)
    yield given[:-1]
    yield given + "A"
    yield padded if padded != given else given + "="
    yield base64.urlsafe_b64encode(json.dumps(position).encode()).decode().rstrip("=")
    positions: list[Any] = [
        {**position, "listing": "orders"},
        dict.fromkeys(position, ""),
        dict.fromkeys(position, 7),
        {name: {"S": "x"} for name in position},
        *({key: value for key, value in position.items() if key != name} for name in position),
        *({**position, name: "\x00"} for name in position),
    ]
    yield from map(cursor.encode, positions)


@pytest.mark.parametrize("query", [{}, {"category": CATEGORY}], ids=["all books", "a category"])
def test_forged_book_cursor_is_rejected(home: Api, query: dict[str, str]) -> None:
    for attempt in forged(home.get("/books", limit=1, **query)["nextCursor"]):
        answer = home.send("GET", "/books", params={**query, "cursor": attempt})
        assert answer.status_code == 400, attempt


def test_forged_order_cursor_is_rejected(mine: dict[str, Api], books: list[Json]) -> None:
    api = next(iter(mine.values()))
    for book in books[:2]:
        api.order_book(book)
    for attempt in forged(api.get("/orders", limit=1)["nextCursor"]):
        answer = api.send("GET", "/orders", params={"cursor": attempt})
        assert answer.status_code == 400, attempt


def test_made_up_cursor_stays_in_its_listing(home: Api, mine: dict[str, Api], books: list[Json]) -> None:
    """A cursor is a position and grants no access, so it need not be signed."""
    before_all = cursor.encode({"category": CATEGORY, "rating": "5", "id": "zzz"})
    after_it, all_books = (
        [without_stock(book) for book in home.get("/books", category=CATEGORY, limit=100, **query)["items"]]
        for query in ({"cursor": before_all}, {})
    )
    assert after_it == all_books

    api = next(iter(mine.values()))
    own = [api.order_book(book)["orderId"] for book in books[:3]]
    newest = cursor.encode({"at": "2999-01-01T00:00:00.000Z", "id": str(uuid.uuid4())})
    assert [order["orderId"] for order in api.get("/orders", cursor=newest)["items"]] == own[::-1]


@pytest.mark.parametrize(("first", "second"), [("Cars", "Woodwork"), (None, "Cars"), ("Cars", None)])
def test_cursor_of_another_query_is_rejected(home: Api, first: str | None, second: str | None) -> None:
    given = home.get("/books", limit=1, **({"category": first} if first else {}))["nextCursor"]
    query = {"cursor": given, **({"category": second} if second else {})}
    home.expect(400, "GET", "/books", params=query)


def test_cursor_of_another_listing_is_rejected(mine: dict[str, Api], books: list[Json]) -> None:
    api = next(iter(mine.values()))
    for book in books[:2]:
        api.order_book(book)
    api.expect(400, "GET", "/orders", params={"cursor": api.get("/books", limit=1)["nextCursor"]})
    api.expect(400, "GET", "/books", params={"cursor": api.get("/orders", limit=1)["nextCursor"]})


def test_reused_cursor_returns_the_same_page(
    mine: dict[str, Api], books: list[Json], new_account: Callable[[], Account]
) -> None:
    api = next(iter(mine.values()))
    stranger = api.signed_in(new_account().shopper)
    own = stranger.order_book(books[0])
    for book in books[:3]:
        api.order_book(book)
    given = api.get("/orders", limit=1)["nextCursor"]
    page = api.get("/orders", cursor=given)
    assert len(page["items"]) == 2
    assert all(elsewhere.get("/orders", cursor=given) == page for elsewhere in (*mine.values(), api))
    try:
        assert stranger.get("/orders", cursor=given)["items"] == [own]
    finally:
        stranger.close()
