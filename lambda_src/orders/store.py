"""The Orders table, and the transaction that places an order."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from itertools import groupby, islice
from typing import Any, NamedTuple

from orders.models import OrderRequest
from orders.rules import Placement, Seen
from runtime import aws, clock, dynamo
from runtime.dynamo import Item, Keys
from runtime.errors import ConditionFailed, TransactionCancelled
from runtime.settings import Settings
from shop import order_keys, stock
from shop.books import Books
from shop.carts import Carts, lines_of
from shop.holds import hold_item
from shop.placed_orders import Order, OrderState, event_item, states
from shop.stock_rows import StockRows

_TIME = len("2026-01-31T08:15:30.123Z")


class Found(NamedTuple):
    """Items that a request to order needs: the order with its id, whether it is cancelled, and the rest."""

    order: Order | None
    is_cancelled: bool
    seen: Seen


class Tables(NamedTuple):
    """The other tables that a checkout reads and writes."""

    carts: Carts
    books: Books
    rows: StockRows


class Orders:
    """One region's orders. Reads are consistent: a placed order is found at once."""

    def __init__(self, client: Any, settings: Settings) -> None:
        self._client = client
        self._settings = settings
        self._table = settings.orders_table

    def find(self, request: OrderRequest, tables: Tables) -> Found:
        """Read everything that a request to order needs, in one request for up to 100 items.

        Raises:
            Unauthorized: the sign-in has ended.
        """
        books = list(request.quantities)
        ids = (request.order_id, order_keys.cancelled_key(request.order_id))
        found = dynamo.batch_get(
            self._client,
            Keys(self._table, [{"customerId": request.customer_id, "orderId": each} for each in ids], True),
            tables.books.keys(books),
            tables.carts.keys(request.customer_id, books),
            tables.rows.keys(books, consistent=True),
        )
        items = {item["orderId"]: item for item in found[self._table]}
        seen = Seen(
            {item["id"]: item for item in found[tables.books.table]},
            lines_of(found[tables.carts.table], request.sign_in),
            tables.rows.shares(found[tables.rows.table]),
        )
        order = Order.from_item(items[ids[0]]) if ids[0] in items else None
        return Found(order, ids[1] in items, seen)

    def get(self, customer_id: str, order_id: str) -> OrderState | None:
        """Return a shopper's order with its later events, or `None`."""
        items = dynamo.items(
            self._client.query,
            TableName=self._table,
            KeyConditionExpression="customerId = :customer AND orderId BETWEEN :first AND :last",
            ExpressionAttributeValues=dynamo.dump(
                {":customer": customer_id, ":first": order_id, ":last": order_id + order_keys.AFTER_ALL}
            ),
            ConsistentRead=True,
        )
        return next(iter(states(items)), None)

    def newest(self, customer_id: str, after: tuple[str, str] | None, limit: int) -> list[OrderState]:
        """Return up to `limit` orders of a shopper, newest first, after the one with this time and id."""
        condition, values = "customerId = :customer", {":customer": customer_id}
        if after is not None:
            condition += " AND createdAt < :end"
            values[":end"] = after[0] + order_keys.AFTER_ALL
        items = dynamo.items(
            self._client.query,
            TableName=self._table,
            IndexName="customer-createdAt",
            KeyConditionExpression=condition,
            ExpressionAttributeValues=dynamo.dump(values),
            ScanIndexForward=False,
            ConsistentRead=True,
            # One more shows where the last order's events end; the order of `after` is read and left out.
            Limit=limit + (1 if after is None else 2),
        )
        states = (
            state
            for state in _by_time(items)
            if after is None or (state.order.created_at, state.order.order_id) < after
        )
        return list(islice(states, limit))

    def place(self, placement: Placement, carts: Carts) -> None:
        """Write the order, its stock and its changes to the cart, or nothing.

        Raises:
            TransactionCancelled: the order exists, or a line or the stock has changed; nothing was written.
            Unavailable: DynamoDB does not answer or is busy; the order may have been written.
        """
        order = placement.order
        new = [order.to_item()]
        if placement.spends:
            books = {spend.book_id: spend.quantity for spend in placement.spends}
            new.append(
                hold_item(order.customer_id, order.order_id, order.region, books, order.cancellable_until)
            )
        writes: list[dict[str, Any]] = [
            {
                "Put": {
                    "TableName": self._table,
                    "Item": dynamo.dump(item),
                    "ConditionExpression": "attribute_not_exists(orderId)",
                }
            }
            for item in new
        ]
        writes += (
            {"Put": carts.replacement(order.customer_id, settlement.seen, settlement.line)}
            for settlement in placement.settlements
        )
        writes += ({"Update": self._spend(order, *spend)} for spend in placement.spends)
        aws.call(self._client.transact_write_items, TransactItems=writes)

    def _spend(self, order: Order, book_id: str, quantity: int, limit: int) -> dict[str, Any]:
        hour = stock.hour_of(clock.parse(order.created_at))
        return {
            "TableName": self._settings.stock_table,
            "Key": dynamo.dump({"bookId": book_id, "region": order.region}),
            "UpdateExpression": "ADD spent :quantity, #demand :quantity",
            "ConditionExpression": "spent <= :most",
            "ExpressionAttributeNames": {"#demand": f"{stock.DEMAND}{hour}"},
            "ExpressionAttributeValues": dynamo.dump({":quantity": quantity, ":most": limit - quantity}),
        }

    def cancel(self, order: Order, moment: datetime) -> None:
        """Write the order's cancellation, if it is new. Its copies return by the Orders stream."""
        self._add_event(
            order,
            order_keys.cancelled_key(order.order_id),
            {"orderedAt": order.created_at, "books": order.quantities, "at": clock.timestamp(moment)},
        )

    def keep(self, order: Order, moment: datetime) -> None:
        """Write the decision to keep the order, if it is new."""
        self._add_event(order, order_keys.kept_key(order.order_id), {"at": clock.timestamp(moment)})

    def _add_event(self, order: Order, key: str, details: Item) -> None:
        item = event_item(order, key, {**details, "region": self._settings.region})
        try:
            aws.call(
                self._client.put_item,
                TableName=self._table,
                Item=dynamo.dump(item),
                ConditionExpression="attribute_not_exists(orderId)",
            )
        except ConditionFailed:
            return

    def request_copies(self, short: Iterable[tuple[str, int]], moment: datetime) -> None:
        """Record that shoppers ordered copies of which this region has too few, as (book, copies).

        Other regions find it in their stream of the Stock table and give copies. A book whose row another order is
        changing is skipped.

        Raises:
            Unavailable: DynamoDB does not answer or is busy.
        """
        for book_id, copies in short:
            with suppress(TransactionCancelled):
                aws.call(
                    self._client.update_item,
                    TableName=self._settings.stock_table,
                    Key=dynamo.dump({"bookId": book_id, "region": self._settings.region}),
                    UpdateExpression="ADD spent :none, received :none, restored :none, #demand :copies "
                    "SET wanted = :copies",
                    ExpressionAttributeNames={"#demand": f"{stock.DEMAND}{stock.hour_of(moment)}"},
                    ExpressionAttributeValues=dynamo.dump({":none": 0, ":copies": copies}),
                )


def _by_time(items: Iterable[Item]) -> Iterator[OrderState]:
    """Yield orders from items that are sorted by `createdAt`, newest first. Equal times are sorted by id."""
    for _, group in groupby(items, key=lambda item: item["createdAt"][:_TIME]):
        yield from sorted(states(group), key=lambda state: state.order.order_id, reverse=True)
