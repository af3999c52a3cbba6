"""Answers of the search, as the contract's schemas."""

from typing import Any

from search.index import Index, Summary
from search.models import Query
from shop.books import Books, present

MAX_SUGGESTIONS = 8
_KINDS = {"category": 1, "author": 3, "title": MAX_SUGGESTIONS}
"""Maximum suggestions of each kind; titles fill the rest of the list."""


def search(index: Index, books: Books, query: Query) -> dict[str, Any]:
    """A page of results as the contract's `SearchResult`.

    A text that finds nothing is corrected, and the results are those of the correction. Books are read from the
    table, which has their current prices. A book that has been removed since the index was built is left out of the
    page.

    Raises:
        Unavailable: DynamoDB does not answer or is busy.
    """
    text, did_you_mean = query.text, None
    summary = index.summary(text, query.filters)
    if text and not summary.total:
        did_you_mean = index.correct(text, query.filters)
        if did_you_mean is not None:
            text, summary = did_you_mean, index.summary(did_you_mean, query.filters)
    ids = (
        index.find(text, query.filters, query.sort, limit=query.limit, offset=query.offset)
        if summary.total
        else []
    )
    items = books.get_many(ids) if ids else {}
    return {
        "items": [present(items[book_id]) for book_id in ids if book_id in items],
        "total": summary.total,
        "facets": _facets(summary),
        "nextCursor": query.next_cursor(summary.total),
        "didYouMean": did_you_mean,
        "asOf": index.scanned_at,
    }


def suggest(index: Index, text: str) -> dict[str, Any]:
    """Suggestions as the contract's `SuggestionList`: categories, authors, then titles."""
    items: list[dict[str, Any]] = []
    for kind, most in _KINDS.items():
        for found in index.suggest(text, kind, min(most, MAX_SUGGESTIONS - len(items))):
            item = {"text": found.text, "kind": kind}
            items.append(item if found.book_id is None else {**item, "bookId": found.book_id})
    return {"items": items}


def _facets(summary: Summary) -> dict[str, Any]:
    return {
        "category": [{"value": value, "count": count} for value, count in summary.category],
        "language": [{"value": value, "count": count} for value, count in summary.language],
        "price": [{"from": start, "to": end, "count": count} for start, end, count in summary.price],
    }
