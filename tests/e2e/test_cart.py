"""Cart: contents, limits and rejected requests."""

from typing import Any

import pytest

from tests.support.api import Api, Json, item

pytestmark = pytest.mark.shared

MAX_LINES = 49
"""Of a cart, by the contract."""


@pytest.fixture
def cart(mine: dict[str, Api]) -> Api:
    return next(iter(mine.values()))


def quantities(cart: Json) -> dict[str, int]:
    return {line["bookId"]: line["quantity"] for line in cart["items"]}


def test_new_cart_is_empty(cart: Api) -> None:
    empty = cart.get("/cart")
    assert (empty["items"], empty["total"]) == ([], 0)


def test_cart_add_set_and_remove(cart: Api, books: list[Json]) -> None:
    one, two = books[:2]
    cart.expect(200, "POST", "/cart", json=item(one, 2))
    cart.expect(200, "POST", "/cart", json=item(one, 3))
    both = cart.expect(200, "POST", "/cart", json=item(two, 1))
    assert quantities(both) == {one["id"]: 5, two["id"]: 1}
    assert both["total"] == 5 * one["price"] + two["price"]
    assert quantities(cart.put_line(one["id"], 1)) == {one["id"]: 1, two["id"]: 1}
    for _ in range(2):
        cart.expect(204, "DELETE", f"/cart/{one['id']}")
    assert quantities(cart.get("/cart")) == {two["id"]: 1}
    assert cart.get(f"/cart/{one['id']}")["items"] == []


def test_line_shows_its_total_and_cart_key(cart: Api, books: list[Json]) -> None:
    one, two = books[:2]
    cart.put_line(one["id"], 2)
    whole = cart.put_line(two["id"], 1)
    line = cart.get(f"/cart/{one['id']}")
    assert quantities(line) == {one["id"]: 2}
    assert line["total"] == 2 * one["price"]
    assert line["checkoutKey"] == whole["checkoutKey"]


def test_checkout_key_changes_with_cart_only(cart: Api, books: list[Json]) -> None:
    first = cart.put_line(books[0]["id"], 1)["checkoutKey"]
    assert cart.get("/cart")["checkoutKey"] == first
    second = cart.put_line(books[0]["id"], 2)["checkoutKey"]
    back = cart.put_line(books[0]["id"], 1)["checkoutKey"]
    assert len({first, second, back}) == 3


@pytest.mark.parametrize(
    "body",
    [
        {"bookId": "dune"},
        {"bookId": "dune", "quantity": 0},
        {"bookId": "dune", "quantity": 100},
        {"bookId": "dune", "quantity": -1},
        {"bookId": "dune", "quantity": 1.5},
        {"bookId": "dune", "quantity": "1"},
        {"bookId": "dune", "quantity": True},
        {"bookId": "../dune", "quantity": 1},
        {"bookId": "dune", "quantity": 1, "unitPrice": 1},
        {"bookId": "dune", "quantity": 1, "customerId": "someone"},
        [],
        "dune",
        None,
    ],
)
def test_invalid_line_is_rejected(cart: Api, body: Any) -> None:
    cart.expect(400, "POST", "/cart", json=body)
    assert cart.get("/cart")["items"] == []


def test_unknown_book_is_rejected(cart: Api) -> None:
    cart.expect(404, "POST", "/cart", json={"bookId": "no-such-book", "quantity": 1})
    cart.expect(404, "PUT", "/cart/no-such-book", json={"quantity": 1})


def test_line_above_99_copies_is_rejected(cart: Api, books: list[Json]) -> None:
    book = books[0]
    cart.put_line(book["id"], 98)
    refused = cart.expect(409, "POST", "/cart", json=item(book, 2))
    assert refused["type"] == "urn:bookstore:problem:cart-limit"
    assert quantities(cart.get("/cart")) == {book["id"]: 98}
    cart.expect(200, "POST", "/cart", json=item(book, 1))


def test_cart_above_line_limit_is_rejected(cart: Api, home: Api) -> None:
    shelf = home.get("/books", limit=MAX_LINES + 1)["items"]
    for book in shelf[:MAX_LINES]:
        cart.put_line(book["id"], 1)
    cart.expect(409, "PUT", f"/cart/{shelf[MAX_LINES]['id']}", json={"quantity": 1})
    cart.put_line(shelf[0]["id"], 2)
    assert len(cart.get("/cart")["items"]) == MAX_LINES


def test_body_must_be_json_within_size(cart: Api, books: list[Json]) -> None:
    path = f"/cart/{books[0]['id']}"
    cart.expect(415, "PUT", path, content='{"quantity": 1}', headers={"content-type": "text/plain"})
    cart.expect(400, "PUT", path, content="{quantity: 1}", headers={"content-type": "application/json"})
    huge = '{"quantity": 1' + " " * 200_000 + "}"
    cart.expect(413, "PUT", path, content=huge, headers={"content-type": "application/json"})
    deep = "[" * 20_000 + "]" * 20_000
    cart.expect(400, "PUT", path, content=deep, headers={"content-type": "application/json"})
    twice = '{"quantity": 1, "quantity": 2}'
    cart.expect(400, "PUT", path, content=twice, headers={"content-type": "application/json"})
    assert cart.get("/cart")["items"] == []
