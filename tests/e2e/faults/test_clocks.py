"""Clock skew: one region's clock is an hour ahead or behind, without effect on orders and carts."""

import uuid

import pytest

from ops.drill.accounts import Account
from tests.e2e.faults.conftest import Start, StoredData
from tests.support.api import Api, Json, item
from tests.support.api_events import Answer
from tests.support.lambda_process import Function

pytestmark = pytest.mark.shared


def test_cart_filled_in_two_regions_has_both(
    ahead: float,
    regions: tuple[str, str],
    account: Account,
    books: list[Json],
    start: Start,
    stored: StoredData,
) -> None:
    book = books[0]
    devices = [start(regions[0], "cart"), start(regions[1], "cart", ahead=ahead)]
    marks = []
    for number in range(1, 7):
        answer = add(devices[number % 2], account, book)
        assert answer.json["items"][0]["quantity"] == number
        marks.append(stored.changed_at(book["id"]))
    assert marks == sorted(set(marks)), "change times of a line increase"
    assert stored.cart() == {book["id"]: 6}


def test_order_empties_cart_and_changes_key(
    ahead: float,
    regions: tuple[str, str],
    account: Account,
    books: list[Json],
    start: Start,
    stored: StoredData,
) -> None:
    """The checkout key derives from change times. A clock set back must not repeat an ordered cart's key."""
    book, keys = books[0], set()
    for carts, orders in ((0.0, ahead), (ahead, 0.0)) * 2:
        cart = add(start(regions[0], "cart", ahead=carts), account, book).json
        placed = start(regions[1], ahead=orders).order(
            account.id, [item(book)], book["price"], cart["checkoutKey"]
        )
        assert placed.status == 201
        keys.add(cart["checkoutKey"])
        assert stored.cart() == {}
    assert len(keys) == len(stored.orders()) == 4


def test_orders_listed_once(
    ahead: float,
    regions: tuple[str, str],
    account: Account,
    mine: dict[str, Api],
    books: list[Json],
    start: Start,
    stored: StoredData,
) -> None:
    functions = [start(regions[0]), start(regions[1], ahead=ahead)]
    for number in range(6):
        placed = functions[number % 2].order(
            account.id, [item(books[0])], books[0]["price"], str(uuid.uuid4())
        )
        assert placed.status == 201
    for api in mine.values():
        listed, cursor = [], None
        while True:
            page = api.get("/orders", limit=2, **({"cursor": cursor} if cursor else {}))
            listed += [order["orderId"] for order in page["items"]]
            cursor = page["nextCursor"]
            if cursor is None:
                break
        assert sorted(listed) == sorted(order["orderId"] for order in stored.orders())


def add(device: Function, account: Account, book: Json) -> Answer:
    """Put one more copy into the cart."""
    answer = device.send(account.id, "POST", "/cart", item(book, 1))
    assert answer.status == 200, answer.text
    return answer
