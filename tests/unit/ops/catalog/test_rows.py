import csv
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.catalog.rows import COLUMNS, Book, CatalogError, Rejected, read

GOOD = {
    "id": "kalevala",
    "title": "Kalevala",
    "author": "Elias Lönnrot",
    "category": "Poetry",
    "price": "1290",
    "currency": "EUR",
    "rating": "4.25",
    "ratings_count": "120",
    "published_year": "1835",
    "language": "fi",
}


def write(path: Path, *rows: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "books.csv"


def test_read_valid_row_returns_book(file: Path) -> None:
    catalog = read(write(file, GOOD))
    assert catalog.rejected == []
    assert catalog.books == [
        Book(
            id="kalevala",
            title="Kalevala",
            author="Elias Lönnrot",
            category="Poetry",
            description="",
            price=1290,
            currency="EUR",
            rating=Decimal("4.25"),
            ratings_count=120,
            published_year=1835,
            language="fi",
        )
    ]


def test_read_accepts_missing_year_and_negative_year(file: Path) -> None:
    unknown = GOOD | {"published_year": "", "language": ""}
    ancient = GOOD | {"id": "odysseia", "published_year": "-700"}
    first, second = read(write(file, unknown, ancient)).books
    assert (first.published_year, first.language) == (None, None)
    assert second.published_year == -700


def test_read_ignores_column_order_and_extras(file: Path) -> None:
    columns = ("shelf", *reversed(COLUMNS), "description", "isbn")
    row = GOOD | {"shelf": "7", "description": "Songs from Karelia.", "isbn": "x"}
    assert read(write(file, row, columns=columns)).books[0].description == "Songs from Karelia."


def test_read_skips_byte_order_mark(file: Path) -> None:
    write(file, GOOD)
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert len(read(file).books) == 1


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("id", "", "id is empty"),
        ("id", "_categories", "id is '_categories', not 1 to 64 letters"),
        ("id", "a/b", "id is 'a/b'"),
        ("id", "x" * 65, "id is 'xxxx"),
        ("title", "  ", "title is empty"),
        ("title", "a\x00b", "title has a control character"),
        ("author", "", "author is empty"),
        ("category", "c" * 101, "category has 101 characters, more than 100"),
        ("price", "12.90", "price is '12.90', not an integer"),
        ("price", "-1", "price is -1, not within 0"),
        ("price", "1_000", "price is '1_000', not an integer"),
        ("price", "١٢", "price is '١٢', not an integer"),
        ("price", "999999999", "price is 999999999, not within"),
        ("currency", "eur", "currency is 'eur', not an ISO 4217 code"),
        ("currency", "ECU", "currency is 'ECU', not an ISO 4217 code"),
        ("language", "English", "language is 'English', not a BCP 47 tag"),
        ("language", "xx", "language is 'xx', not a BCP 47 tag"),
        ("rating", "5.01", "rating is 5.01, not a number from 0 to 5"),
        ("rating", "NaN", "rating is 'NaN'"),
        ("rating", "", "rating is empty"),
        ("ratings_count", "-3", "ratings_count is -3"),
        ("published_year", "MDCCC", "published_year is 'MDCCC', not an integer"),
    ],
)
def test_read_bad_field_rejects_one_row(file: Path, column: str, value: str, reason: str) -> None:
    catalog = read(write(file, GOOD, GOOD | {"id": "bad", column: value}, GOOD | {"id": "last"}))
    assert [book.id for book in catalog.books] == ["kalevala", "last"]
    assert [row.line for row in catalog.rejected] == [3]
    assert catalog.rejected[0].reason.startswith(reason)


def test_read_counts_lines_of_multiline_fields(file: Path) -> None:
    long = GOOD | {"title": "One\ntitle\nin four\nlines"}
    catalog = read(write(file, long, GOOD | {"id": "bad", "price": "?"}))
    assert catalog.books[0].title == "One\ntitle\nin four\nlines"
    assert catalog.rejected[0].line == 6


def test_read_rejects_other_lengths_skips_blank_lines(file: Path) -> None:
    write(file, GOOD)
    with file.open("a", encoding="utf-8") as more:
        more.write("\n\nonly,three,fields\n" + ",".join(GOOD.values()) + ",too,many\n")
    catalog = read(file)
    assert len(catalog.books) == 1
    assert catalog.rejected == [
        Rejected(5, "has 3 fields where the header has 10", 5),
        Rejected(6, "has 12 fields where the header has 10", 6),
    ]


