"""Books as every domain reads them: by id, one or many, and as the contract shows them."""

from collections.abc import Iterable
from typing import Any

from runtime import aws, dynamo
from runtime.dynamo import Item


class Books:
    """Reads of the Books table by id."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def get(self, book_id: str) -> Item | None:
        """The book's item, or `None`."""
        key = dynamo.dump({"id": book_id})
        answer = aws.call(self._client.get_item, TableName=self._table, Key=key)
        return dynamo.load(answer["Item"]) if "Item" in answer else None

    def get_many(self, ids: Iterable[str]) -> dict[str, Item]:
        """Items by id; ids that no book bears are left out.

        Raises:
            Unavailable: DynamoDB is away or busy.
        """
        keys = [{"id": book_id} for book_id in sorted(set(ids))]
        return {item["id"]: item for item in dynamo.batch_get(self._client, self._table, keys)}


def present(item: Item) -> dict[str, Any]:
    """A book as the contract's `Book`: what the catalog does not know is null, a missing description
    empty.
    """
    return {
        "id": item["id"],
        "title": item["title"],
        "author": item["author"],
        "category": item["category"],
        "description": item.get("description") or "",
        "price": item["price"],
        "currency": item["currency"],
        "rating": item["rating"],
        "ratingsCount": item.get("ratingsCount", 0),
        "publishedYear": item.get("publishedYear"),
        "language": item.get("language"),
        "cover": item.get("cover"),
    }
