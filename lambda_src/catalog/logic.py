"""The catalog's rules."""

from typing import Any

from catalog.models import Position, plain_number
from catalog.store import Shelves
from shop.books import present


def list_books(shelves: Shelves, category: str | None, cursor: str | None, limit: int) -> dict[str, Any]:
    """A page as the contract's `BookPage`.

    One book more than asked for is read, so that a page which ends with the last book says so.

    Raises:
        BadRequest: the cursor is not this listing's.
    """
    after = None if cursor is None else Position.from_cursor(cursor, category)
    items = shelves.page(category, after, limit + 1)
    shown = items[:limit]
    more = len(items) > limit
    last = Position(plain_number(shown[-1]["rating"]), shown[-1]["id"]).to_cursor(category) if more else None
    return {"items": [present(item) for item in shown], "nextCursor": last}
