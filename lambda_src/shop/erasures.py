"""Erasures: requests to delete a person's data in every region.

A request is one item of the Orders table, which replication brings to every region. In each region the stock
function finds it in the stream, deletes the cart and removes the person from the orders there. An order that
arrives later from another region finds the item and loses the person as well, so the item is kept.
(docs/adr/0042-erase-a-person-by-a-replicated-request.md)
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from runtime import clock, dynamo
from runtime.dynamo import Item
from runtime.settings import Settings

KEY = "#erased"
"""Sort key of the request."""

PENDING = "erased"
"""Partition of the sweep's index with requests that are repeated."""

ACCOUNT_DELETED = "accountDeleted"
"""Attribute of a request whose account is gone from the user pool. A new request replaces the item, without it."""


def request_item(customer_id: str, moment: datetime) -> dict[str, Any]:
    """Return the request in DynamoDB's notation."""
    at = clock.timestamp(moment)
    item = {"customerId": customer_id, "orderId": KEY, "requestedAt": at, "sweep": PENDING, "sweepAt": at}
    return dynamo.dump(item)


def request_put(customer_id: str, settings: Settings, moment: datetime) -> dict[str, Any]:
    """Return the write of the request, for a transaction that also ends all sign-ins."""
    return {"Put": {"TableName": settings.orders_table, "Item": request_item(customer_id, moment)}}


def key(customer_id: str) -> dict[str, Any]:
    """Return the key of the request in DynamoDB's notation."""
    return dynamo.dump({"customerId": customer_id, "orderId": KEY})


def pending(client: Any, settings: Settings) -> Iterator[Item]:
    """Yield the requests that are repeated, as one region has them.

    Raises:
        Unavailable: DynamoDB does not answer or is busy.
    """
    return dynamo.items(
        client.query,
        TableName=settings.orders_table,
        IndexName="sweep",
        KeyConditionExpression="sweep = :pending",
        ExpressionAttributeValues=dynamo.dump({":pending": PENDING}),
    )
