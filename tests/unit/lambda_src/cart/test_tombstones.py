"""Emptied lines are limited, so that reading an empty cart has a limited cost."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from cart.handler import handle
from orders import logic
from orders.handler import handle as orders_handle
from runtime import aws, clock
from shop import lines
from shop.lines import MAX_ALL_TOMBSTONES, MAX_OLD_TOMBSTONES, TOMBSTONE_MIN_AGE
from tests.support.api_events import Shopper
from tests.support.lambda_tables import CART, Tables

ada = Shopper(handle, "ada")


def tombstones(tables: Tables, count: int, age: timedelta) -> None:
    now = clock.now()
    line = {"customerId": "ada", "quantity": 0, "expiresAt": int(now.timestamp()) + 1000}
    tables.put_all(
        CART,
        (
            {
                **line,
                "bookId": f"b{number:03}",
                "changedAt": clock.timestamp(now - age + timedelta(milliseconds=number)),
            }
            for number in range(count)
        ),
    )


@pytest.mark.parametrize(
    ("age", "most"),
    [(2 * TOMBSTONE_MIN_AGE, MAX_OLD_TOMBSTONES), (TOMBSTONE_MIN_AGE / 2, MAX_ALL_TOMBSTONES)],
)
def test_read_of_empty_cart_limits_tombstones(
    tables: Tables, monkeypatch: pytest.MonkeyPatch, age: timedelta, most: int
) -> None:
    tombstones(tables, most + 120, age)
    assert ada("GET", "/cart").json["items"] == []

    client = aws.client("dynamodb")
    query, read = client.query, []

    def counting(**parameters: Any) -> Any:
        answer = query(**parameters)
        read.append(answer["ScannedCount"])
        return answer

    monkeypatch.setattr(client, "query", counting)
    ada("GET", "/cart")
    assert sum(read) == most
    assert f"b{most + 119:03}" in {item["bookId"] for item in tables.scan(CART)}


@pytest.mark.parametrize("verb", ["POST", "PUT"])
def test_additions_limit_tombstones_without_reads(
    tables: Tables, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    """Another book each time, added and removed. The shopper never reads the cart."""
    monkeypatch.setattr(lines, "MAX_ALL_TOMBSTONES", 3)
    found = []
    for number in range(6):
        path = {"bookId": f"b{number}"}
        tables.book(path["bookId"])
        if verb == "POST":
            added = ada("POST", "/cart", {**path, "quantity": 1})
        else:
            added = ada("PUT", "/cart/{bookId}", {"quantity": 1}, path=path)
        assert [item["bookId"] for item in added.json["items"]] == [path["bookId"]]
        assert ada("DELETE", "/cart/{bookId}", path=path).status == 204
        found.append(len(tables.scan(CART)))
    assert found == [1, 2, 3, 4, 4, 4]
    assert "b5" in {item["bookId"] for item in tables.scan(CART)}


def test_throttled_clean_up_does_not_fail_requests(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    tables.book("new")
    tombstones(tables, MAX_OLD_TOMBSTONES + 1, 2 * TOMBSTONE_MIN_AGE)
    tables.refuse_once(monkeypatch, "transact_write_items", "ThrottlingException")
    assert ada("GET", "/cart").status == 200
    tables.refuse_once(monkeypatch, "transact_write_items", "ThrottlingException")
    assert ada("POST", "/cart", {"bookId": "new", "quantity": 1}).json["items"][0]["quantity"] == 1


def test_orders_limit_tombstones_without_reads(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    """Direct purchases of other books each time. The shopper never reads the cart."""
    monkeypatch.setattr(lines, "MAX_ALL_TOMBSTONES", 6)
    monkeypatch.setattr(logic, "DELETE_TOMBSTONES_EVERY", 2)
    shopper, found = Shopper(orders_handle, "ada"), []
    for number in range(8):
        books = [f"b{number}-{each}" for each in range(3)]
        for book_id in books:
            tables.book(book_id, price=1)
        body = {"items": [{"bookId": book_id, "quantity": 1} for book_id in books], "expectedTotal": 3}
        key = str(uuid.uuid4())
        assert shopper("POST", "/orders", body, headers={"idempotency-key": key}).status == 201
        found.append(sum(not item["bookId"].startswith("#") for item in tables.scan(CART)))
    assert found == [3, 6, 9, 6, 9, 6, 9, 6]
