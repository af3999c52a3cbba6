"""Reads of the Books table by category and rating."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from typing import Any

from catalog.models import Position
from runtime import aws, dynamo
from runtime.dynamo import Item

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
