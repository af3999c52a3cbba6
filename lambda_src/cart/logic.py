"""Operations on a cart. Each change replaces one line, if it still is the version that was read."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from cart import rules
from runtime import clock
from runtime.backoff import attempts
from runtime.errors import ConditionFailed, Conflict, NotFound, TransactionCancelled, Unavailable
from runtime.identity import SignIn
from shop import lines as cart_lines
from shop.books import Books
from shop.cart_view import view
from shop.carts import Carts
from shop.lines import MAX_LINES, Line

_ATTEMPTS = 8

Change = Callable[[Mapping[str, Line], datetime], Line | None]
"""Takes all lines and returns the new version of one, or `None` if nothing changes."""


class Cart:
    """One shopper's cart in this region. Every operation raises `Unauthorized` if the sign-in has ended."""

    def __init__(self, sign_in: SignIn, carts: Carts, books: Books) -> None:
        self._sign_in = sign_in
        self._customer_id = sign_in.customer_id
        self._carts = carts
        self._books = books

    def show(self, only: str | None = None) -> dict[str, Any]:
        """Return the contract's `Cart`, or only its line of one book."""
        lines = self._carts.all(self._sign_in)
        self._delete_tombstones(lines)
        return self._view(lines, only)

    def add(self, book_id: str, quantity: int, key: str | None = None) -> dict[str, Any]:
        """Add copies of a book and return the cart. With an idempotency `key` a repetition adds nothing.

        Raises:
            NotFound: the book does not exist.
            BadRequest: its currency differs from the cart's.
            CartLimit: the cart would exceed a limit; it has not changed.
            Unavailable: other devices changed the line at every attempt.
        """
        return self._fill(book_id, lambda lines, moment: rules.added(lines, book_id, quantity, moment, key))

    def put(self, book_id: str, quantity: int) -> dict[str, Any]:
        """Set the number of copies of a book and return the cart. Raises the errors of `add`."""
        return self._fill(book_id, lambda lines, moment: rules.put(lines, book_id, quantity, moment))

    def remove(self, book_id: str) -> None:
        """Remove a book from the cart, if it is there.

        Raises:
            Unavailable: other devices changed the line at every attempt.
        """
        self._change(
            lambda: self._carts.some(self._sign_in, [book_id]),
            book_id,
            lambda lines, moment: rules.removed(lines, book_id, moment),
        )

    def _fill(self, book_id: str, change: Change) -> dict[str, Any]:
        def read() -> dict[str, Line]:
            lines = self._carts.all(self._sign_in)
            in_cart = (line.book_id for line in cart_lines.live(lines.values(), clock.now()))
            books = self._books.get_many([book_id, *in_cart])
            if book_id not in books:
                raise NotFound(f"The catalog has no book {book_id}.")
            rules.require_one_currency(books.values())
            return lines

        written = self._change(read, book_id, change)
        lines = self._carts.all(self._sign_in)
        if written and len(cart_lines.live(lines.values(), clock.now())) > MAX_LINES:
            self._withdraw(*written)
            raise rules.full()
        self._delete_tombstones(lines)
        return self._view(lines)

    def _delete_tombstones(self, lines: Mapping[str, Line]) -> None:
        with suppress(Unavailable):  # The answer does not need it. A later request tries again.
            self._carts.delete_tombstones(self._customer_id, lines.values(), clock.now())

    def _change(
        self, read: Callable[[], dict[str, Line]], book_id: str, change: Change
    ) -> tuple[Line | None, Line] | None:
        """Apply `change`; repeat it if another device changed the line. Returns the old and the new version."""
        for _ in attempts(_ATTEMPTS):
            lines = read()
            seen, line = lines.get(book_id), change(lines, clock.now())
            if line is None:
                return None
            try:
                self._carts.replace(self._customer_id, seen, line)
            except Conflict:
                continue
            return seen, line
        raise _contested()

    def _withdraw(self, seen: Line | None, written: Line) -> None:
        """Undo an addition that exceeded the limit together with simultaneous ones.

        Every addition that finds too many lines is undone, and the last writer sees all of them. So the cart never
        stays too full.
        """
        now = clock.now()
        before = cart_lines.changed(written, written.book_id, seen.held(now) if seen else 0, now)
        before = before._replace(merged=seen.merged if seen else ())
        for _ in attempts(_ATTEMPTS):
            try:
                self._carts.replace(self._customer_id, written, before)
            except TransactionCancelled:
                continue
            except ConditionFailed:
                pass  # Another device has changed the line since, and checks the limit itself.
            return
        raise _contested()

    def _view(self, lines: Mapping[str, Line], only: str | None = None) -> dict[str, Any]:
        now = clock.now()
        books = self._books.get_many(line.book_id for line in cart_lines.live(lines.values(), now))
        return view(self._customer_id, lines.values(), books, now, only)


def _contested() -> Unavailable:
    return Unavailable("Other devices are changing the cart; try again.")