def test_read_rejects_row_in_other_encoding(file: Path) -> None:
    write(file, GOOD | {"id": "latin", "title": "PLACEHOLDER"}, GOOD)
    file.write_bytes(file.read_bytes().replace(b"PLACEHOLDER", "Älska".encode("latin-1")))
    catalog = read(file)
    assert [book.id for book in catalog.books] == ["kalevala"]
    assert catalog.rejected == [Rejected(2, "title is not UTF-8", 2)]


def test_read_duplicate_id_names_first_line(file: Path) -> None:
    catalog = read(write(file, GOOD, GOOD | {"title": "Again"}))
    assert [book.title for book in catalog.books] == ["Kalevala"]
    assert catalog.rejected == [Rejected(3, "id kalevala repeats line 2, which is used", 3)]


@pytest.mark.parametrize(
    "swallowed",
    ['b-3,Title 3,Author,Cars,9,EUR,4,1,1999,"en"', 'b-3,Title 3,Author,Cars,9,EUR,4,1,1999,en\n"'],
    ids=["a quote in the next row", "a quote on a later line"],
)
def test_read_open_quote_swallows_no_book_silently(file: Path, swallowed: str) -> None:
    """A lenient reader makes the next book part of this one's last field."""
    write(file, GOOD)
    with file.open("a", encoding="utf-8") as more:
        more.write(f'b-2,Title 2,Author,Cars,9,EUR,4,1,1999,"en\n{swallowed}\n')
        more.write("b-4,Title 4,Author,Cars,9,EUR,4,1,1999,en\n")
    catalog = read(file)
    assert "b-4" in [book.id for book in catalog.books]
    assert not any("b-3" in book.title + (book.language or "") for book in catalog.books)
    row = catalog.rejected[0]
    assert (row.line, row.last_line >= 4) == (3, True)
    assert "lines 3 to" in row.reason


@pytest.mark.parametrize(
    ("given", "tag"),
    [("eng", "en"), ("fre", "fr"), ("en-us", "en-US"), ("zh_hant_tw", "zh-Hant-TW"), ("grc", "grc")],
)
def test_read_language_becomes_bcp_47(file: Path, given: str, tag: str) -> None:
    (book,) = read(write(file, GOOD | {"language": given})).books
    assert book.language == tag


@pytest.mark.parametrize("other", ["cookbooks", "Cook\u00a0books", "Cook books", " Cookbooks\u200b"])
def test_read_look_alike_categories_are_one(file: Path, other: str) -> None:
    rows = (GOOD | {"category": "Cookbooks"}, GOOD | {"id": "other", "category": other})
    assert {book.category for book in read(write(file, *rows)).books} == {"Cookbooks"}


def test_read_open_quote_names_first_line(file: Path) -> None:
    write(file, GOOD)
    with file.open("a", encoding="utf-8") as more:
        more.write('open,"never closed' + "\nx" * 100_000)
    catalog = read(file)
    assert len(catalog.books) == 1
    assert catalog.rejected[0].line == 3


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "lacks the columns id, title"),
        ("id,title\n", "lacks the columns author"),
        (",".join((*COLUMNS, "id")) + "\n", "has the column id twice"),
    ],
)
def test_read_without_columns_raises(file: Path, content: str, message: str) -> None:
    file.write_text(content)
    with pytest.raises(CatalogError, match=message):
        read(file)


def test_read_missing_file_names_it(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"cannot open .*nowhere"):
        read(tmp_path / "nowhere.csv")


@given(st.binary(max_size=400))
def test_read_accepts_any_content(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(",".join(COLUMNS).encode() + b"\n" + content)
    catalog = read(path)
    assert all(row.reason and row.line > 1 for row in catalog.rejected)


def test_read_own_catalog_has_no_rejects() -> None:
    catalog = read(Path("data/catalog.csv"))
    assert catalog.rejected == []
    assert len(catalog.books) >= 200
    assert all(book.description for book in catalog.books)
    categories = {book.category for book in catalog.books}
    assert categories >= {
        "Cookbooks",
        "Database",
        "Fairy Tales",
        "Science Fiction",
        "Home Improvement",
        "Cars",
        "Woodwork",
    }
