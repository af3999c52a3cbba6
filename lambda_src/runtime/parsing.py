"""Strict reading of what a caller sent. API Gateway checks the contract too; a direct call may not have met
it.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import Any

from runtime.errors import BadRequest, TooLarge, UnsupportedMediaType

MAX_BODY_BYTES = 64 * 1024
"""The largest sensible body, 50 ordered items, is about 6 KB."""

BOOK_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_NUMBER = re.compile(r"[0-9]{1,9}")


def json_object(headers: Mapping[str, str], body: str | None, is_base64: bool) -> dict[str, Any]:
    """The JSON object in a request's body; header names in lower case.

    Raises:
        UnsupportedMediaType, TooLarge, BadRequest: it is not one.
    """
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise UnsupportedMediaType("Send the body as application/json.")
    value = _loads(_text(body or "", is_base64))
    if not isinstance(value, dict):
        raise BadRequest("The body must be a JSON object.")
    return value


def _text(body: str, is_base64: bool) -> str:
    if len(body) > 2 * MAX_BODY_BYTES:
        raise TooLarge(f"A body holds at most {MAX_BODY_BYTES} bytes.")
    try:
        raw = base64.b64decode(body, validate=True) if is_base64 else body.encode()
        text = raw.decode()
    except (binascii.Error, UnicodeError, ValueError):
        raise BadRequest("The body must be UTF-8 text.") from None
    if len(raw) > MAX_BODY_BYTES:
        raise TooLarge(f"A body holds at most {MAX_BODY_BYTES} bytes.")
    return text


def _loads(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise BadRequest("The body must be JSON, each name once in its object.") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Parsers disagree on which of two equal names counts, so none does."""
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("A name occurs twice.")
    return value


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON.")


def fields(value: Any, names: set[str], where: str = "The body") -> dict[str, Any]:
    """`value`, an object of exactly these names; what the shop did not ask for it does not take.

    Raises:
        BadRequest: a name is missing or too many, or it is no object.
    """
    if not isinstance(value, dict):
        raise BadRequest(f"{where} must be an object.")
    if missing := sorted(names - value.keys()):
        raise BadRequest(f"{where} lacks {', '.join(missing)}.")
    if value.keys() - names:
        raise BadRequest(f"{where} holds more than {', '.join(sorted(names))}.")
    return value


def integer(value: Any, name: str, lowest: int, highest: int) -> int:
    """`value`, an integer in range. `true` and `1.0` are none: JSON Schema draft 4, which API Gateway speaks.

    Raises:
        BadRequest: it is not.
    """
    if type(value) is not int or not lowest <= value <= highest:
        raise BadRequest(f"{name} must be an integer from {lowest} to {highest}.")
    return value


def query_integer(value: str | None, name: str, lowest: int, highest: int, default: int) -> int:
    """An integer of the query string, `default` where it is absent.

    Raises:
        BadRequest: it is no such integer.
    """
    if value is None:
        return default
    return integer(int(value) if _NUMBER.fullmatch(value) else None, name, lowest, highest)


def text(value: str, name: str) -> str:
    """`value`, if it is text that can be stored: no half of a surrogate pair.

    Raises:
        BadRequest: it is not.
    """
    try:
        value.encode()
    except UnicodeEncodeError:
        raise BadRequest(f"{name} must be Unicode text.") from None
    return value


def book_id(value: Any) -> str:
    """`value`, a book's id.

    Raises:
        BadRequest: it cannot be one.
    """
    if not isinstance(value, str) or not BOOK_ID.fullmatch(value):
        raise BadRequest("bookId must be 1 to 64 letters, digits, dots, underscores or hyphens.")
    return value


def uuid_text(value: Any, name: str) -> str:
    """`value`, a UUID, in lower case: the same UUID in another case is the same UUID (RFC 9562, section 4).

    Raises:
        BadRequest: it is none.
    """
    if not isinstance(value, str) or not UUID.fullmatch(value):
        raise BadRequest(f"{name} must be a UUID.")
    return value.lower()
