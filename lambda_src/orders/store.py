"""The Orders table: reads, and the one transaction that places an order."""

from itertools import islice
from typing import Any

from orders.models import Order
from orders.rules import Placement
from runtime import aws, dynamo
from shop.carts import Carts


class Orders:
    """One region's orders. Reads are consistent: a placed order is there at once."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def get(self, customer_id: str, order_id: str) -> Order | None:
        """A shopper's order, or `None`."""
        key = dynamo.dump({"customerId": customer_id, "orderId": order_id})
        answer = aws.call(self._client.get_item, TableName=self._table, Key=key, ConsistentRead=True)
        return Order.from_item(dynamo.load(answer["Item"])) if "Item" in answer else None

    def newest(self, customer_id: str, after: tuple[str, str] | None, limit: int) -> list[Order]:
        """Up to `limit` orders of a shopper, newest first, after the one of this time and id."""
        start = {}
        if after is not None:
            key = {"customerId": customer_id, "createdAt": after[0], "orderId": after[1]}
            start = {"ExclusiveStartKey": dynamo.dump(key)}
        items = dynamo.items(
            self._client.query,
            TableName=self._table,
            IndexName="customer-createdAt",
            KeyConditionExpression="customerId = :customer",
            ExpressionAttributeValues=dynamo.dump({":customer": customer_id}),
            ScanIndexForward=False,
            ConsistentRead=True,
            Limit=limit,
            **start,
        )
        return [Order.from_item(item) for item in islice(items, limit)]

    def place(self, placement: Placement, carts: Carts) -> None:
        """Write the order and take its copies out of the cart, all or nothing.

        Raises:
            TransactionCancelled: the order exists, or a line is not what was seen; nothing was written.
            Unavailable: DynamoDB is away or busy; it may have been written.
        """
        order = placement.order
        put = {
            "TableName": self._table,
            "Item": dynamo.dump(order.to_item()),
            "ConditionExpression": "attribute_not_exists(orderId)",
        }
        replacements = (
            carts.replacement(order.customer_id, settlement.seen, settlement.line)
            for settlement in placement.settlements
        )
        writes = [{"Put": action} for action in (put, *replacements)]
        aws.call(self._client.transact_write_items, TransactItems=writes)
