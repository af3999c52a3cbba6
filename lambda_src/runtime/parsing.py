"""Strict validation of request input. API Gateway validates too, but a direct invocation bypasses it."""

import base64
import binascii
import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from runtime.errors import BadRequest, TooLarge, UnsupportedMediaType

MAX_BODY_BYTES = 64 * 1024
"""The largest useful body, an order of 49 items, is about 8 KB."""

BOOK_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_NUMBER = re.compile(r"[0-9]{1,9}")


def json_object(headers: Mapping[str, str], body: str | None, is_base64: bool) -> dict[str, Any]:
    """Parse a request body as a JSON object. Header names must be in lower case.

    Raises:
        UnsupportedMediaType: the content type is not application/json.
        TooLarge: the body exceeds `MAX_BODY_BYTES`.
        BadRequest: the body is not a JSON object, or repeats a name.
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
        raise TooLarge(f"A body may have at most {MAX_BODY_BYTES} bytes.")
    try:
        raw = base64.b64decode(body, validate=True) if is_base64 else body.encode()
        text = raw.decode()
    except (binascii.Error, UnicodeError, ValueError):
        raise BadRequest("The body must be UTF-8 text.") from None
    if len(raw) > MAX_BODY_BYTES:
        raise TooLarge(f"A body may have at most {MAX_BODY_BYTES} bytes.")
    return text


def _loads(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise BadRequest("The body must be JSON, and an object must not repeat a name.") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse repeated names, because parsers disagree on which value counts."""
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("A name is repeated.")
    return value


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON.")


def fields(
    value: Any, names: set[str], where: str = "The body", *, optional: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Return `value` if it is an object with the `names`, and no others but the `optional` ones.

    Raises:
        BadRequest: it is not an object, a name is missing, or there is an unknown name.
    """
    if not isinstance(value, dict):
        raise BadRequest(f"{where} must be an object.")
    if missing := sorted(names - value.keys()):
        raise BadRequest(f"{where} lacks {', '.join(missing)}.")
    if value.keys() - names - optional:
        raise BadRequest(f"{where} may only contain {', '.join(sorted(names | optional))}.")
    return value


def integer(value: Any, name: str, lowest: int, highest: int) -> int:
    """Return `value` if it is an integer in the range.

    `true` and `1.0` are refused, as in JSON Schema draft 4, which API Gateway uses.

    Raises:
        BadRequest: it is not such an integer.
    """
    if type(value) is not int or not lowest <= value <= highest:
        raise BadRequest(f"{name} must be an integer from {lowest} to {highest}.")
    return value


def query_integer(value: str | None, name: str, lowest: int, highest: int, default: int) -> int:
    """Parse an integer of the query string; `default` if the parameter is absent.

    Raises:
        BadRequest: it is not an integer in the range.
    """
    if value is None:
        return default
    return integer(int(value) if _NUMBER.fullmatch(value) else None, name, lowest, highest)


def query_choice(value: str | None, name: str, choices: Collection[str]) -> str | None:
    """Parse a parameter of the query string that must be one of `choices`; `None` if it is absent.

    Raises:
        BadRequest: it is not one of them.
    """
    if value is not None and value not in choices:
        raise BadRequest(f"{name} must be one of {', '.join(choices)}.")
    return value


def text(value: str, name: str) -> str:
    """Return `value` if it is valid Unicode without unpaired surrogates.

    Raises:
        BadRequest: it is not valid Unicode.
    """
    try:
        value.encode()
    except UnicodeEncodeError:
        raise BadRequest(f"{name} must be Unicode text.") from None
    return value


def book_id(value: Any) -> str:
    """Return `value` if it has the form of a book id.

    Raises:
        BadRequest: it has another form.
    """
    if not isinstance(value, str) or not BOOK_ID.fullmatch(value):
        raise BadRequest("bookId must be 1 to 64 letters, digits, dots, underscores or hyphens.")
    return value


def uuid_text(value: Any, name: str) -> str:
    """Return the UUID `value` in lower case: case does not matter (RFC 9562, section 4).

    Raises:
        BadRequest: it is not a UUID.
    """
    if not isinstance(value, str) or not UUID.fullmatch(value):
        raise BadRequest(f"{name} must be a UUID.")
    return value.lower()
