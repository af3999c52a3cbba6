"""The Cart table: lines, the revocation of sign-ins, and the counters that limit a shopper's orders."""

import os
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from runtime import aws, dynamo
from runtime.dynamo import Item, Keys
from runtime.errors import ConditionFailed, Conflict, TransactionCancelled, Unavailable
from runtime.identity import SignIn
from shop import lines as cart_lines
from shop import revocations
from shop.lines import Line
from shop.stock import hour_of

_MAX_DELETED = 100
"""Items of a transaction."""


class Carts:
    """Reads and conditional writes of cart lines.

    Reads are consistent: shoppers see their last change. Each read includes the revocation of sign-ins.
    """

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self.table = table

    def all(self, sign_in: SignIn) -> dict[str, Line]:
        """Return all lines of a shopper by book, including emptied ones.

        Book ids start with a letter or a digit. Other items start with `#`, which sorts before them; the last of
        them is the revocation.

        Raises:
            Unauthorized: the sign-in has ended.
        """
        items = dynamo.items(
            self._client.query,
            TableName=self.table,
            KeyConditionExpression="customerId = :customer AND bookId >= :first",
            ExpressionAttributeValues=dynamo.dump(
                {":customer": sign_in.customer_id, ":first": revocations.KEY}
            ),
            ConsistentRead=True,
        )
        return lines_of(items, sign_in)

    def keys(self, customer_id: str, book_ids: Iterable[str]) -> Keys:
        """Return the keys of a shopper's lines of these books and of the revocation."""
        keys = [{"customerId": customer_id, "bookId": each} for each in (revocations.KEY, *book_ids)]
        return Keys(self.table, keys, consistent=True)

    def some(self, sign_in: SignIn, book_ids: Iterable[str]) -> dict[str, Line]:
        """Return a shopper's lines of these books, by book.

        Raises:
            Unauthorized: the sign-in has ended.
        """
        keys = self.keys(sign_in.customer_id, book_ids)
        return lines_of(dynamo.batch_get(self._client, keys)[self.table], sign_in)

    def replace(self, customer_id: str, seen: Line | None, line: Line) -> None:
        """Replace the version `seen` by `line`.

        If an answer is lost, the SDK sends the write again, and the repetition finds what the first attempt has
        written. Each write therefore has a random mark, by which it recognizes itself. If another write has
        replaced the mark, the outcome is unknown.

        Raises:
            ConditionFailed: the line is another version; nothing was written.
            TransactionCancelled: a transaction is changing the line; nothing was written.
            Unavailable: DynamoDB does not answer or is busy, or the outcome is unknown.
        """
        write = self.replacement(customer_id, seen, line)
        mark = {"S": os.urandom(8).hex()}
        write["Item"]["write"] = mark
        try:
            aws.call(self._client.put_item, ReturnValuesOnConditionCheckFailure="ALL_OLD", **write)
        except Conflict as lost:
            if isinstance(lost, ConditionFailed) and lost.found.get("write") == mark:
                return
            if lost.resent:
                raise Unavailable("The cart may have changed; read it before you repeat this.") from lost
            raise

    def replacement(self, customer_id: str, seen: Line | None, line: Line) -> dict[str, Any]:
        """Return the parameters of PutItem, also in a transaction, for `replace`."""
        return {"TableName": self.table, "Item": dynamo.dump(_item(customer_id, line)), **_unchanged(seen)}

    def delete_tombstones(self, customer_id: str, lines: Iterable[Line], moment: datetime) -> None:
        """Delete tombstones beyond the limits, given all lines of the shopper.

        Raises:
            Unavailable: DynamoDB does not answer or is busy.
        """
        excess_tombstones = cart_lines.excess_tombstones(lines, moment)
        for start in range(0, len(excess_tombstones), _MAX_DELETED):
            self._delete(customer_id, excess_tombstones[start : start + _MAX_DELETED])

    def _delete(self, customer_id: str, lines: Sequence[Line]) -> None:
        """Delete lines, unless one of them has changed."""
        keys = (dynamo.dump({"customerId": customer_id, "bookId": line.book_id}) for line in lines)
        writes = [
            {"Delete": {"TableName": self.table, "Key": key, **_unchanged(line)}}
            for key, line in zip(keys, lines, strict=True)
        ]
        try:
            aws.call(self._client.transact_write_items, TransactItems=writes)
        except TransactionCancelled:
            return  # A later read tries again.

    def count_order(self, customer_id: str, region: str, moment: datetime, most: int) -> int | None:
        """Count an order of this hour, unless the shopper has placed `most` in this region.

        Returns the number of this order in the hour, or `None` if it is not counted.

        The counter's key has the region, so that no other region writes it.

        Raises:
            Unavailable: DynamoDB does not answer or is busy.
        """
        key = {"customerId": customer_id, "bookId": f"#orders#{region}#{hour_of(moment)}"}
        values = {":one": 1, ":most": most, ":end": int((moment + timedelta(hours=2)).timestamp())}
        try:
            answer = aws.call(
                self._client.update_item,
                TableName=self.table,
                Key=dynamo.dump(key),
                ReturnValues="UPDATED_NEW",
                UpdateExpression="ADD orders :one SET expiresAt = :end",
                ConditionExpression="attribute_not_exists(orders) OR orders < :most",
                ExpressionAttributeValues=dynamo.dump(values),
            )
        except ConditionFailed:
            return None
        return int(dynamo.load(answer["Attributes"])["orders"])


def lines_of(items: Iterable[Item], sign_in: SignIn) -> dict[str, Line]:
    """Read items of the Cart table: lines by book.

    Raises:
        Unauthorized: the sign-in has ended.
    """
    found = list(items)
    revocations.require_current(sign_in, found)
    return {item["bookId"]: _line(item) for item in found if item["bookId"] != revocations.KEY}


def _unchanged(seen: Line | None) -> dict[str, Any]:
    """Return the condition that a line is the version `seen`.

    It compares all attributes: replication may bring another version with the same time.
    """
    if seen is None:
        return {"ConditionExpression": "attribute_not_exists(bookId)"}
    values: dict[str, Any] = {":changed": seen.changed_at, ":quantity": seen.quantity}
    condition = "changedAt = :changed AND quantity = :quantity"
    for name, content in (("settled", seen.settled), ("merged", seen.merged)):
        condition += f" AND {name} = :{name}" if content else f" AND attribute_not_exists({name})"
        if content:
            values[f":{name}"] = content
    return {"ConditionExpression": condition, "ExpressionAttributeValues": dynamo.dump(values)}


def _item(customer_id: str, line: Line) -> Item:
    return {
        "customerId": customer_id,
        "bookId": line.book_id,
        "quantity": line.quantity,
        "changedAt": line.changed_at,
        "expiresAt": line.expires_at,
        **({"settled": line.settled} if line.settled else {}),
        **({"merged": line.merged} if line.merged else {}),
    }


def _line(item: Item) -> Line:
    return Line(
        item["bookId"],
        item["quantity"],
        item["changedAt"],
        tuple(item.get("settled", ())),
        item["expiresAt"],
        tuple(item.get("merged", ())),
    )
