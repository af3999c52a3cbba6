"""Rules of cart changes as pure functions."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from runtime.dynamo import Item
from runtime.errors import BadRequest, CartLimit
from shop import lines as cart_lines
from shop.lines import MAX_LINES, MAX_QUANTITY, Line


def added(
    lines: Mapping[str, Line], book_id: str, quantity: int, moment: datetime, key: str | None = None
) -> Line | None:
    """Return the line after an addition; `None` if it already contains the addition with this idempotency key.

    Raises:
        CartLimit: the line would have too many copies, or the cart too many lines.
    """
    if key is not None and book_id in lines and key in lines[book_id].merged:
        return None
    return _holding(lines, book_id, _held(lines, book_id, moment) + quantity, moment, key)


def put(lines: Mapping[str, Line], book_id: str, quantity: int, moment: datetime) -> Line | None:
    """Return the line with exactly `quantity` copies; `None` if it has as many.

    Raises:
        CartLimit: the line would have too many copies, or the cart too many lines.
    """
    if _held(lines, book_id, moment) == quantity:
        return None
    return _holding(lines, book_id, quantity, moment)


def removed(lines: Mapping[str, Line], book_id: str, moment: datetime) -> Line | None:
    """Return the emptied line; `None` if the book is not in the cart."""
    if not _held(lines, book_id, moment):
        return None
    return cart_lines.changed(lines[book_id], book_id, 0, moment)


def _held(lines: Mapping[str, Line], book_id: str, moment: datetime) -> int:
    return lines[book_id].held(moment) if book_id in lines else 0


def _holding(
    lines: Mapping[str, Line], book_id: str, quantity: int, moment: datetime, key: str | None = None
) -> Line:
    if quantity > MAX_QUANTITY:
        raise CartLimit(f"A cart may have at most {MAX_QUANTITY} copies of a book.")
    others = (line for line in lines.values() if line.book_id != book_id)
    if len(cart_lines.live(others, moment)) >= MAX_LINES:
        raise full()
    return cart_lines.changed(lines.get(book_id), book_id, quantity, moment, key)


def full() -> CartLimit:
    """Error for too many different books."""
    return CartLimit(f"A cart may have at most {MAX_LINES} different books.")


def require_one_currency(items: Iterable[Item]) -> None:
    """Check that the books have a common currency.

    Raises:
        BadRequest: their prices are in several currencies.
    """
    if len({item["currency"] for item in items}) > 1:
        raise BadRequest("The cart's books are sold in another currency; order them first.")
