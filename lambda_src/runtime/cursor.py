"""Cursors: where a page ended, as text that callers hand back without looking into it.

A cursor is a hint and no authority: whatever it says, a query stays inside the category or the shopper that
the request itself names. So it is not signed, only read strictly.
"""

import base64
import binascii
import json
from collections.abc import Mapping

from runtime.errors import BadRequest

MAX_LENGTH = 1024


def encode(position: Mapping[str, str]) -> str:
    """`position` as URL-safe text."""
    raw = json.dumps(position, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decode(text: str, names: set[str]) -> dict[str, str]:
    """The position in `text`: exactly these names, all of them text, written as `encode` writes it.

    Raises:
        BadRequest: this shop gave no such cursor.
    """
    position = _loads(text) if 0 < len(text) <= MAX_LENGTH else None
    if not isinstance(position, dict) or position.keys() != names:
        raise invalid()
    if not all(isinstance(value, str) for value in position.values()) or not _canonical(position, text):
        raise invalid()
    return position


def invalid() -> BadRequest:
    """The error for a cursor that does not belong to the query it came with."""
    return BadRequest("cursor must be the nextCursor of the page before, of the same query.")


def _loads(text: str) -> object:
    try:
        return json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        return None


def _canonical(position: Mapping[str, str], text: str) -> bool:
    try:
        return encode(position) == text
    except UnicodeEncodeError:
        return False
