"""Books by rating: the lists of all books and of each category, page by page."""

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple

from runtime import aws, cursor, dynamo
from runtime.dynamo import Item
from runtime.parsing import BOOK_ID

_RATING = re.compile(r"[0-5](\.[0-9]{1,37})?")


def plain_number(number: int | Decimal) -> str:
    """Format a number without an exponent."""
    return format(Decimal(number), "f")


class Position(NamedTuple):
    """The last book of a page: its rating, formatted as DynamoDB does, and its id."""

    rating: str
    book_id: str

    def to_cursor(self, category: str | None) -> str:
        """Encode this position in the list of `category`."""
        return cursor.encode({"category": category or "", "rating": self.rating, "id": self.book_id})

    @classmethod
    def from_cursor(cls, text: str, category: str | None) -> "Position":
        """Decode a cursor that `to_cursor` wrote for the same category.

        Raises:
            BadRequest: the cursor is invalid or belongs to another category.
        """
        parts = cursor.decode(text, {"category", "rating", "id"})
        if parts["category"] != (category or ""):
            raise cursor.invalid()
        if not _RATING.fullmatch(parts["rating"]) or not BOOK_ID.fullmatch(parts["id"]):
            raise cursor.invalid()
        return cls(parts["rating"], parts["id"])


_LISTING = "books"
"""Value of every book's attribute `listing`. Its index sorts the books of all categories."""


class Shelves:
    """Books by rating, of one category or of all."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def page(self, category: str | None, after: Position | None, limit: int) -> list[Item]:
        """Return up to `limit` books after a position, best rated first."""
        return list(islice(self._walk(category, after, limit), limit))

    def categories(self) -> list[Item]:
        """Return name and count of each category, as the catalog loader wrote them."""
        key = dynamo.dump({"id": "_categories"})
        answer = aws.call(self._client.get_item, TableName=self._table, Key=key)
        return list(dynamo.load(answer["Item"])["categories"]) if "Item" in answer else []

    def _walk(self, category: str | None, after: Position | None, limit: int) -> Iterator[Item]:
        name, key = ("listing", _LISTING) if category is None else ("category", category)
        start = {}
        if after is not None:
            position = {"id": after.book_id, "rating": Decimal(after.rating), name: key}
            start = {"ExclusiveStartKey": dynamo.dump(position)}
        return dynamo.items(
            self._client.query,
            TableName=self._table,
            IndexName=f"{name}-rating",
            KeyConditionExpression="#key = :key",
            ExpressionAttributeNames={"#key": name},
            ExpressionAttributeValues=dynamo.dump({":key": key}),
            ScanIndexForward=False,
            Limit=limit,
            **start,
        )
