"""The Cart table: reads of lines, and the one way to write one."""

import os
from collections.abc import Iterable
from typing import Any

from runtime import aws, dynamo
from runtime.dynamo import Item
from runtime.errors import ConditionFailed, Unavailable
from shop.lines import Line


class Carts:
    """Reads and conditional writes of cart lines. Reads are consistent: a shopper sees what they just did."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self.table = table

    def all(self, customer_id: str) -> dict[str, Line]:
        """Every line of a shopper by book, the emptied ones included."""
        items = dynamo.items(
            self._client.query,
            TableName=self.table,
            KeyConditionExpression="customerId = :customer",
            ExpressionAttributeValues=dynamo.dump({":customer": customer_id}),
            ConsistentRead=True,
        )
        return {item["bookId"]: _line(item) for item in items}

    def some(self, customer_id: str, book_ids: Iterable[str]) -> dict[str, Line]:
        """A shopper's lines of these books, by book."""
        keys = [{"customerId": customer_id, "bookId": book_id} for book_id in book_ids]
        items = dynamo.batch_get(self._client, self.table, keys, consistent=True)
        return {item["bookId"]: _line(item) for item in items}

    def replace(self, customer_id: str, seen: Line | None, line: Line) -> None:
        """Write `line` over what was seen.

        When an answer is lost on its way, the SDK sends the write again, and that meets what the first has
        written. So each write bears a mark by which it knows itself: whoever adds copies must not add them
        twice. Where another write has covered the mark by then, nobody can tell.

        Raises:
            ConditionFailed: the line is no longer what was seen; this did not write.
            Unavailable: DynamoDB is away or busy, or the line has changed since this may have written.
        """
        write = self.replacement(customer_id, seen, line)
        mark = {"S": os.urandom(8).hex()}
        write["Item"]["write"] = mark
        try:
            aws.call(self._client.put_item, ReturnValuesOnConditionCheckFailure="ALL_OLD", **write)
        except ConditionFailed as failed:
            if failed.found.get("write") == mark:
                return
            if failed.resent:
                raise Unavailable("The cart may have changed; look at it before you ask again.") from failed
            raise

    def replacement(self, customer_id: str, seen: Line | None, line: Line) -> dict[str, Any]:
        """The write of `replace`, as PutItem and TransactWriteItems want it."""
        return {"TableName": self.table, "Item": dynamo.dump(_item(customer_id, line)), **_unchanged(seen)}


def _unchanged(seen: Line | None) -> dict[str, Any]:
    """The condition that a line still is what was seen, whole: replication from another region may bring a
    version that bears the same time.
    """
    if seen is None:
        return {"ConditionExpression": "attribute_not_exists(bookId)"}
    values: dict[str, Any] = {":changed": seen.changed_at, ":quantity": seen.quantity}
    condition = "changedAt = :changed AND quantity = :quantity AND "
    if seen.settled:
        condition += "settled = :settled"
        values[":settled"] = seen.settled
    else:
        condition += "attribute_not_exists(settled)"
    return {"ConditionExpression": condition, "ExpressionAttributeValues": dynamo.dump(values)}


def _item(customer_id: str, line: Line) -> Item:
    return {
        "customerId": customer_id,
        "bookId": line.book_id,
        "quantity": line.quantity,
        "changedAt": line.changed_at,
        "expiresAt": line.expires_at,
        **({"settled": line.settled} if line.settled else {}),
    }


def _line(item: Item) -> Line:
    return Line(
        item["bookId"],
        item["quantity"],
        item["changedAt"],
        tuple(item.get("settled", ())),
        item["expiresAt"],
    )
