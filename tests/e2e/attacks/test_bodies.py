"""Malformed request bodies are rejected and change nothing."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from ops.drill.accounts import Account
from tests.support import contract
from tests.support.api import Api, Json, item

pytestmark = pytest.mark.shared

WRITES: dict[str, Callable[[Json], Json]] = {
    "addToCart": lambda book: {"bookId": book["id"], "quantity": 1},
    "setCartLine": lambda book: {"quantity": 1},
    "placeOrder": lambda book: {"items": [item(book)], "expectedTotal": book["price"]},
}
HOSTILE_TEXT = {
    "not JSON": "{",
    "an array": "[]",
    "a number": "7",
    "nothing": "",
    "deep arrays": "[" * 20_000 + "]" * 20_000,
    "deep objects": '{"a":' * 20_000 + "1" + "}" * 20_000,
    "more than any request needs": json.dumps({"quantity": 1, "bookId": "x" * 70_000}),
    "a byte order mark": '\ufeff{"quantity": 1}',
    "half a surrogate pair": '{"bookId": "\\ud800", "quantity": 1}',
    "a null byte": '{"bookId": "dune\\u0000", "quantity": 1}',
    "a name twice": '{"quantity": 1, "quantity": 99}',
    "no number": '{"quantity": NaN}',
    "infinity": '{"quantity": Infinity}',
    "a number that overflows": '{"quantity": 1e400}',
    "a number of many digits": '{"quantity": ' + "9" * 5_000 + "}",
}
HOSTILE_QUANTITIES: list[Any] = [0, -1, 100, 2**63, 10**30, 1.5, 1e308, "1", "٣", True, None, [], {}]


def send_write(api: Api, operation_id: str, book: Json, content: str) -> Any:
    """Send a write with any text as its body."""
    verb, path, _ = contract.operations()[operation_id]
    headers = {"content-type": "application/json", "idempotency-key": str(uuid.uuid4())}
    return api.send(
        verb.upper(), path.replace("{bookId}", book["id"]), headers=headers, content=content.encode()
    )


@pytest.mark.parametrize("operation_id", WRITES)
@pytest.mark.parametrize("flaw", HOSTILE_TEXT)
def test_malformed_body_changes_nothing(
    flaw: str, operation_id: str, untouched: Api, books: list[Json]
) -> None:
    answer = send_write(untouched, operation_id, books[0], HOSTILE_TEXT[flaw])
    assert answer.status_code in {400, 413}, answer.text


@pytest.mark.parametrize("operation_id", WRITES)
def test_malformed_quantity_changes_nothing(operation_id: str, untouched: Api, books: list[Json]) -> None:
    for quantity in HOSTILE_QUANTITIES:
        body = WRITES[operation_id](books[0])
        (body["items"][0] if "items" in body else body)["quantity"] = quantity
        answer = send_write(untouched, operation_id, books[0], json.dumps(body))
        assert answer.status_code == 400, (quantity, answer.text)


@pytest.mark.parametrize("operation_id", WRITES)
def test_unknown_fields_are_not_assigned(
    operation_id: str, untouched: Api, books: list[Json], attacker: Account
) -> None:
    extras = {
        "price": 1,
        "unitPrice": 1,
        "lineTotal": 1,
        "total": 1,
        "currency": "XXX",
        "customerId": attacker.id,
        "region": "nowhere-1",
        "createdAt": "1970-01-01T00:00:00.000Z",
        "orderId": str(uuid.uuid4()),
        "settled": [],
        "expiresAt": 0,
        "__proto__": {"price": 1},
    }
    for name, value in extras.items():
        body = WRITES[operation_id](books[0])
        beside = [{**body, name: value}]
        if "items" in body:
            beside.append({**body, "items": [{**body["items"][0], name: value}]})
        for assigned in beside:
            answer = send_write(untouched, operation_id, books[0], json.dumps(assigned))
            assert answer.status_code == 400, (name, answer.text)
