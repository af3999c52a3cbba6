"""The cart's rules, pure: what a change makes of a line, and what a cart looks like."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from runtime import uuids
from runtime.dynamo import Item
from runtime.errors import BadRequest, CartLimit
from shop import lines as cart_lines
from shop.books import present
from shop.lines import MAX_LINES, MAX_QUANTITY, Line

EMPTY_CART_CURRENCY = "EUR"

_CHECKOUTS = "5d0f4a0e-6f6c-5c0b-9a53-7b1f6a1c9e11"


def added(lines: Mapping[str, Line], book_id: str, quantity: int, moment: datetime) -> Line:
    """The line after `quantity` more of a book.

    Raises:
        CartLimit: there would be too many of it, or too many lines.
    """
    return _holding(lines, book_id, _held(lines, book_id, moment) + quantity, moment)


def put(lines: Mapping[str, Line], book_id: str, quantity: int, moment: datetime) -> Line | None:
    """The line once it holds `quantity`, whatever it held; `None` where it holds as many.

    Raises:
        CartLimit: there would be too many of it, or too many lines.
    """
    if _held(lines, book_id, moment) == quantity:
        return None
    return _holding(lines, book_id, quantity, moment)


def removed(lines: Mapping[str, Line], book_id: str, moment: datetime) -> Line | None:
    """The line once the book is out of the cart; `None` where it is not in it."""
    if not _held(lines, book_id, moment):
        return None
    return cart_lines.changed(lines[book_id], book_id, 0, moment)


def _held(lines: Mapping[str, Line], book_id: str, moment: datetime) -> int:
    return lines[book_id].held(moment) if book_id in lines else 0


def _holding(lines: Mapping[str, Line], book_id: str, quantity: int, moment: datetime) -> Line:
    if quantity > MAX_QUANTITY:
        raise CartLimit(f"A cart holds at most {MAX_QUANTITY} copies of a book.")
    others = (line for line in lines.values() if line.book_id != book_id)
    if len(cart_lines.live(others, moment)) >= MAX_LINES:
        raise full()
    return cart_lines.changed(lines.get(book_id), book_id, quantity, moment)


def full() -> CartLimit:
    """The error for one book too many."""
    return CartLimit(f"A cart holds at most {MAX_LINES} different books.")


def require_one_currency(items: Iterable[Item]) -> None:
    """Refuse books that no one total can stand for.

    Raises:
        BadRequest: their prices are in several currencies.
    """
    if len({item["currency"] for item in items}) > 1:
        raise BadRequest("The cart's books are sold in another currency; order them first.")


def checkout_key(customer_id: str, shown: Iterable[Line]) -> str:
    """The key under which exactly this cart is ordered: the same for every device that looks at it, in any
    region.
    """
    parts = sorted(f"{line.book_id}\n{line.quantity}\n{line.changed_at}" for line in shown)
    return uuids.name_based(_CHECKOUTS, "\n\n".join((customer_id, *parts)))


def view(
    customer_id: str,
    lines: Iterable[Line],
    books: Mapping[str, Item],
    moment: datetime,
    only: str | None = None,
) -> dict[str, Any]:
    """The cart as the contract shows it, or its one line of the book `only`.

    Left out are lines whose book the shop no longer sells, lines in another currency than the oldest (a
    book's currency changed under them), and lines beyond the most a cart may hold (two regions' additions
    met).
    """
    shown = cart_lines.live(lines, moment)
    sellable = [line for line in shown if line.book_id in books]
    currency = books[sellable[0].book_id]["currency"] if sellable else EMPTY_CART_CURRENCY
    items = [
        _priced(line, books[line.book_id])
        for line in sellable[:MAX_LINES]
        if books[line.book_id]["currency"] == currency and only in (None, line.book_id)
    ]
    return {
        "items": items,
        "total": sum(item["lineTotal"] for item in items),
        "currency": currency,
        "checkoutKey": checkout_key(customer_id, shown),
    }


def _priced(line: Line, book: Item) -> dict[str, Any]:
    return {
        "bookId": line.book_id,
        "quantity": line.quantity,
        "unitPrice": book["price"],
        "lineTotal": book["price"] * line.quantity,
        "book": present(book),
    }
