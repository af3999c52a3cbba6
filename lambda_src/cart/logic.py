"""What a shopper does with a cart. Every change replaces one line, on condition that it is as it was read."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from cart import rules
from runtime import clock
from runtime.backoff import attempts
from runtime.errors import ConditionFailed, NotFound, Unavailable
from shop import lines as cart_lines
from shop.books import Books
from shop.carts import Carts
from shop.lines import MAX_LINES, Line

_ATTEMPTS = 8

Change = Callable[[Mapping[str, Line], datetime], Line | None]
"""From all lines to the new version of one, or `None` where nothing is to change."""


class Cart:
    """One shopper's cart in this region."""

    def __init__(self, customer_id: str, carts: Carts, books: Books) -> None:
        self._customer_id = customer_id
        self._carts = carts
        self._books = books

    def show(self, only: str | None = None) -> dict[str, Any]:
        """The cart as the contract's `Cart`, or its one line of the book `only`."""
        return self._view(self._carts.all(self._customer_id), only)

    def add(self, book_id: str, quantity: int) -> dict[str, Any]:
        """Put `quantity` more of a book into the cart and show it.

        Raises:
            NotFound: the shop has no such book.
            BadRequest: it is sold in another currency than the cart's books.
            CartLimit: the cart would hold too much; it is as it was.
            Unavailable: other devices won every race for the line.
        """
        return self._fill(book_id, lambda lines, moment: rules.added(lines, book_id, quantity, moment))

    def put(self, book_id: str, quantity: int) -> dict[str, Any]:
        """Let the cart hold exactly `quantity` of a book and show it; raises what `add` raises."""
        return self._fill(book_id, lambda lines, moment: rules.put(lines, book_id, quantity, moment))

    def remove(self, book_id: str) -> None:
        """Take a book out of the cart, if it is in it.

        Raises:
            Unavailable: other devices won every race for the line.
        """
        self._change(
            lambda: self._carts.some(self._customer_id, [book_id]),
            book_id,
            lambda lines, moment: rules.removed(lines, book_id, moment),
        )

    def _fill(self, book_id: str, change: Change) -> dict[str, Any]:
        def read() -> dict[str, Line]:
            lines = self._carts.all(self._customer_id)
            in_cart = (line.book_id for line in cart_lines.live(lines.values(), clock.now()))
            books = self._books.get_many([book_id, *in_cart])
            if book_id not in books:
                raise NotFound(f"The catalog has no book {book_id}.")
            rules.require_one_currency(books.values())
            return lines

        written = self._change(read, book_id, change)
        lines = self._carts.all(self._customer_id)
        if written and len(cart_lines.live(lines.values(), clock.now())) > MAX_LINES:
            self._withdraw(*written)
            raise rules.full()
        return self._view(lines)

    def _change(
        self, read: Callable[[], dict[str, Line]], book_id: str, change: Change
    ) -> tuple[Line | None, Line] | None:
        """Apply `change` until no other device comes between; the version before and the one after it."""
        for _ in attempts(_ATTEMPTS):
            lines = read()
            seen, line = lines.get(book_id), change(lines, clock.now())
            if line is None:
                return None
            try:
                self._carts.replace(self._customer_id, seen, line)
            except ConditionFailed:
                continue
            return seen, line
        raise Unavailable("The cart is being changed elsewhere; try again.")

    def _withdraw(self, seen: Line | None, written: Line) -> None:
        """Undo an addition that met others on the way: of several that together are too many, each one that
        sees too many steps back, and the last writer sees them all. So a cart never stays too full.
        """
        now = clock.now()
        before = cart_lines.changed(written, written.book_id, seen.held(now) if seen else 0, now)
        try:
            self._carts.replace(self._customer_id, written, before)
        except ConditionFailed:
            return  # Another device has taken the line in hand since, and checks the limit itself.

    def _view(self, lines: Mapping[str, Line], only: str | None = None) -> dict[str, Any]:
        now = clock.now()
        books = self._books.get_many(line.book_id for line in cart_lines.live(lines.values(), now))
        return rules.view(self._customer_id, lines.values(), books, now, only)
