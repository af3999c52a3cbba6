"""Writes of the stock function: holds that are released, orders that are held, copies that move."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from runtime import aws, clock, dynamo
from runtime.dynamo import Item
from runtime.errors import ConditionFailed, TransactionCancelled
from runtime.settings import Settings
from shop import order_keys, stock, sweep
from shop.holds import SWEEP_SHARDS, release_writes
from shop.placed_orders import Order, OrderState, event_item, states
from shop.stock import Shares
from stock.rules import Balance

_PAGE = 100


class StockStore:
    """The Orders and Stock tables of one region."""

    def __init__(self, client: Any, settings: Settings) -> None:
        self._client = client
        self._settings = settings

    def order(self, customer_id: str, order_id: str) -> OrderState | None:
        """Return an order with its later events, or `None`."""
        return next(
            iter(states(self._query(customer_id, "orderId", order_id, order_id + order_keys.AFTER_ALL))), None
        )

    def orders_between(self, customer_id: str, first: str, last: str) -> list[OrderState]:
        """Return a shopper's orders that were placed between two times, with their later events."""
        items = self._query(
            customer_id, "createdAt", first, last + order_keys.AFTER_ALL, IndexName="customer-createdAt"
        )
        return states(items)

    def _query(self, customer_id: str, key: str, first: str, last: str, **index: str) -> Iterator[Item]:
        return dynamo.items(
            self._client.query,
            TableName=self._settings.orders_table,
            KeyConditionExpression=f"customerId = :customer AND {key} BETWEEN :first AND :last",
            ExpressionAttributeValues=dynamo.dump({":customer": customer_id, ":first": first, ":last": last}),
            ConsistentRead=True,
            **index,
        )

    def sort_events(self, customer_id: str, order_id: str) -> None:
        """Move an order's later events directly behind it in the index by time.

        Two regions may have placed it at different times before they knew of each other. Events that were written until
        replication settled which one stays may have the other one's time. Every region writes the same.

        Raises:
            Unavailable: DynamoDB does not answer or is busy.
        """
        items = list(self._query(customer_id, "orderId", order_id, order_id + order_keys.AFTER_ALL))
        for order in (state.order for state in states(items)):
            for item in items:
                place = event_item(order, item["orderId"], {})["createdAt"]
                if "createdAt" in item and item["createdAt"] != place:
                    aws.call(
                        self._client.update_item,
                        TableName=self._settings.orders_table,
                        Key=dynamo.dump({"customerId": customer_id, "orderId": item["orderId"]}),
                        UpdateExpression="SET createdAt = :place",
                        ExpressionAttributeValues=dynamo.dump({":place": place}),
                    )

    def release(self, customer_id: str, order_id: str) -> bool:
        """Release this region's hold of an order, if it has one that is not released.

        Returns:
            Whether copies were restored.

        Raises:
            Unavailable: DynamoDB does not answer or is busy, or another write was in the way; try again.
        """
        key = order_keys.stock_key(order_id, self._settings.region)
        answer = aws.call(
            self._client.get_item,
            TableName=self._settings.orders_table,
            Key=dynamo.dump({"customerId": customer_id, "orderId": key}),
            ConsistentRead=True,
        )
        hold = dynamo.load(answer.get("Item", {}))
        if hold.get("state") != "held":
            return False
        try:
            aws.call(self._client.transact_write_items, TransactItems=release_writes(hold, self._settings))
        except TransactionCancelled as lost:
            if "ConditionalCheckFailed" in lost.reasons:
                return False
            raise
        return True

    def hold(self, younger: Order, reason: str) -> None:
        """Write that an order waits for a decision. Every region writes the same item."""
        aws.call(
            self._client.put_item,
            TableName=self._settings.orders_table,
            Item=dynamo.dump(event_item(younger, order_keys.held_key(younger.order_id, reason), {})),
        )

    def write(self, book_id: str, shares: Shares, balance: Balance) -> None:
        """Write to this region's share of a book. A grant that the share no longer covers is skipped.

        A grant adds to the copies that `shares` has as given, and only once: the SDK sends a write again if its answer
        is lost.

        Raises:
            Unavailable: DynamoDB does not answer or is busy.
        """
        region = self._settings.region
        if balance.wanted is not None:
            self._update(
                book_id,
                "SET wanted = :wanted, wantedAt = :at, claimsSeen = :claims "
                "ADD spent :none, received :none, restored :none",
                {
                    ":wanted": balance.wanted,
                    ":at": clock.timestamp(clock.now()),
                    ":claims": balance.claims_seen,
                    ":none": 0,
                },
            )
        if balance.old_hours:
            names = {f"#h{number}": f"{stock.DEMAND}{hour}" for number, hour in enumerate(balance.old_hours)}
            self._update(book_id, f"REMOVE {', '.join(names)}", {}, names)
        for receiver, copies in balance.grants:
            self._update(
                book_id,
                "ADD spent :copies, #given :copies",
                {
                    ":copies": copies,
                    ":most": stock.limit(shares, region) - copies,
                    ":given": shares[region].given.get(receiver, 0),
                },
                {"#given": f"{stock.GIVEN}{receiver}"},
                "spent <= :most AND (#given = :given OR attribute_not_exists(#given))",
            )

    def _update(
        self,
        book_id: str,
        expression: str,
        values: Item,
        names: dict[str, str] | None = None,
        condition: str = "",
    ) -> None:
        try:
            aws.call(
                self._client.update_item,
                TableName=self._settings.stock_table,
                Key=dynamo.dump({"bookId": book_id, "region": self._settings.region}),
                UpdateExpression=expression,
                **({"ExpressionAttributeValues": dynamo.dump(values)} if values else {}),
                **({"ExpressionAttributeNames": names} if names else {}),
                **({"ConditionExpression": condition} if condition else {}),
            )
        except (ConditionFailed, TransactionCancelled):
            return  # The share has changed. Its next event balances it again.

    def due_holds(self, moment: datetime) -> Iterator[Item]:
        """Yield this region's holds that the sweep must check."""
        for shard in range(SWEEP_SHARDS):
            yield from dynamo.items(
                self._client.query,
                TableName=self._settings.orders_table,
                IndexName="sweep",
                KeyConditionExpression="sweep = :shard AND sweepAt <= :now",
                ExpressionAttributeValues=dynamo.dump(
                    {":shard": f"{self._settings.region}#{shard}", ":now": clock.timestamp(moment)}
                ),
                Limit=_PAGE,
            )

    def remove_from_sweep(self, hold: Item) -> None:
        """Remove a hold from the sweep's index, unless it is being released, which removes it as well."""
        key = dynamo.dump({"customerId": hold["customerId"], "orderId": hold["orderId"]})
        sweep.remove(self._client, self._settings, key)
