"""Erases a person's data in one region: deletes the cart and removes the delivery addresses from the orders.

Orders keep their keys, books and prices: the law requires them, and a new key would count for the bestsellers again.
Their user id leads to no person once the account is deleted.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from runtime import aws, dynamo
from runtime.dynamo import Item
from runtime.errors import ConditionFailed, TransactionCancelled
from runtime.settings import Settings
from shop import erasures, revocations

PERSON = ("address",)
"""Attributes of an order that name a person."""


class Erasure:
    """The Cart and Orders tables of one region."""

    def __init__(self, client: Any, settings: Settings) -> None:
        self._client = client
        self._settings = settings

    def request(self, customer_id: str, moment: datetime) -> None:
        """Request the erasure in every region and end all sign-ins until now.

        Raises:
            TransactionCancelled: another write was in the way; try again.
            Unavailable: DynamoDB does not answer or is busy.
        """
        request = erasures.request_put(customer_id, self._settings, moment)
        ended = revocations.put_if_later(self._settings.cart_table, customer_id, moment)
        try:
            aws.call(self._client.transact_write_items, TransactItems=[request, {"Put": ended}])
        except TransactionCancelled as lost:
            if lost.reasons[1] != "ConditionalCheckFailed":
                raise
            aws.call(self._client.put_item, **request["Put"])  # Later sign-ins have ended already.

    def is_requested(self, customer_id: str) -> bool:
        """Whether this region knows a request to erase this person."""
        answer = aws.call(
            self._client.get_item,
            TableName=self._settings.orders_table,
            Key=erasures.key(customer_id),
            ConsistentRead=True,
        )
        return "Item" in answer

    def erase(self, customer_id: str) -> dict[str, int]:
        """Erase what this region has. A repetition finds nothing more.

        Addresses are removed page by page, so an attempt that Lambda's time limit ends has removed those of the pages
        that it read, and the next one removes the others.

        Returns:
            Deleted items of the cart, orders from which the person was removed, and all orders, which are kept.

        Raises:
            TransactionCancelled: another write was in the way; try again.
            Unavailable: DynamoDB does not answer or is busy.
        """
        cart = [item["bookId"] for item in self._items(self._settings.cart_table, customer_id, "bookId")]
        deleted = [key for key in cart if key != revocations.KEY]
        for key in deleted:
            aws.call(
                self._client.delete_item,
                TableName=self._settings.cart_table,
                Key=dynamo.dump({"customerId": customer_id, "bookId": key}),
            )
        addresses = orders = 0
        for item in self._items(self._settings.orders_table, customer_id, "orderId", *PERSON):
            if "#" in item["orderId"]:
                continue
            orders += 1
            if any(name in item for name in PERSON):
                self.remove_person(customer_id, item["orderId"])
                addresses += 1
        return {"cart": len(deleted), "addresses": addresses, "orders": orders}

    def remove_person(self, customer_id: str, order_id: str) -> None:
        """Remove the person from an order, if the order exists."""
        try:
            aws.call(
                self._client.update_item,
                TableName=self._settings.orders_table,
                Key=dynamo.dump({"customerId": customer_id, "orderId": order_id}),
                UpdateExpression=f"REMOVE {', '.join(PERSON)}",
                ConditionExpression="attribute_exists(orderId)",
            )
        except ConditionFailed:
            return

    def pending(self) -> Iterator[str]:
        """Yield the user ids of recent requests."""
        for request in erasures.pending(self._client, self._settings):
            yield request["customerId"]

    def _items(self, table: str, customer_id: str, *attributes: str) -> Iterator[Item]:
        return dynamo.items(
            self._client.query,
            TableName=table,
            KeyConditionExpression="customerId = :customer",
            ExpressionAttributeValues=dynamo.dump({":customer": customer_id}),
            ProjectionExpression=", ".join(attributes),
            ConsistentRead=True,
        )
