"""Pages of books."""

from typing import Any

from shop.books import Books, present
from shop.shelves import Position, Shelves, plain_number


def list_books(
    shelves: Shelves, books: Books, category: str | None, cursor: str | None, limit: int
) -> dict[str, Any]:
    """Return a page as the contract's `BookPage`.

    It reads one book more than `limit`, to know whether another page follows.

    Raises:
        BadRequest: the cursor belongs to another listing.
    """
    after = None if cursor is None else Position.from_cursor(cursor, category)
    items = shelves.page(category, after, limit + 1)
    shown = items[:limit]
    more = len(items) > limit
    last = Position(plain_number(shown[-1]["rating"]), shown[-1]["id"]).to_cursor(category) if more else None
    return {"items": [present(item) for item in books.with_stock(shown)], "nextCursor": last}
