"""Positions in the lists of books."""

import re
from decimal import Decimal
from typing import NamedTuple

from runtime import cursor
from runtime.parsing import BOOK_ID

_RATING = re.compile(r"[0-5](\.[0-9]{1,37})?")


def plain_number(number: int | Decimal) -> str:
    """Format a number without an exponent."""
    return format(Decimal(number), "f")


class Position(NamedTuple):
    """The last book of a page: its rating, formatted as DynamoDB does, and its id."""

    rating: str
    book_id: str

    def to_cursor(self, category: str | None) -> str:
        """Encode this position in the list of `category`."""
        return cursor.encode({"category": category or "", "rating": self.rating, "id": self.book_id})

    @classmethod
    def from_cursor(cls, text: str, category: str | None) -> "Position":
        """Decode a cursor that `to_cursor` wrote for the same category.

        Raises:
            BadRequest: the cursor is invalid or belongs to another category.
        """
        parts = cursor.decode(text, {"category", "rating", "id"})
        if parts["category"] != (category or ""):
            raise cursor.invalid()
        if not _RATING.fullmatch(parts["rating"]) or not BOOK_ID.fullmatch(parts["id"]):
            raise cursor.invalid()
        return cls(parts["rating"], parts["id"])
