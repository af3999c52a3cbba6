"""Reads of the Stock table: one row for each book and region."""

from collections.abc import Iterable, Mapping
from typing import Any

from runtime import aws, dynamo
from runtime.dynamo import Item, Keys
from shop.stock import Share, Shares, by_book

REGISTRY = {"bookId": "_regions", "region": "_"}
"""Key of the item with the names of all regions that may have a row. Operators' commands write it."""


class StockRows:
    """Stock rows of all regions, as one region's table has them.

    The names of the regions come from the table and not from the function's environment, so that adding a region
    changes no other region. They are read once, and then refreshed by every read of rows.
    """

    def __init__(self, client: Any, table: str, region: str) -> None:
        self._client = client
        self._regions: tuple[str, ...] | None = None
        self.table = table
        self.region = region

    def keys(self, book_ids: Iterable[str], *, consistent: bool = False) -> Keys:
        """Return the keys of these books' rows, to read together with other items.

        Raises:
            Unavailable: DynamoDB does not answer or is busy.
        """
        ids = list(book_ids)
        if not ids:
            return Keys(self.table, [])
        self.learn_regions()
        keys = [{"bookId": book_id, "region": region} for book_id in ids for region in self._regions or ()]
        return Keys(self.table, [REGISTRY, *keys], consistent)

    def learn_regions(self) -> None:
        """Read the names of the regions, if they are not known yet.

        Raises:
            Unavailable: DynamoDB does not answer or is busy.
        """
        if self._regions is None:
            answer = aws.call(self._client.get_item, TableName=self.table, Key=dynamo.dump(REGISTRY))
            self._learn(dynamo.load(answer.get("Item", {})))

    def shares(self, items: Iterable[Item]) -> dict[str, dict[str, Share]]:
        """Return shares by region, by book, of the items that were read by `keys`.

        Rows of a region that was removed since `keys` are left out: it must not be given copies.
        """
        rows = []
        for item in items:
            if item["bookId"] == REGISTRY["bookId"]:
                self._learn(item)
            else:
                rows.append(item)
        return by_book(row for row in rows if row["region"] in (self._regions or ()))

    def of_book(self, book_id: str) -> Shares:
        """Return the shares of one book, from a consistent read."""
        keys = self.keys([book_id], consistent=True)
        return self.shares(dynamo.batch_get(self._client, keys)[self.table]).get(book_id, {})

    def _learn(self, registry: Mapping[str, Any]) -> None:
        self._regions = tuple(sorted({*registry.get("names", ()), self.region}))
