"""A search as SQL. Words and names are parameters or quoted FTS5 strings, so none of them is an operator."""

from search.models import Filters
from search.schema import PRICE_STEPS
from search.text import bigrams, is_cjk, words

MAX_WORDS = 12
"""Words of a query that count; the rest is ignored."""
MAX_MATCHES = 5_000
"""Matches of a text that are looked at, the best rated ones. Half of a large catalog contains the letter A."""

ORDERS = {
    "relevance": "relevance - 0.3 * popularity, place",
    "rating": "place",
    "price": "price, place",
    "-price": "price DESC, place",
    "newest": "year IS NULL, year DESC, place",
    "title": "title_key, place",
}
"""By `sort`. Relevance is bm25, the better the more negative; ten times as many ratings weigh 0.3."""

PRICE_STEP = " + ".join(f"(price >= {bound})" for bound in PRICE_STEPS)
"""The number of the range in `PRICE_STEPS` that a price is in."""

_BM25 = "bm25(words, 10.0, 6.0, 8.0, 2.0)"
"""Weights of title, author, CJK parts and the rest: https://www.sqlite.org/fts5.html#the_bm25_function"""


def match(text: str) -> str:
    """A text as an FTS5 expression: all words must occur, and the last one may be the beginning of a word. Empty
    for a text without words.

    Quoted strings hold no operators: https://www.sqlite.org/fts5.html#fts5_strings
    """
    asked = words(text)[:MAX_WORDS]
    terms = [f"cjk : ({_all(bigrams(word))})" if is_cjk(word) else f'"{word}"' for word in asked]
    if asked and not is_cjk(asked[-1]):
        terms[-1] += " *"
    return " AND ".join(terms)


def found(expression: str, *, ranked: bool = False) -> str:
    """The common table `found`: the books that match an FTS5 expression, which is its one parameter, or all books
    for an empty expression. `ranked` adds the column `relevance`.
    """
    if not expression:
        return "WITH found AS NOT MATERIALIZED (SELECT * FROM books)"
    relevance = f", {_BM25} AS relevance" if ranked else ""
    hits = f"SELECT rowid AS hit{relevance} FROM words WHERE words MATCH ? LIMIT {MAX_MATCHES}"  # noqa: S608
    return f"WITH found AS MATERIALIZED (SELECT * FROM ({hits}) JOIN books ON place = hit)"  # noqa: S608


def where(filters: Filters) -> tuple[str, list[object]]:
    """The filters as a condition on `found`, with its parameters."""
    conditions: dict[str, object] = {
        "category = ?": filters.category,
        "place IN (SELECT authors.place FROM authors WHERE name = ?)": filters.author,
        "language = ?": filters.language,
        "price >= ?": filters.min_price,
        "price <= ?": filters.max_price,
        "year >= ?": filters.published_from,
        "year <= ?": filters.published_to,
    }
    wanted = {condition: value for condition, value in conditions.items() if value is not None}
    return " AND ".join(wanted) or "1", list(wanted.values())


def _all(terms: list[str]) -> str:
    """All of `terms`, each once. bm25 reads every book that has a term, again for each repetition: 500 squared words
    such as U+3316, which are six characters each when folded, took minutes.
    """
    return " AND ".join(f'"{term}"' for term in dict.fromkeys(terms))
