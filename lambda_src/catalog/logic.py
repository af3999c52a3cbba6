"""Pages of books."""

from collections import OrderedDict
from typing import Any

from runtime.dynamo import Item
from runtime.parallel import side_by_side
from shop.books import Books, present
from shop.shelves import Position, Shelves, plain_number
from shop.stock import Shares

REMEMBERED = 256
"""Pages whose ids are remembered."""

_Page = tuple[str | None, str | None, int]
"""Category, cursor and limit."""


class Listing:
    """Books by rating, page by page, with their stock.

    The rows of the stock have the ids of the books in their keys, so they could only be read after the page. Pages
    change rarely: the ids of a page are remembered, and their rows are read beside the page the next time. Rows of
    books that are new on the page are read afterwards.
    """

    def __init__(self, shelves: Shelves, books: Books) -> None:
        self._shelves = shelves
        self._books = books
        self._ids: OrderedDict[_Page, tuple[str, ...]] = OrderedDict()

    def page(self, category: str | None, cursor: str | None, limit: int) -> dict[str, Any]:
        """Return a page as the contract's `BookPage`.

        It reads one book more than `limit`, to know whether another page follows.

        Raises:
            BadRequest: the cursor belongs to another listing.
            Unavailable: DynamoDB does not answer or is busy.
        """
        after = None if cursor is None else Position.from_cursor(cursor, category)
        key = (category, cursor, limit)
        expected = self._ids.get(key, ())
        items, shares = side_by_side(
            lambda: self._shelves.page(category, after, limit + 1), lambda: self._books.shares(expected)
        )
        shown = items[:limit]
        self._remember(key, shown)
        last = None
        if len(items) > limit:
            last = Position(plain_number(shown[-1]["rating"]), shown[-1]["id"]).to_cursor(category)
        stocked = self._books.with_stock(shown, self._completed(shares, shown, expected))
        return {"items": [present(item) for item in stocked], "nextCursor": last}

    def _completed(
        self, shares: dict[str, Shares], shown: list[Item], expected: tuple[str, ...]
    ) -> dict[str, Shares]:
        missing = {item["id"] for item in shown}.difference(expected)
        return {**shares, **self._books.shares(sorted(missing))} if missing else shares

    def _remember(self, key: _Page, shown: list[Item]) -> None:
        self._ids[key] = tuple(item["id"] for item in shown)
        self._ids.move_to_end(key)
        if len(self._ids) > REMEMBERED:
            self._ids.popitem(last=False)
