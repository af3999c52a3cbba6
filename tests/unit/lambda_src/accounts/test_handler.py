"""Export, sign-out and deletion of an account, and the tokens that are refused afterwards."""

import threading
import time
import uuid
from typing import Any

import pytest

import accounts.handler
import cart.handler
import orders.handler
from accounts import store
from runtime import aws
from shop.placed_orders import Order, OrderItem
from tests.support.api_events import Answer, Handler, Shopper
from tests.support.lambda_tables import CART, ORDERS, Tables
from tests.support.waiting import TIMEOUT_SECONDS

ada = Shopper(accounts.handler.handle, "ada")
ADDRESS = {"name": "Ada", "street": "1 Way", "city": "Bath", "postcode": "B1", "country": "GB"}
ORDER_ID = "3b241101-e2bb-4255-8caf-4136c566a962"
PRIVATE = [
    (cart.handler.handle, "GET", "/cart", None),
    (cart.handler.handle, "POST", "/cart", {"bookId": "a", "quantity": 1}),
    (cart.handler.handle, "GET", "/cart/{bookId}", None),
    (cart.handler.handle, "PUT", "/cart/{bookId}", {"quantity": 1}),
    (cart.handler.handle, "DELETE", "/cart/{bookId}", None),
    (orders.handler.handle, "GET", "/orders", None),
    (
        orders.handler.handle,
        "POST",
        "/orders",
        {"items": [{"bookId": "a", "quantity": 1}], "expectedTotal": 500},
    ),
    (orders.handler.handle, "GET", "/orders/{orderId}", None),
    (orders.handler.handle, "PUT", "/orders/{orderId}/cancellation", None),
    (orders.handler.handle, "PUT", "/orders/{orderId}/confirmation", None),
    (accounts.handler.handle, "GET", "/account/export", None),
]


@pytest.fixture(autouse=True)
def catalog(tables: Tables) -> None:
    tables.book("a", price=500)


def placed(order_id: str = ORDER_ID) -> dict[str, Any]:
    at = "2026-01-31T08:15:30.123Z"
    item = Order("ada", order_id, (OrderItem("a", "The a", 2, 500),), "EUR", at, "eu-west-1", at).to_item()
    return {**item, "address": ADDRESS}


def send(shopper: Shopper, method: str, resource: str, body: Any = None) -> Answer:
    headers = {"idempotency-key": ORDER_ID} if (method, resource) == ("POST", "/orders") else {}
    return shopper(method, resource, body, headers=headers, path={"bookId": "a", "orderId": ORDER_ID})


def test_refusals_cover_every_private_route() -> None:
    routed = {
        (function, *route)
        for function in (cart.handler.handle, orders.handler.handle, accounts.handler.handle)
        for route in function.routes
    }
    unchecked = {
        (accounts.handler.handle, "DELETE", "/account"),
        (accounts.handler.handle, "PUT", "/account/sign-out"),
    }
    assert routed - unchecked == {(function, method, resource) for function, method, resource, _ in PRIVATE}


@pytest.mark.parametrize(("handler", "method", "resource", "body"), PRIVATE)
def test_token_after_sign_out_is_refused(
    tables: Tables, handler: Handler, method: str, resource: str, body: Any
) -> None:
    tables.put(ORDERS, placed())
    assert ada("PUT", "/account/sign-out").status == 204
    before = tables.scan(CART), tables.scan(ORDERS)

    assert send(Shopper(handler, "ada"), method, resource, body).status == 401
    assert (tables.scan(CART), tables.scan(ORDERS)) == before

    later = Shopper(handler, "ada", signed_in_at=int(time.time()) + 60)
    assert send(later, method, resource, body).status != 401
    assert send(Shopper(handler, "bob"), method, resource, body).status != 401


def test_old_token_cannot_end_new_sign_in(tables: Tables) -> None:
    ada("PUT", "/account/sign-out")
    (first,) = tables.scan(CART)
    tables.put(CART, {**first, "before": first["before"] - 10})
    assert ada("PUT", "/account/sign-out").status == 204
    (second,) = tables.scan(CART)
    assert second["before"] == first["before"] - 10
    assert ada("DELETE", "/account").status == 401
    assert tables.scan(ORDERS) == []


