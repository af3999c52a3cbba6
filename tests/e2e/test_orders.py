"""Orders: placed exactly once, and their effect on the cart."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from ops.drill.accounts import Account
from tests.support.api import Api, Json, cart_without_stock, item

pytestmark = pytest.mark.shared


@pytest.fixture
def shopper(mine: dict[str, Api]) -> Api:
    return next(iter(mine.values()))


def test_order_lists_lines_at_catalog_prices(shopper: Api, books: list[Json]) -> None:
    one, two = books[:2]
    total = 2 * one["price"] + two["price"]
    order = shopper.order([item(one, 2), item(two)], total)
    assert order["total"] == total
    assert order["items"] == [
        {
            "bookId": book["id"],
            "title": book["title"],
            "quantity": quantity,
            "unitPrice": book["price"],
            "lineTotal": quantity * book["price"],
        }
        for book, quantity in ((one, 2), (two, 1))
    ]


def test_repeated_request_returns_same_order(mine: dict[str, Api], books: list[Json]) -> None:
    key = str(uuid.uuid4())
    answers = [api.order_book(books[0], 2, key=key) for api in (*mine.values(), *mine.values())]
    assert all(answer == answers[0] for answer in answers)
    for api in mine.values():
        assert len(api.get("/orders")["items"]) == 1
    assert next(iter(mine.values())).order_book(books[0], 2, key=key.upper()) == answers[0]


def test_key_with_other_items_is_rejected(mine: dict[str, Api], books: list[Json]) -> None:
    key = str(uuid.uuid4())
    first = next(iter(mine.values())).order_book(books[0], key=key)
    for api in mine.values():
        problem = api.order([item(books[1])], books[1]["price"], key=key, status=422)
        assert problem["type"] == "urn:bookstore:problem:idempotency-key-reused"
        assert api.get("/orders")["items"] == [first]


def test_wrong_total_returns_current_prices(shopper: Api, books: list[Json]) -> None:
    book = books[0]
    changed = shopper.order([item(book, 3)], 3 * book["price"] - 1, status=409)
    assert changed["type"] == "urn:bookstore:problem:price-changed"
    assert changed["total"] == 3 * book["price"]
    assert changed["items"][0]["unitPrice"] == book["price"]
    assert shopper.get("/orders")["items"] == []


def test_changed_price_is_reported_at_order(cloud: Any, shopper: Api, books: list[Json]) -> None:
    book, table = books[5], cloud.table("books")
    cart = shopper.put_line(book["id"], 1)
    table.update_item(
        Key={"id": book["id"]},
        UpdateExpression="SET price = price + :more",
        ExpressionAttributeValues={":more": 500},
    )
    try:
        changed = shopper.order([item(book)], cart["total"], key=cart["checkoutKey"], status=409)
        assert changed["total"] == book["price"] + 500
        order = shopper.order([item(book)], changed["total"], key=cart["checkoutKey"])
        assert order["total"] == book["price"] + 500
    finally:
        table.update_item(
            Key={"id": book["id"]},
            UpdateExpression="SET price = :price",
            ExpressionAttributeValues={":price": book["price"]},
        )
    assert shopper.order([item(book)], changed["total"], key=cart["checkoutKey"]) == order


def test_order_removes_only_ordered_lines(shopper: Api, books: list[Json]) -> None:
    one, two, three = books[:3]
    shopper.put_line(one["id"], 2)
    cart = shopper.put_line(two["id"], 1)
    shopper.expect(200, "POST", "/cart", json=item(one, 3))
    shopper.put_line(three["id"], 1)
    ordered = [{"bookId": line["bookId"], "quantity": line["quantity"]} for line in cart["items"]]
    for _ in range(3):
        shopper.order(ordered, cart["total"], key=cart["checkoutKey"])
    left = {line["bookId"]: line["quantity"] for line in shopper.get("/cart")["items"]}
    assert left == {one["id"]: 3, three["id"]: 1}


def test_two_devices_order_one_cart_once(mine: dict[str, Api], books: list[Json]) -> None:
    devices = list(mine.values())
    first, last = devices[0], devices[-1]
    first.put_line(books[0]["id"], 4)
    carts = [cart_without_stock(api.get("/cart")) for api in (first, last)]
    assert carts[0] == carts[1]
    orders = [
        api.order([item(books[0], 4)], cart["total"], key=cart["checkoutKey"])
        for api, cart in zip((first, last), carts, strict=True)
    ]
    assert orders[0] == orders[1]
    assert first.get("/cart")["items"] == []


def test_order_without_cart_line_succeeds(shopper: Api, books: list[Json]) -> None:
    shopper.put_line(books[1]["id"], 1)
    shopper.order_book(books[0])
    assert [line["bookId"] for line in shopper.get("/cart")["items"]] == [books[1]["id"]]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"items": [], "expectedTotal": 0}, 400),
        ({"items": [{"bookId": "dune", "quantity": 1}]}, 400),
        ({"items": [{"bookId": "dune", "quantity": 0}], "expectedTotal": 0}, 400),
        ({"items": [{"bookId": "dune", "quantity": 1}] * 2, "expectedTotal": 0}, 400),
        ({"items": [{"bookId": "dune", "quantity": 1, "unitPrice": 0}], "expectedTotal": 0}, 400),
        ({"items": [{"bookId": "dune", "quantity": 1}], "expectedTotal": -1}, 400),
        ({"items": [{"bookId": "dune", "quantity": 1}], "expectedTotal": 10**13}, 400),
        ({"items": [{"bookId": "dune", "quantity": 1}], "expectedTotal": 0, "region": "x"}, 400),
        ({"items": [{"bookId": "dune", "quantity": 1}], "expectedTotal": 0, "customerId": "x"}, 400),
        ({"items": [{"bookId": "no-such-book", "quantity": 1}], "expectedTotal": 0}, 404),
    ],
)
def test_invalid_order_is_rejected(shopper: Api, body: Json, status: int) -> None:
    shopper.expect(status, "POST", "/orders", headers={"idempotency-key": str(uuid.uuid4())}, json=body)
    assert shopper.get("/orders")["items"] == []


@pytest.mark.parametrize("key", [None, "", "1", "x" * 36, "{3b241101-e2bb-4255-8caf-4136c566a962}"])
def test_order_without_key_is_rejected(shopper: Api, books: list[Json], key: str | None) -> None:
    body = {"items": [item(books[0])], "expectedTotal": books[0]["price"]}
    headers = {} if key is None else {"idempotency-key": key}
    shopper.expect(400, "POST", "/orders", headers=headers, json=body)


def test_orders_are_listed_newest_first(mine: dict[str, Api], books: list[Json]) -> None:
    places = [*mine.values()] * 4
    placed = [api.order_book(book)["orderId"] for api, book in zip(places, books, strict=False)]
    for api in mine.values():
        listed, cursor = [], None
        while True:
            page = api.get("/orders", limit=3, **({"cursor": cursor} if cursor else {}))
            listed += [order["orderId"] for order in page["items"]]
            cursor = page["nextCursor"]
            if cursor is None:
                break
        assert listed == placed[::-1]


def test_order_of_another_shopper_is_404(
    mine: dict[str, Api], new_account: Callable[[], Account], books: list[Json]
) -> None:
    stranger = new_account().shopper
    key = str(uuid.uuid4())
    for api in mine.values():
        order = api.order_book(books[0], key=key)
        other = api.signed_in(stranger)
        other.expect(404, "GET", f"/orders/{order['orderId']}")
        assert other.order_book(books[0], key=key)["orderId"] != order["orderId"]
        other.close()
