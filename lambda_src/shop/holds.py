"""Holds: the copies that a region has taken from its stock for an order.

A client that fails over may send one order to two regions before they know of each other. Both take copies. Each
region writes a hold beside the order. When replication has settled which region the order names, every other region
releases its hold: in one transaction the hold becomes `released` and its copies return to the region's share. A
cancelled order releases its hold in the same way. The condition on the hold's state makes it happen once.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from runtime import clock, dynamo
from runtime.dynamo import Item
from runtime.settings import Settings
from shop import order_keys

SWEEP_SHARDS = 8
"""Partitions of the sweep's index in each region."""

SWEEP_AFTER = timedelta(hours=26)
"""A stream keeps records for 24 hours. So long after an order became final, the sweep looks for holds that a lost event
has left.
"""


def shard_of(order_id: str, region: str) -> str:
    """Return the partition of a hold in the sweep's index."""
    return f"{region}#{int(order_id[:2], 16) % SWEEP_SHARDS}"


def hold_item(
    customer_id: str, order_id: str, region: str, books: Mapping[str, int], cancellable_until: str
) -> Item:
    """Return a new hold as an item of the Orders table. `books` are copies by book."""
    return {
        "customerId": customer_id,
        "orderId": order_keys.stock_key(order_id, region),
        "region": region,
        "books": dict(books),
        "state": "held",
        "sweep": shard_of(order_id, region),
        "sweepAt": clock.timestamp(clock.parse(cancellable_until) + SWEEP_AFTER),
    }


def release_writes(hold: Item, settings: Settings) -> list[dict[str, Any]]:
    """Return the transaction that releases a hold of this region and restores its copies."""
    key = dynamo.dump({"customerId": hold["customerId"], "orderId": hold["orderId"]})
    release = {
        "TableName": settings.orders_table,
        "Key": key,
        "UpdateExpression": "SET #state = :released REMOVE sweep, sweepAt",
        "ConditionExpression": "#state = :held",
        "ExpressionAttributeNames": {"#state": "state"},
        "ExpressionAttributeValues": dynamo.dump({":released": "released", ":held": "held"}),
    }
    restores = [
        {
            "TableName": settings.stock_table,
            "Key": dynamo.dump({"bookId": book_id, "region": hold["region"]}),
            "UpdateExpression": "ADD restored :copies",
            "ExpressionAttributeValues": dynamo.dump({":copies": copies}),
        }
        for book_id, copies in hold["books"].items()
    ]
    return [{"Update": action} for action in (release, *restores)]
