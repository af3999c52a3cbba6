from typing import Any

import pytest

from cart.handler import handle
from shop.carts import Carts
from shop.lines import MAX_LINES
from tests.support.api_events import Answer, Shopper
from tests.support.lambda_tables import BOOKS, CART, Tables

ada = Shopper(handle, "ada")
bob = Shopper(handle, "bob")
EMPTY = {"items": [], "total": 0, "currency": "EUR"}


def add(shopper: Shopper, book_id: str, quantity: int = 1) -> Answer:
    return shopper("POST", "/cart", {"bookId": book_id, "quantity": quantity})


def put(shopper: Shopper, book_id: str, quantity: int) -> Answer:
    return shopper("PUT", "/cart/{bookId}", {"quantity": quantity}, path={"bookId": book_id})


def remove(shopper: Shopper, book_id: str) -> Answer:
    return shopper("DELETE", "/cart/{bookId}", path={"bookId": book_id})


def contents(answer: Answer) -> dict[str, int]:
    assert answer.status == 200
    return {item["bookId"]: item["quantity"] for item in answer.json["items"]}


def test_cart_has_current_prices(tables: Tables) -> None:
    tables.book("a", price=500)
    tables.book("b", price=299)
    add(ada, "a", 2)
    answer = add(ada, "b")

    assert contents(answer) == {"a": 2, "b": 1}
    assert answer.json["total"] == 1299
    assert [item["lineTotal"] for item in answer.json["items"]] == [1000, 299]

    tables.book("a", price=600)
    assert ada("GET", "/cart").json["total"] == 1499


def test_new_cart_is_empty(tables: Tables) -> None:
    cart = ada("GET", "/cart").json
    assert cart.items() >= EMPTY.items()


def test_add_put_and_remove_change_line(tables: Tables) -> None:
    tables.book("a")
    assert contents(add(ada, "a", 2)) == {"a": 2}
    assert contents(add(ada, "a", 3)) == {"a": 5}
    assert contents(put(ada, "a", 4)) == {"a": 4}
    assert remove(ada, "a").status == 204
    assert remove(ada, "a").status == 204
    assert remove(ada, "never-there").status == 204
    assert contents(ada("GET", "/cart")) == {}
    assert contents(add(ada, "a", 1)) == {"a": 1}


def test_carts_of_shoppers_are_separate(tables: Tables) -> None:
    tables.book("a")
    add(ada, "a")
    remove(bob, "a")
    assert contents(bob("GET", "/cart")) == {}
    assert contents(ada("GET", "/cart")) == {"a": 1}


def test_line_has_key_of_whole_cart(tables: Tables) -> None:
    tables.book("a", price=100)
    tables.book("b", price=10)
    add(ada, "a")
    whole = add(ada, "b", 2).json

    line = ada("GET", "/cart/{bookId}", path={"bookId": "b"}).json
    assert [item["bookId"] for item in line["items"]] == ["b"]
    assert line["total"] == 20
    assert line["checkoutKey"] == whole["checkoutKey"]
    assert ada("GET", "/cart/{bookId}", path={"bookId": "c"}).json["items"] == []


def test_checkout_key_identifies_cart(tables: Tables) -> None:
    tables.book("a")
    first = add(ada, "a", 2).json["checkoutKey"]
    assert ada("GET", "/cart").json["checkoutKey"] == first
    assert put(ada, "a", 2).json["checkoutKey"] == first, "setting the same quantity is no change"
    assert add(bob, "a", 2).json["checkoutKey"] != first
    keys = {first, add(ada, "a", 1).json["checkoutKey"], put(ada, "a", 2).json["checkoutKey"]}
    assert len(keys) == 3, "the same quantity after a change is another cart"


def test_cart_limits_are_enforced(tables: Tables) -> None:
    for number in range(MAX_LINES + 1):
        tables.book(f"b{number}")
    tables.fill_cart("ada", [f"b{number}" for number in range(MAX_LINES - 1)])
    assert len(contents(add(ada, f"b{MAX_LINES - 1}"))) == MAX_LINES

    full = add(ada, f"b{MAX_LINES}")
    assert (full.status, full.json["type"]) == (409, "urn:bookstore:problem:cart-limit")
    assert put(ada, f"b{MAX_LINES}", 1).status == 409
    assert add(ada, "b0", 98).status == 200
    assert add(ada, "b0", 1).status == 409
    assert contents(ada("GET", "/cart"))["b0"] == 99

    remove(ada, "b1")
    assert add(ada, f"b{MAX_LINES}").status == 200


