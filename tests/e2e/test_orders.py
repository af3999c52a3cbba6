"""How an order is placed, once, and what it leaves in the cart."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from ops.drill.accounts import Account
from tests.support.api import Api, Json, item


@pytest.fixture
def shopper(mine: dict[str, Api]) -> Api:
    return next(iter(mine.values()))


def test_an_order_states_what_was_bought_at_the_shops_prices(shopper: Api, books: list[Json]) -> None:
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


def test_the_same_request_is_the_same_order_in_every_region(mine: dict[str, Api], books: list[Json]) -> None:
    key = str(uuid.uuid4())
    answers = [api.order_book(books[0], 2, key=key) for api in (*mine.values(), *mine.values())]
    assert all(answer == answers[0] for answer in answers)
    for api in mine.values():
        assert len(api.get("/orders")["items"]) == 1
    assert next(iter(mine.values())).order_book(books[0], 2, key=key.upper()) == answers[0]


def test_a_key_belongs_to_its_items(mine: dict[str, Api], books: list[Json]) -> None:
    key = str(uuid.uuid4())
    first = next(iter(mine.values())).order_book(books[0], key=key)
    for api in mine.values():
        problem = api.order([item(books[1])], books[1]["price"], key=key, status=422)
        assert problem["type"] == "urn:bookstore:problem:idempotency-key-reused"
        assert api.get("/orders")["items"] == [first]


def test_another_total_is_refused_with_the_prices_of_now(shopper: Api, books: list[Json]) -> None:
    book = books[0]
    changed = shopper.order([item(book, 3)], 3 * book["price"] - 1, status=409)
    assert changed["type"] == "urn:bookstore:problem:price-changed"
    assert changed["total"] == 3 * book["price"]
    assert changed["items"][0]["unitPrice"] == book["price"]
    assert shopper.get("/orders")["items"] == []


def test_a_price_that_rises_between_cart_and_order_is_told(
    cloud: Any, shopper: Api, books: list[Json]
) -> None:
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


def test_what_is_ordered_leaves_the_cart_and_what_came_meanwhile_stays(
    shopper: Api, books: list[Json]
) -> None:
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


def test_two_devices_that_see_one_cart_order_it_once(mine: dict[str, Api], books: list[Json]) -> None:
    devices = list(mine.values())
    first, last = devices[0], devices[-1]
    first.put_line(books[0]["id"], 4)
    carts = [api.get("/cart") for api in (first, last)]
    assert carts[0] == carts[1]
    orders = [
        api.order([item(books[0], 4)], cart["total"], key=cart["checkoutKey"])
        for api, cart in zip((first, last), carts, strict=True)
    ]
    assert orders[0] == orders[1]
    assert first.get("/cart")["items"] == []


def test_a_book_that_never_was_in_the_cart_can_be_ordered(shopper: Api, books: list[Json]) -> None:
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
def test_an_order_that_does_not_fit_is_refused(shopper: Api, body: Json, status: int) -> None:
    shopper.expect(status, "POST", "/orders", headers={"idempotency-key": str(uuid.uuid4())}, json=body)
    assert shopper.get("/orders")["items"] == []


@pytest.mark.parametrize("key", [None, "", "1", "x" * 36, "{3b241101-e2bb-4255-8caf-4136c566a962}"])
def test_an_order_needs_a_key(shopper: Api, books: list[Json], key: str | None) -> None:
    body = {"items": [item(books[0])], "expectedTotal": books[0]["price"]}
    headers = {} if key is None else {"idempotency-key": key}
    shopper.expect(400, "POST", "/orders", headers=headers, json=body)


def test_orders_come_newest_first_page_by_page_in_every_region(
    mine: dict[str, Api], books: list[Json]
) -> None:
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


def test_another_shoppers_orders_do_not_exist(
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
