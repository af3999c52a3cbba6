"""The posts can be imported, and name books of the catalog."""

import csv
import re
from datetime import date
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
POSTS = sorted((ROOT / "blog" / "content").glob("*.html"))
FRONT_MATTER = re.compile(r"---\n(?P<front>.*?)\n---\n(?P<body>.*)", re.DOTALL)
BOOK = re.compile(r'\[book id="([^"]+)"\](.*?)\[/book\]')


def parse(path: Path) -> tuple[dict[str, str], str]:
    found = FRONT_MATTER.fullmatch(path.read_text(encoding="utf-8"))
    assert found, "begins with front matter between two lines of ---"
    front = dict(line.split(": ", 1) for line in found["front"].splitlines())
    return front, found["body"]


def catalog() -> dict[str, dict[str, str]]:
    with (ROOT / "data" / "catalog.csv").open(encoding="utf-8") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def test_content_has_ten_posts_at_least() -> None:
    assert len(POSTS) >= 10


@pytest.mark.parametrize("path", POSTS, ids=lambda path: path.stem)
def test_post_is_complete(path: Path) -> None:
    front, body = parse(path)
    assert set(front) == {"title", "author", "date", "categories", "books", "excerpt"}
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", path.stem)
    assert date.fromisoformat(front["date"]) <= date.today()
    assert front["author"].startswith("The ")
    assert front["author"].endswith(" Desk"), "an editorial desk, not an invented person"
    assert len(body.split()) > 150


@pytest.mark.parametrize("path", POSTS, ids=lambda path: path.stem)
def test_post_books_match_catalog(path: Path) -> None:
    front, body = parse(path)
    books = catalog()
    named = dict(BOOK.findall(body))
    assert set(named) == set(front["books"].split(", "))
    for book, title in named.items():
        assert books[book]["title"] == title


@pytest.mark.parametrize("path", POSTS, ids=lambda path: path.stem)
def test_post_categories_match_catalog(path: Path) -> None:
    front, _ = parse(path)
    assert set(front["categories"].split(", ")) <= {book["category"] for book in catalog().values()}


@pytest.mark.parametrize("path", POSTS, ids=lambda path: path.stem)
def test_post_markup_is_balanced(path: Path) -> None:
    _, body = parse(path)
    tags = re.findall(r"<(/?)([a-z0-9]+)[^>]*>", body)
    assert {name for _, name in tags} <= {"p", "h2", "strong", "em", "ul", "ol", "li", "blockquote"}
    for name in {name for _, name in tags}:
        assert tags.count(("", name)) == tags.count(("/", name)), name
