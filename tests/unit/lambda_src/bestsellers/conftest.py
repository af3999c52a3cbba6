import uuid
from collections.abc import Callable
from typing import Any

import pytest

from runtime import clock, dynamo

Record = dict[str, Any]
MakeOrder = Callable[..., dict[str, Any]]
MakeRecord = Callable[..., Record]


@pytest.fixture
def make_order() -> MakeOrder:
    def make(**quantities: int) -> dict[str, Any]:
        items = [{"bookId": book_id, "quantity": quantity} for book_id, quantity in quantities.items()]
        created_at = clock.timestamp(clock.now())
        return {"customerId": "ada", "orderId": str(uuid.uuid4()), "items": items, "createdAt": created_at}

    return make


@pytest.fixture
def make_cancellation() -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Make the item that cancels an order."""

    def make(order: dict[str, Any]) -> dict[str, Any]:
        return {
            "customerId": order["customerId"],
            "orderId": f"{order['orderId']}#cancelled",
            "createdAt": f"{order['createdAt']}#cancelled",
            "orderedAt": order["createdAt"],
            "books": {item["bookId"]: item["quantity"] for item in order["items"]},
        }

    return make


@pytest.fixture
def make_record() -> MakeRecord:
    def make(order: dict[str, Any], name: str = "INSERT") -> Record:
        keys = dynamo.dump({"customerId": order["customerId"], "orderId": order["orderId"]})
        image = {"OldImage": dynamo.dump(order)} if name == "REMOVE" else {"NewImage": dynamo.dump(order)}
        return {"eventID": uuid.uuid4().hex, "eventName": name, "dynamodb": {"Keys": keys, **image}}

    return make
