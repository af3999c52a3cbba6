"""Decides whether an HTTP response is an answer of the bookstore: only one that fits the contract is."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from client.errors import Attempt, Json

PROBLEM_TYPE = "urn:bookstore:problem:"
MAX_BYTES = 8 * 1024 * 1024
"""Largest accepted body; the largest page of the contract is far smaller."""

RETRY_ELSEWHERE = frozenset({429, 500, 502, 503, 504})
"""Statuses of the contract after which another region may succeed."""


@dataclass(frozen=True)
class Expected:
    """Success of an operation as the contract defines it: status and required fields. No fields: no body."""

    status: int
    fields: frozenset[str] = frozenset()


PAGE = frozenset({"items", "nextCursor"})
BOOK_FIELDS = "id title author category description price currency rating ratingsCount publishedYear language"
CART = Expected(200, frozenset({"items", "total", "currency", "checkoutKey"}))
ORDER_FIELDS = frozenset(
    ["orderId", "items", "total", "currency", "createdAt", "region", "status", "overlaps", "cancellableUntil"]
)

EXPECTED = {
    "listBooks": Expected(200, PAGE),
    "getBook": Expected(200, frozenset(f"{BOOK_FIELDS} cover stock".split())),
    "listCategories": Expected(200, frozenset({"items"})),
    "listBestsellers": Expected(200, frozenset({"items", "asOf", "stale"})),
    "getCart": CART,
    "addToCart": CART,
    "setCartLine": CART,
    "removeCartLine": Expected(204),
    "placeOrder": Expected(201, ORDER_FIELDS),
    "listOrders": Expected(200, PAGE),
    "getOrder": Expected(200, ORDER_FIELDS),
    "cancelOrder": Expected(200, ORDER_FIELDS),
    "confirmOrder": Expected(200, ORDER_FIELDS),
}
"""By operationId. `tests/unit/client/test_replies.py` compares this table with the contract."""


@dataclass(frozen=True, slots=True)
class Raw:
    """An HTTP response that was read completely. Header names are in lower case."""

    status: int
    headers: dict[str, str]
    content: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """A successful answer.

    Attributes:
        body: JSON of the contract; empty for an answer without a body.
        region: region that answered.
        attempts: all attempts in their order; the last one succeeded.
    """

    body: Json
    region: str
    attempts: Sequence[Attempt]


def success(raw: Raw, expected: Expected) -> Json | None:
    """Return the body of a successful answer, `None` for anything else."""
    if raw.status != expected.status or not raw.headers.get("x-region"):
        return None
    if not expected.fields:
        return {} if not raw.content else None
    body = _json_object(raw, "application/json")
    return body if body is not None and expected.fields <= body.keys() else None


def problem(raw: Raw) -> Json | None:
    """Return the problem details of a refusal by the bookstore, `None` for anything else."""
    if raw.status < 400 or not raw.headers.get("x-region"):
        return None
    body = _json_object(raw, "application/problem+json")
    if body is None or body.get("status") != raw.status or not isinstance(body.get("title"), str):
        return None
    return body if str(body.get("type", "")).startswith(PROBLEM_TYPE) else None


def retry_after(raw: Raw) -> int | None:
    """Return the seconds of `retry-after`, `None` without them. The bookstore sends no dates."""
    value = raw.headers.get("retry-after", "").strip()
    return int(value) if re.fullmatch(r"[0-9]{1,9}", value) else None


def certainly_not_processed(raw: Raw) -> bool:
    """Whether API Gateway refused the request before it called a function.

    It answers 403 for a domain without a mapping and 429 when it throttles.
    """
    refused = problem(raw)
    if raw.status == 403:
        return refused is None or refused["type"] == f"{PROBLEM_TYPE}forbidden"
    return raw.status == 429 and refused is not None and refused["type"] == f"{PROBLEM_TYPE}too-many-requests"


def _json_object(raw: Raw, media_type: str) -> dict[str, Any] | None:
    if raw.headers.get("content-type", "").partition(";")[0].strip().lower() != media_type:
        return None
    try:
        body = json.loads(raw.content)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None
