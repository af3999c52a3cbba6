"""Additions with an idempotency key, as a guest's cart is merged at sign-in."""

import uuid

from cart.handler import handle
from orders.handler import handle as orders_handle
from tests.support.api_events import Answer, Shopper
from tests.support.lambda_tables import Tables

ada = Shopper(handle, "ada")


def add(key: str, quantity: int = 2) -> Answer:
    body = {"bookId": "a", "quantity": quantity}
    return ada("POST", "/cart", body, headers={"idempotency-key": key})


def held(answer: Answer) -> dict[str, int]:
    return {item["bookId"]: item["quantity"] for item in answer.json["items"]}


def test_repeated_addition_counts_once(tables: Tables) -> None:
    tables.book("a")
    first, second = str(uuid.uuid4()), str(uuid.uuid4())
    assert held(add(first)) == held(add(first.upper())) == {"a": 2}
    assert held(add(second)) == {"a": 4}


def test_repeated_addition_after_order_adds_nothing(tables: Tables) -> None:
    """The answer of the merge was lost, and another device has bought the copies meanwhile."""
    tables.book("a", price=500)
    key = str(uuid.uuid4())
    add(key)
    body = {"items": [{"bookId": "a", "quantity": 2}], "expectedTotal": 1000}
    bought = Shopper(orders_handle, "ada")(
        "POST", "/orders", body, headers={"idempotency-key": str(uuid.uuid4())}
    )
    assert bought.status == 201
    assert held(add(key)) == {}


def test_refused_addition_can_be_repeated(tables: Tables) -> None:
    tables.book("a")
    add(str(uuid.uuid4()), 90)
    key = str(uuid.uuid4())
    assert add(key, 10).status == 409
    ada("PUT", "/cart/{bookId}", {"quantity": 1}, path={"bookId": "a"})
    assert held(add(key, 10)) == {"a": 11}


def test_key_must_be_a_uuid(tables: Tables) -> None:
    tables.book("a")
    assert add("1").status == 400
