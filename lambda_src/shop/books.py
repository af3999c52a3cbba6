"""Books with their stock, as all domains read them and as the contract presents them."""

from collections.abc import Iterable, Mapping
from typing import Any

from runtime import dynamo
from runtime.dynamo import Item, Keys
from shop import stock
from shop.stock import Shares
from shop.stock_rows import StockRows


class Books:
    """Reads books by id, together with the stock rows of all regions."""

    def __init__(self, client: Any, table: str, rows: StockRows) -> None:
        self._client = client
        self._rows = rows
        self.table = table

    def get(self, book_id: str) -> Item | None:
        """Return the book's item with `stock`, or `None`.

        Raises:
            Unavailable: DynamoDB does not answer or is busy.
        """
        return self.get_many([book_id]).get(book_id)

    def get_many(self, ids: Iterable[str]) -> dict[str, Item]:
        """Return items with `stock` by id. Ids without a book are left out.

        Raises:
            Unavailable: DynamoDB does not answer or is busy.
        """
        wanted = sorted(set(ids))
        found = dynamo.batch_get(self._client, self.keys(wanted), self._rows.keys(wanted))
        shares = self._rows.shares(found[self._rows.table])
        return {item["id"]: item for item in self.with_stock(found[self.table], shares)}

    def shares(self, ids: Iterable[str]) -> dict[str, Shares]:
        """Return the shares of the stock by region, by book. Without ids it only learns the names of the regions.

        Raises:
            Unavailable: DynamoDB does not answer or is busy.
        """
        self._rows.learn_regions()
        keys = self._rows.keys(ids)
        return dict(self._rows.shares(dynamo.batch_get(self._client, keys)[keys.table]))

    def with_stock(self, items: Iterable[Item], shares: Mapping[str, Shares]) -> list[Item]:
        """Return items of the Books table with `stock`."""
        region = self._rows.region
        return [{**item, "stock": stock.presented(shares.get(item["id"], {}), region)} for item in items]

    def keys(self, ids: Iterable[str]) -> Keys:
        """Return the keys of these books, to read together with other items."""
        return Keys(self.table, [{"id": book_id} for book_id in ids])


def present(item: Item) -> dict[str, Any]:
    """Return the contract's `Book`. Unknown details are null, an unknown description is empty."""
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
        "stock": item["stock"],
    }
