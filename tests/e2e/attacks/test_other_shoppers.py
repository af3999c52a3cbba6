"""A signed-in shopper cannot read or change another shopper's data."""

import base64
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from ops.drill.accounts import Account
from tests.support.api import Api, Json, cart_without_stock, item

pytestmark = pytest.mark.shared


def test_routes_protect_other_shoppers_data(
    region: str,
    mine: dict[str, Api],
    new_account: Callable[[], Account],
    books: list[Json],
    signed_in_only: dict[str, tuple[str, str]],
) -> None:
    """Call each route once as another shopper who knows the victim's book, key, order and cursor."""
    victim = mine[region]
    victim.put_line(books[0]["id"], 3)
    victim.put_line(books[1]["id"], 2)
    placed = [victim.order_book(book)["orderId"] for book in books[2:5]]
    cart, orders, cursor = victim.get("/cart"), victim.get("/orders"), next_cursor(victim)
    thief = victim.signed_in(new_account().shopper)
    stolen = {line["bookId"]: line["quantity"] for line in cart["items"]}
    lines = [{"bookId": book, "quantity": quantity} for book, quantity in stolen.items()]
    line = f"/cart/{books[0]['id']}"
    requests: dict[str, Callable[[], httpx.Response]] = {
        "getCart": lambda: thief.send("GET", "/cart"),
        "getCartLine": lambda: thief.send("GET", line),
        "addToCart": lambda: thief.send("POST", "/cart", json=item(books[0], 5)),
        "setCartLine": lambda: thief.send("PUT", line, json={"quantity": 7}),
        "removeCartLine": lambda: thief.send("DELETE", line),
        "placeOrder": lambda: thief.send(
            "POST",
            "/orders",
            headers={"idempotency-key": cart["checkoutKey"]},
            json={"items": lines, "expectedTotal": cart["total"]},
        ),
        "listOrders": lambda: thief.send("GET", "/orders", params={"cursor": cursor}),
        "getOrder": lambda: thief.send("GET", f"/orders/{placed[0]}"),
        "cancelOrder": lambda: thief.send("PUT", f"/orders/{placed[0]}/cancellation"),
        "confirmOrder": lambda: thief.send("PUT", f"/orders/{placed[0]}/confirmation"),
        "exportAccount": lambda: thief.send(
            "GET", "/account/export", params={"cursor": cursor_of(placed[0])}
        ),
        "deleteAccount": lambda: thief.send("DELETE", "/account"),
        "signOut": lambda: thief.send("PUT", "/account/sign-out"),
    }
    assert requests.keys() == signed_in_only.keys()
    try:
        answers = {operation_id: send() for operation_id, send in requests.items()}
    finally:
        thief.close()
    assert {operation_id: answer.status_code for operation_id, answer in answers.items()} == {
        **dict.fromkeys(requests, 200),
        "removeCartLine": 204,
        "placeOrder": 201,
        "getOrder": 404,
        "cancelOrder": 404,
        "confirmOrder": 404,
        "deleteAccount": 204,
        "signOut": 204,
    }
    for operation_id, answer in answers.items():
        assert not [order for order in placed if order in answer.text], operation_id
    assert answers["getCart"].json()["items"] == answers["getCartLine"].json()["items"] == []
    assert quantities(answers["addToCart"]) == {books[0]["id"]: 5}
    assert quantities(answers["setCartLine"]) == {books[0]["id"]: 7}
    assert cart_without_stock(victim.get("/cart")) == cart_without_stock(cart)
    assert victim.get("/orders") == orders


def next_cursor(api: Api) -> str:
    """Cursor after the first page of a shopper's orders."""
    return str(api.get("/orders", limit=1)["nextCursor"])


def cursor_of(order_id: str) -> str:
    """Cursor of an export after an order."""
    raw = json.dumps({"id": order_id}, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def quantities(answer: httpx.Response) -> dict[str, int]:
    """Copies in a cart, by book."""
    return {line["bookId"]: line["quantity"] for line in answer.json()["items"]}


def test_identity_in_header_or_query_is_ignored(
    home: Api, mine: dict[str, Api], account: Account, attacker: Account, books: list[Json]
) -> None:
    next(iter(mine.values())).put_line(books[0]["id"], 3)
    thief = home.signed_in(attacker.shopper)
    named: list[dict[str, Any]] = [
        *(
            {"headers": {name: account.id}}
            for name in ("x-customer-id", "x-amzn-oidc-identity", "x-forwarded-user")
        ),
        *({"params": {name: account.id}} for name in ("customerId", "sub")),
    ]
    try:
        for parts in named:
            assert thief.expect(200, "GET", "/cart", **parts)["items"] == [], parts
    finally:
        thief.close()
