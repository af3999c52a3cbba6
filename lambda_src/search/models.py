"""The query of a search, read strictly from the query string, and the cursor that continues it."""

import hashlib
import json
import re
from typing import NamedTuple

from runtime import cursor
from runtime.errors import BadRequest
from runtime.http import Request
from runtime.parsing import query_choice, query_integer

SORTS = ("relevance", "rating", "price", "-price", "newest", "title")
LONGEST_QUERY = 500
"""Characters of `q`."""
LONGEST_NAME = 200
"""Characters of an author, category or language."""
HIGHEST_PRICE = 999_999_999
"""Minor units."""
LAST_RESULT = 10_000
"""Results that can be paged through. Further pages are refused, because a later page costs more."""
DEFAULT_LIMIT = 24
_OFFSET = re.compile(r"[0-9]{1,5}")


class Filters(NamedTuple):
    """Filters of a search; None means no filter. Prices in minor units, both ends included."""

    category: str | None = None
    author: str | None = None
    language: str | None = None
    min_price: int | None = None
    max_price: int | None = None
    published_from: int | None = None
    published_to: int | None = None


class Query(NamedTuple):
    """One search: what to find, in which order, and which part of the results."""

    text: str
    filters: Filters
    sort: str
    limit: int
    offset: int

    @property
    def _identity(self) -> str:
        content = json.dumps([self.text, self.filters, self.sort], ensure_ascii=True)
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    def next_cursor(self, total: int) -> str | None:
        """The cursor of the page after this one; None where `total` results end, or paging ends, with this one."""
        after = self.offset + self.limit
        if after >= min(total, LAST_RESULT):
            return None
        return cursor.encode({"query": self._identity, "offset": str(after)})

    def at(self, text: str) -> "Query":
        """This query, starting at the cursor `text`.

        Raises:
            BadRequest: the cursor was made by another query, or is not valid.
        """
        parts = cursor.decode(text, {"query", "offset"})
        if parts["query"] != self._identity or not _OFFSET.fullmatch(parts["offset"]):
            raise cursor.invalid()
        return self._replace(offset=int(parts["offset"]))


def read_query(request: Request) -> Query:
    """The search that a request to `/search` asks for.

    Raises:
        BadRequest: a parameter does not fit the contract, or the cursor belongs to another query.
    """
    text = read_text(request)
    filters = Filters(
        category=_name(request, "category"),
        author=_name(request, "author"),
        language=_name(request, "language"),
        min_price=_number(request, "minPrice", 0, HIGHEST_PRICE),
        max_price=_number(request, "maxPrice", 0, HIGHEST_PRICE),
        published_from=_number(request, "publishedFrom", -9999, 9999),
        published_to=_number(request, "publishedTo", -9999, 9999),
    )
    sort = query_choice(request.query("sort"), "sort", SORTS) or "relevance"
    if sort == "relevance" and not text:
        sort = "rating"
    limit = query_integer(request.query("limit"), "limit", 1, 100, DEFAULT_LIMIT)
    page = query_integer(request.query("page"), "page", 1, LAST_RESULT, 1)
    query = Query(text, filters, sort, limit, (page - 1) * limit)
    given = request.query("cursor")
    if given is not None:
        return query.at(given)
    if query.offset >= LAST_RESULT:
        raise BadRequest(f"page must start within the first {LAST_RESULT} results.")
    return query


def read_text(request: Request) -> str:
    """The parameter `q` without the spaces around it; empty where there is none.

    Raises:
        BadRequest: it is too long.
    """
    text = request.query("q") or ""
    if len(text) > LONGEST_QUERY:
        raise BadRequest(f"q must have at most {LONGEST_QUERY} characters.")
    return text.strip()


def _name(request: Request, name: str) -> str | None:
    value = request.query(name)
    if value is not None and not 1 <= len(value) <= LONGEST_NAME:
        raise BadRequest(f"{name} must have 1 to {LONGEST_NAME} characters.")
    return value


def _number(request: Request, name: str, lowest: int, highest: int) -> int | None:
    value = request.query(name)
    if value is None:
        return None
    if value.startswith("-") and lowest < 0:
        return -query_integer(value[1:], name, 0, -lowest, 0)
    return query_integer(value, name, max(lowest, 0), highest, 0)
