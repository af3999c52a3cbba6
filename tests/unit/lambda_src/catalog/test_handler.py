import threading
from decimal import Decimal
from typing import Any

import pytest

from catalog.handler import handle
from runtime import aws, cursor
from tests.support.api_events import Answer, Shopper
from tests.support.lambda_tables import BOOKS, Tables
from tests.support.waiting import TIMEOUT_SECONDS

anyone = Shopper(handle)


def meet(monkeypatch: pytest.MonkeyPatch, *operations: str) -> None:
    """Make each call of these operations wait until all of them have begun."""
    client, begun = aws.client("dynamodb"), threading.Barrier(len(operations), timeout=TIMEOUT_SECONDS)

    def meeting(operation: Any) -> Any:
        def run(**parameters: Any) -> Any:
            begun.wait()
            return operation(**parameters)

        return run

    for name in set(operations):
        monkeypatch.setattr(client, name, meeting(getattr(client, name)))


def walk(**query: str) -> list[Answer]:
    answers = [anyone("GET", "/books", query=query)]
    while (following := answers[-1].json["nextCursor"]) is not None:
        answers.append(anyone("GET", "/books", query={**query, "cursor": following}))
    return answers


def ids(answer: Answer) -> list[str]:
    return [book["id"] for book in answer.json["items"]]


def test_pages_list_category_best_rated_first(tables: Tables) -> None:
    for number in range(7):
        tables.book(f"b{number}", rating=Decimal(number) / 2, category="Cars")
    tables.book("other", category="Woodwork")

    pages = walk(category="Cars", limit="3")

    assert [ids(page) for page in pages] == [["b6", "b5", "b4"], ["b3", "b2", "b1"], ["b0"]]


def test_pages_with_equal_ratings_are_complete(tables: Tables) -> None:
    expected = {tables.book(f"b{number}", rating=Decimal("4.25"))["id"] for number in range(9)}

    seen = [book for page in walk(limit="2") for book in ids(page)]

    assert sorted(seen) == sorted(expected)


def test_pages_with_precise_ratings_are_complete(tables: Tables) -> None:
    for number, rating in enumerate(("4.3333333333333333", "0.0000001", "0")):
        tables.book(f"b{number}", rating=Decimal(rating))

    assert [ids(page) for page in walk(limit="1")] == [["b0"], ["b1"], ["b2"]]


def test_full_last_page_has_no_cursor(tables: Tables) -> None:
    for number in range(4):
        tables.book(f"b{number}", rating=number)

    assert [len(ids(page)) for page in walk(limit="2")] == [2, 2]


def test_books_of_all_categories_exclude_other_items(tables: Tables) -> None:
    tables.book("a", category="Cars")
    tables.book("b", category="Woodwork")
    tables.put(BOOKS, {"id": "_categories", "categories": [{"name": "Cars", "count": 1}]})

    assert sorted(ids(anyone("GET", "/books"))) == ["a", "b"]
    assert anyone("GET", "/categories").json == {"items": [{"name": "Cars", "count": 1}]}
    assert anyone("GET", "/books/{bookId}", path={"bookId": "_categories"}).status == 400


def test_empty_catalog_has_empty_lists(tables: Tables) -> None:
    assert anyone("GET", "/books").json == {"items": [], "nextCursor": None}
    assert anyone("GET", "/categories").json == {"items": []}


def test_unknown_details_of_book_are_null(tables: Tables) -> None:
    tables.book("a", rating=Decimal("4.3"))

    book = anyone("GET", "/books/{bookId}", path={"bookId": "a"}).json

    assert (book["description"], book["publishedYear"], book["language"], book["cover"]) == (
        "",
        None,
        None,
        None,
    )
    assert book["rating"] == 4.3
    assert "listing" not in book


def test_unknown_book_is_not_found(tables: Tables) -> None:
    answer = anyone("GET", "/books/{bookId}", path={"bookId": "nowhere"})

    assert answer.status == 404
    assert answer.json["type"] == "urn:bookstore:problem:not-found"


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "101"},
        {"limit": "-1"},
        {"limit": "1.0"},
        {"limit": "ten"},
        {"limit": "٣"},
        {"limit": ""},
        {"limit": "9" * 5000},
        {"category": ""},
        {"category": "x" * 101},
        {"category": "\ud800"},
        {"cursor": ""},
        {"cursor": "x"},
        {"cursor": "A" * 1025},
        {"cursor": cursor.encode({"category": "", "rating": "4"})},
        {"cursor": cursor.encode({"category": "Cars", "rating": "4", "id": "a"})},
        {"cursor": cursor.encode({"category": "", "rating": "NaN", "id": "a"})},
        {"cursor": cursor.encode({"category": "", "rating": "4", "id": "_categories"})},
        {"cursor": cursor.encode({"category": "", "rating": "4", "id": "a", "more": ""})},
        {"cursor": cursor.encode({"category": "", "rating": "4", "id": "a"}) + "="},
    ],
)
def test_invalid_query_is_refused(tables: Tables, query: dict[str, str]) -> None:
    assert anyone("GET", "/books", query=query).status == 400


def test_cursor_of_another_category_is_refused(tables: Tables) -> None:
    for number in range(3):
        tables.book(f"b{number}", category="Cars")
    following = anyone("GET", "/books", query={"category": "Cars", "limit": "1"}).json["nextCursor"]

    answer = anyone("GET", "/books", query={"category": "Woodwork", "cursor": following})

    assert answer.status == 400


def test_cursor_of_deleted_book_works(tables: Tables) -> None:
    for number in range(4):
        tables.book(f"b{number}", rating=number)
    following = anyone("GET", "/books", query={"limit": "2"}).json["nextCursor"]
    tables.client.delete_item(TableName=BOOKS, Key={"id": {"S": "b2"}})

    assert ids(anyone("GET", "/books", query={"cursor": following})) == ["b1", "b0"]


def test_known_page_is_read_in_one_round(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    for book_id in ("a", "b"):
        tables.book(book_id)
        tables.stock(book_id, received=3)
    first = anyone("GET", "/books").json
    meet(monkeypatch, "query", "batch_get_item")
    assert anyone("GET", "/books").json == first
    assert [book["stock"]["available"] for book in first["items"]] == [3, 3]


def test_regions_are_learned_beside_the_page(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    tables.book("a")
    tables.stock("a", received=3)
    meet(monkeypatch, "query", "get_item")
    assert anyone("GET", "/books").json["items"][0]["stock"]["available"] == 3


def test_new_book_on_known_page_has_stock(tables: Tables) -> None:
    tables.book("a", rating=3)
    tables.stock("a", received=1)
    anyone("GET", "/books", query={"limit": "1"})
    tables.book("b", rating=5)
    tables.stock("b", received=7)
    (book,) = anyone("GET", "/books", query={"limit": "1"}).json["items"]
    assert (book["id"], book["stock"]["available"]) == ("b", 7)


def test_large_page_reads_stock_in_one_round(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    """100 books and two regions are 201 keys, which three requests read."""
    for number in range(100):
        tables.book(f"b{number}")
    tables.stock("b0", received=3)
    anyone("GET", "/books", query={"limit": "100"})
    meet(monkeypatch, "query", "batch_get_item", "batch_get_item", "batch_get_item")
    assert len(anyone("GET", "/books", query={"limit": "100"}).json["items"]) == 100
