"""Export, deletion and sign-out of one shopper, in one region's tables."""

from collections.abc import Iterator
from itertools import groupby, islice
from typing import Any

from runtime import aws, clock, cursor, dynamo
from runtime.dynamo import Item
from runtime.errors import ConditionFailed, TransactionCancelled, Unauthorized, Unavailable
from runtime.identity import SignIn
from runtime.parsing import UUID
from runtime.settings import Settings
from shop import erasures, order_keys, revocations
from shop.placed_orders import states

PAGE = 100
"""Orders in one answer. Lambda's answers have at most 6 MB."""


class Accounts:
    """The accounts' part of the Orders and Cart tables."""

    def __init__(self, client: Any, settings: Settings) -> None:
        self._client = client
        self._settings = settings

    def export(self, sign_in: SignIn, cursor_text: str | None) -> dict[str, Any]:
        """Return the contract's `AccountExport`.

        Raises:
            BadRequest: the cursor belongs to another listing.
            Unavailable: DynamoDB does not answer or is busy.
        """
        moment = clock.now()
        groups = self._orders(sign_in.customer_id, _position(cursor_text))
        found = list(islice(groups, PAGE + 1))
        shown = [state for items in found[:PAGE] for state in states(items)]
        more = len(found) > PAGE
        return {
            "customerId": sign_in.customer_id,
            "email": sign_in.email,
            "cart": self._cart(sign_in.customer_id),
            "orders": [state.present(moment) for state in shown],
            "nextCursor": cursor.encode({"id": _order_of(found[PAGE - 1][0])}) if more else None,
        }

    def sign_out(self, sign_in: SignIn) -> None:
        """End all sign-ins of the shopper until now, unless this one has ended before.

        Raises:
            Unavailable: DynamoDB does not answer or is busy, or the account is being deleted; try again.
        """
        write = revocations.put_if_current(self._settings.cart_table, sign_in, clock.now())
        try:
            aws.call(self._client.put_item, **write)
        except ConditionFailed:
            return
        except TransactionCancelled as lost:
            raise _contested() from lost

    def delete(self, sign_in: SignIn) -> None:
        """Request the erasure of the shopper's data and end all sign-ins.

        Raises:
            Unauthorized: the sign-in has ended, and not by an earlier deletion.
            Unavailable: DynamoDB does not answer or is busy.
        """
        moment = clock.now()
        writes = [
            {"Put": revocations.put_if_current(self._settings.cart_table, sign_in, moment)},
            erasures.request_put(sign_in.customer_id, self._settings, moment),
        ]
        try:
            aws.call(self._client.transact_write_items, TransactItems=writes)
        except TransactionCancelled as lost:
            if self._is_requested(sign_in.customer_id):
                return
            if lost.reasons[0] == "ConditionalCheckFailed":
                raise Unauthorized("You have signed out; sign in again.") from lost
            raise _contested() from lost

    def _is_requested(self, customer_id: str) -> bool:
        answer = aws.call(
            self._client.get_item,
            TableName=self._settings.orders_table,
            Key=erasures.key(customer_id),
            ConsistentRead=True,
        )
        return "Item" in answer

    def _orders(self, customer_id: str, after: str) -> Iterator[list[Item]]:
        """Yield the items of each order whose id follows `after`."""
        items = dynamo.items(
            self._client.query,
            TableName=self._settings.orders_table,
            KeyConditionExpression="customerId = :customer AND orderId > :after",
            ExpressionAttributeValues=dynamo.dump(
                {":customer": customer_id, ":after": after + order_keys.AFTER_ALL}
            ),
            ConsistentRead=True,
        )
        for _, group in groupby(items, key=_order_of):
            yield list(group)

    def _cart(self, customer_id: str) -> list[dict[str, Any]]:
        items = dynamo.items(
            self._client.query,
            TableName=self._settings.cart_table,
            KeyConditionExpression="customerId = :customer AND bookId > :others",
            ExpressionAttributeValues=dynamo.dump(
                {":customer": customer_id, ":others": order_keys.AFTER_ALL}
            ),
            ConsistentRead=True,
        )
        return [{name: item[name] for name in ("bookId", "quantity", "changedAt")} for item in items]


def _contested() -> Unavailable:
    return Unavailable("The account is being changed; try again.")


def _order_of(item: Item) -> str:
    return order_keys.split_key(item["orderId"])[0]


def _position(cursor_text: str | None) -> str:
    """Return the id after which the page begins. Without a cursor it sorts before all orders."""
    if cursor_text is None:
        return ""
    order_id = cursor.decode(cursor_text, {"id"})["id"]
    if not UUID.fullmatch(order_id):
        raise cursor.invalid()
    return order_id
