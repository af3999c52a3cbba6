import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.expressions import match
from search.index import Index
from search.models import LONGEST_QUERY, Filters
from search.spelling import corrections, distance
from search.text import words
from tests.unit.lambda_src.search.catalog import BOOKS, open_index

ALL = Filters()


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return open_index(tmp_path_factory.mktemp("index"))


def find(index: Index, text: str, filters: Filters = ALL, sort: str = "relevance") -> list[str]:
    return index.find(text, filters, sort if text else "rating", limit=100, offset=0)


@pytest.mark.parametrize(
    ("text", "book_id"),
    [
        ("le guin", "the-dispossessed"),
        ("LE GUIN dispo", "the-dispossessed"),
        ("naive", "naive"),
        ("naïve", "naive"),
        ("strasse", "strasse"),
        ("straße", "strasse"),
        ("日本", "nihon-chinbotsu"),
        ("沈", "nihon-chinbotsu"),
        ("タワー", "tokyo"),
        ("9780140449136", "9780140449136"),
        ('"quoted" title', "quotes"),
        ("sorcerer's", "harry-potter-1"),
        ("grandpre", "harry-potter-1"),
    ],
)
def test_find_text(index: Index, text: str, book_id: str) -> None:
    assert find(index, text) == [book_id]


@pytest.mark.parametrize(
    "text",
    [
        '"',
        "a OR b",
        "NEAR(a b)",
        "title:hamlet",
        "*",
        "^a",
        "-",
        "a AND",
        "'; DROP TABLE books;--",
        "(",
        "\0",
        "x" * 300,
    ],
)
def test_find_operators_are_words(index: Index, text: str) -> None:
    assert isinstance(find(index, text), list)
    assert index.summary("", ALL).total == len(BOOKS)


@given(st.text(max_size=40), st.sampled_from(["relevance", "price", "newest", "title"]))
def test_any_text_is_answered(index: Index, text: str, sort: str) -> None:
    found = index.find(text, ALL, sort if text else "rating", limit=100, offset=0)
    assert len(found) == index.summary(text, ALL).total
    index.correct(text, ALL)
    index.suggest(text, "title", 8)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("shakespere", "shakespeare"),
        ("tolkein", "tolkien"),
        ("harri poter", "harry potter"),
        ("hamelt", "hamlet"),
        ("qqqqqq", None),
        ("日本人", None),
    ],
)
def test_correct_text(index: Index, typed: str, meant: str | None) -> None:
    assert index.summary(typed, ALL).total == 0
    assert index.correct(typed, ALL) == meant


def test_correct_longest_word_takes_little_memory(index: Index) -> None:
    """U+FDF2 is folded into four letters, so the longest query is one word of 1,997 letters."""
    text = "\U00010330" + "\ufdf2" * (LONGEST_QUERY - 1)
    assert [len(word) for word in words(text)] == [1997]
    tracemalloc.start()
    try:
        assert index.correct(text, ALL) is None
        assert tracemalloc.get_traced_memory()[1] < 10_000_000  # bytes
    finally:
        tracemalloc.stop()


def test_words_of_40_letters_are_corrected(tmp_path: Path) -> None:
    word = "a" * 40
    index = open_index(tmp_path, [{**BOOKS[0], "title": f"{word[1:]}b"}])
    assert corrections(index._database, word) == [(1, f"{word[1:]}b")]
    assert corrections(index._database, f"{word}a") == [(0, f"{word}a")]


def test_repeated_pair_of_characters_is_searched_once() -> None:
    """U+3316 is folded into six characters of katakana."""
    assert match("日本日本日本") == 'cjk : ("日本" AND "本日")'
    assert match("\u3316" * LONGEST_QUERY).count('"') == 2 * 6


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(category="Plays"), {"hamlet", "macbeth"}),
        (Filters(author="William Shakespeare", max_price=450), {"hamlet"}),
        (Filters(author="Mary GrandPré"), {"harry-potter-1"}),
        (Filters(author="J.K. Rowling, Mary GrandPré"), {"harry-potter-1"}),
        (Filters(language="ja", published_from=2000), {"tokyo"}),
        (Filters(published_to=-1), {"9780140449136"}),
        (Filters(min_price=1500, max_price=2500), {"harry-potter-1", "strasse"}),
        (Filters(category="' OR 1=1 --"), set()),
    ],
)
def test_filters_without_text(index: Index, filters: Filters, expected: set[str]) -> None:
    assert set(find(index, "", filters)) == expected
    assert index.summary("", filters).total == len(expected)


def test_filters_with_text(index: Index) -> None:
    assert find(index, "the", Filters(published_from=1970)) == ["the-dispossessed"]


@pytest.mark.parametrize(
    ("sort", "first", "last"),
    [
        ("rating", "the-hobbit", "harrison"),
        ("price", "hamlet", "strasse"),
        ("-price", "strasse", "hamlet"),
        ("newest", "tokyo", "quotes"),
    ],
)
def test_sort_orders_books(index: Index, sort: str, first: str, last: str) -> None:
    found = index.find("", ALL, sort, limit=100, offset=0)
    assert (found[0], found[-1]) == (first, last)


def test_pages_hold_each_book_once(index: Index) -> None:
    pages = [index.find("", ALL, "title", limit=5, offset=offset) for offset in (0, 5, 10)]
    assert sorted(book_id for page in pages for book_id in page) == sorted(item["id"] for item in BOOKS)


def test_facet_ignores_its_own_filter(index: Index) -> None:
    summary = index.summary("", Filters(category="Plays", language="en"))
    assert summary.total == 2
    assert dict(summary.category)["Novels"] == 5
    assert dict(summary.language) == {"en": 2}
    assert summary.price == ((0, 500, 1), (500, 1000, 1))


def test_facet_counts_match_searches(index: Index) -> None:
    summary = index.summary("the", ALL)
    for category, count in summary.category:
        assert index.summary("the", Filters(category=category)).total == count
    for start, end, count in summary.price:
        bounded = Filters(min_price=start, max_price=None if end is None else end - 1)
        assert index.summary("the", bounded).total == count


def test_suggest_each_kind(index: Index) -> None:
    assert [found.text for found in index.suggest("pla", "category", 8)] == ["Plays"]
    assert [found.text for found in index.suggest("shak", "author", 8)] == ["William Shakespeare"]
    assert index.suggest("hob", "title", 8)[0].book_id == "the-hobbit"


def test_index_without_books(tmp_path: Path) -> None:
    empty = open_index(tmp_path, ())
    assert find(empty, "a") == []
    assert empty.summary("", ALL).total == 0
    assert empty.correct("hamlet", ALL) is None


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_distance_is_symmetric(one: str, other: str) -> None:
    assert distance(one, other) == distance(other, one)
    assert (distance(one, other) == 0) == (one == other)


def test_distance_counts_swap_as_one() -> None:
    assert distance("kafak", "kafka") == 1