def test_simultaneous_additions_keep_limit(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two devices add a book to a cart with room for one. The last writer finds too many and is undone."""
    for number in range(MAX_LINES + 1):
        tables.book(f"b{number}")
    tables.fill_cart("ada", [f"b{number}" for number in range(MAX_LINES - 1)])
    replace = Carts.replace
    raced = False

    def race(self: Carts, *arguments: Any) -> None:
        nonlocal raced
        if not raced:
            raced = True
            assert add(ada, f"b{MAX_LINES}").status == 200
        replace(self, *arguments)

    monkeypatch.setattr(Carts, "replace", race)

    assert add(ada, f"b{MAX_LINES - 1}").status == 409
    assert len(contents(ada("GET", "/cart"))) == MAX_LINES
    assert f"b{MAX_LINES - 1}" not in contents(ada("GET", "/cart"))


def test_simultaneous_additions_all_count(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    tables.book("a")
    replace = Carts.replace
    races = 3

    def race(self: Carts, *arguments: Any) -> None:
        nonlocal races
        if races:
            races -= 1
            add(ada, "a", 10)
        replace(self, *arguments)

    monkeypatch.setattr(Carts, "replace", race)

    assert contents(add(ada, "a", 1)) == {"a": 31}


def test_put_after_conflict_with_transaction_succeeds(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables.book("a")
    tables.refuse_once(monkeypatch, "put_item")
    assert contents(put(ada, "a", 2)) == {"a": 2}


def test_addition_with_lost_answer_before_conflict_is_not_repeated(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables.book("a")
    tables.refuse_once(monkeypatch, "put_item", is_resent=True)
    assert add(ada, "a").status == 503
    assert contents(ada("GET", "/cart")) == {"a": 1}


def test_withdrawal_after_conflict_with_transaction_keeps_limit(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(MAX_LINES + 1):
        tables.book(f"b{number}")
    tables.fill_cart("ada", [f"b{number}" for number in range(MAX_LINES - 1)])
    replace = Carts.replace
    writes = 0

    def race(self: Carts, *arguments: Any) -> None:
        nonlocal writes
        writes += 1
        if writes == 1:
            add(ada, f"b{MAX_LINES}")
        if writes == 3:
            tables.refuse_once(monkeypatch, "put_item")
        replace(self, *arguments)

    monkeypatch.setattr(Carts, "replace", race)

    assert add(ada, f"b{MAX_LINES - 1}").status == 409
    assert writes == 4
    assert len(contents(ada("GET", "/cart"))) == MAX_LINES


def test_refused_addition_changes_nothing(tables: Tables) -> None:
    tables.book("a")
    tables.book("dollars", currency="USD")
    add(ada, "a")
    assert add(ada, "nowhere").status == 404
    assert put(ada, "nowhere", 1).status == 404
    assert add(ada, "dollars").status == 400
    assert contents(ada("GET", "/cart")) == {"a": 1}


def test_cart_has_currency_of_books(tables: Tables) -> None:
    tables.book("dollars", currency="USD")
    assert add(ada, "dollars").json["currency"] == "USD"


def test_deleted_book_is_left_out(tables: Tables) -> None:
    tables.book("a", price=100)
    tables.book("b", price=10)
    add(ada, "a")
    add(ada, "b")
    tables.client.delete_item(TableName=BOOKS, Key={"id": {"S": "a"}})

    cart = ada("GET", "/cart")
    assert contents(cart) == {"b": 1}
    assert cart.json["total"] == 10


def test_expired_line_is_left_out(tables: Tables) -> None:
    tables.book("a")
    line = {"customerId": "ada", "bookId": "a", "quantity": 5, "changedAt": "2020-01-01T00:00:00.000Z"}
    tables.put(CART, {**line, "expiresAt": 1_600_000_000})

    assert contents(ada("GET", "/cart")) == {}
    assert contents(add(ada, "a", 2)) == {"a": 2}


def test_removed_line_keeps_settled_orders(tables: Tables) -> None:
    tables.book("a")
    add(ada, "a")
    line = tables.cart_line("ada", "a")
    assert line is not None
    tables.put(CART, {**line, "settled": ["order-1"]})

    remove(ada, "a")

    tombstone = tables.cart_line("ada", "a")
    assert tombstone is not None
    assert (tombstone["quantity"], tombstone["settled"]) == (0, ["order-1"])
    assert tombstone["changedAt"] > line["changedAt"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"bookId": "a"},
        {"quantity": 1},
        {"bookId": "a", "quantity": 0},
        {"bookId": "a", "quantity": 100},
        {"bookId": "a", "quantity": -1},
        {"bookId": "a", "quantity": True},
        {"bookId": "a", "quantity": 1.0},
        {"bookId": "a", "quantity": "1"},
        {"bookId": "a", "quantity": None},
        {"bookId": "_categories", "quantity": 1},
        {"bookId": "a\n", "quantity": 1},
        {"bookId": "", "quantity": 1},
        {"bookId": "x" * 65, "quantity": 1},
        {"bookId": ["a"], "quantity": 1},
        {"bookId": "a", "quantity": 1, "unitPrice": 1},
        {"bookId": "a", "quantity": 1, "customerId": "bob"},
        [],
        "a",
    ],
)
def test_invalid_body_is_refused(tables: Tables, body: Any) -> None:
    tables.book("a")
    assert ada("POST", "/cart", body).status == 400
    assert tables.scan(CART) == []


@pytest.mark.parametrize(
    ("method", "resource"),
    [
        ("GET", "/cart"),
        ("POST", "/cart"),
        ("GET", "/cart/{bookId}"),
        ("PUT", "/cart/{bookId}"),
        ("DELETE", "/cart/{bookId}"),
    ],
)
def test_cart_requires_sign_in(method: str, resource: str) -> None:
    assert Shopper(handle)(method, resource, path={"bookId": "a"}).status == 401
