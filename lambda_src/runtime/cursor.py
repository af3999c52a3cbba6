"""Pagination cursors: the end of a page as opaque text.

A cursor grants no access. The query takes its category or its shopper from the request, never from the cursor.
Cursors are therefore not signed, but they are parsed strictly.
"""

import base64
import binascii
import json
from collections.abc import Mapping

from runtime.errors import BadRequest

MAX_LENGTH = 1024


def encode(position: Mapping[str, str]) -> str:
    """Encode `position` as URL-safe text."""
    raw = json.dumps(position, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decode(text: str, names: set[str]) -> dict[str, str]:
    """Decode the text that `encode` writes for exactly these names.

    Raises:
        BadRequest: the text is not such a cursor.
    """
    position = _loads(text) if 0 < len(text) <= MAX_LENGTH else None
    if not isinstance(position, dict) or position.keys() != names:
        raise invalid()
    if not all(isinstance(value, str) for value in position.values()) or not _canonical(position, text):
        raise invalid()
    return position


def invalid() -> BadRequest:
    """Error for a cursor that belongs to another query."""
    return BadRequest("cursor must be the nextCursor of the previous page of the same query.")


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
