"""The cart as the contract presents it. Pure: the cart shows it, and checkout shows it when the cart has changed."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from runtime import uuids
from runtime.dynamo import Item
from shop import lines as cart_lines
from shop.books import present
from shop.lines import MAX_LINES, Line

EMPTY_CART_CURRENCY = "EUR"

_CHECKOUTS = "5d0f4a0e-6f6c-5c0b-9a53-7b1f6a1c9e11"


def checkout_key(customer_id: str, shown: Iterable[Line]) -> str:
    """Return the idempotency key for ordering exactly these lines, the same on every device and in every region."""
    parts = sorted(f"{line.book_id}\n{line.quantity}\n{line.changed_at}" for line in shown)
    return uuids.name_based(_CHECKOUTS, "\n\n".join((customer_id, *parts)))


def view(
    customer_id: str,
    lines: Iterable[Line],
    books: Mapping[str, Item],
    moment: datetime,
    only: str | None = None,
) -> dict[str, Any]:
    """Return the contract's `Cart`, or only its line of one book.

    It omits lines of books that are no longer sold, lines in another currency than the oldest one (the book's
    currency has changed), and lines beyond the limit (additions in two regions have met).
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
        "version": line.version,
        "book": present(book),
    }