@pytest.mark.parametrize(("method", "resource"), [("PUT", "/account/sign-out"), ("DELETE", "/account")])
def test_sign_in_after_slow_clock_ends(tables: Tables, method: str, resource: str) -> None:
    """The user pool's clock is a minute ahead, and a sign-out half a minute ago has ended earlier sign-ins."""
    now = int(time.time())
    ada("PUT", "/account/sign-out")
    (first,) = tables.scan(CART)
    tables.put(CART, {**first, "before": now + 30})
    ahead = Shopper(accounts.handler.handle, "ada", signed_in_at=now + 60)
    assert ahead(method, resource).status == 204
    assert ahead("GET", "/account/export").status == 401
    (second,) = tables.scan(CART)
    assert second["before"] == now + 60
    assert second["expiresAt"] > first["expiresAt"]


def test_sign_out_during_deletion_can_be_repeated(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    tables.refuse_once(monkeypatch, "put_item")
    refused = ada("PUT", "/account/sign-out")
    assert (refused.status, refused.headers["retry-after"]) == (503, "1")
    assert ada("PUT", "/account/sign-out").status == 204


def test_deletion_requests_erasure_and_refuses_token(tables: Tables) -> None:
    for _ in range(2):
        assert ada("DELETE", "/account").status == 204
    (request,) = tables.scan(ORDERS)
    assert (request["customerId"], request["orderId"], request["sweep"]) == ("ada", "#erased", "erased")
    assert Shopper(cart.handler.handle, "ada")("GET", "/cart").status == 401


def test_export_has_cart_and_orders(tables: Tables) -> None:
    tables.put(ORDERS, placed())
    tables.put(ORDERS, {"customerId": "ada", "orderId": f"{ORDER_ID}#cancelled", "books": {"a": 2}})
    tables.put(ORDERS, {**placed(str(uuid.uuid4())), "customerId": "bob"})
    Shopper(cart.handler.handle, "ada")("POST", "/cart", {"bookId": "a", "quantity": 3})

    export = ada("GET", "/account/export").json

    assert (export["customerId"], export["email"]) == ("ada", "ada@example.com")
    assert [(line["bookId"], line["quantity"]) for line in export["cart"]] == [("a", 3)]
    (order,) = export["orders"]
    assert (order["orderId"], order["status"], order["address"]) == (ORDER_ID, "cancelled", ADDRESS)
    assert export["nextCursor"] is None


def test_export_pages_have_each_order_once(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "PAGE", 2)
    ids = {str(uuid.UUID(int=number)) for number in range(5)}
    for order_id in ids:
        tables.put(ORDERS, placed(order_id))
        tables.put(ORDERS, {"customerId": "ada", "orderId": f"{order_id}#kept"})
    found: list[str] = []
    query: dict[str, str] = {}
    while True:
        page = ada("GET", "/account/export", query=query).json
        found += [order["orderId"] for order in page["orders"]]
        if page["nextCursor"] is None:
            break
        query = {"cursor": page["nextCursor"]}
    assert (len(found), set(found)) == (5, ids)


def test_orders_are_read_beside_revocation(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of the two reads waits until the other one has begun."""
    client, both = aws.client("dynamodb"), threading.Barrier(2, timeout=TIMEOUT_SECONDS)

    def meeting(operation: Any) -> Any:
        def run(**parameters: Any) -> Any:
            both.wait()
            return operation(**parameters)

        return run

    tables.put(ORDERS, placed())
    for name in ("query", "batch_get_item"):
        monkeypatch.setattr(client, name, meeting(getattr(client, name)))
    shopper = Shopper(orders.handler.handle, "ada")
    assert send(shopper, "GET", "/orders").status == 200
    assert send(shopper, "GET", "/orders/{orderId}").status == 200
