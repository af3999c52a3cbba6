"""A large catalog: loaded, interrupted, resumed and listed page by page."""

import csv
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ops.catalog import loader, table
from ops.catalog.rows import COLUMNS, Book, read
from tests.support.api import Api, Json, pages
from tests.support.size import sized

SIZE = sized(2_000, 10_000)
TITLES = ('Salt, Fat & "Acid"', "Älska, ödet", "حكايات", "日本沈没", "Two\nlines", "L'Étranger", "=1+1", "🦉")


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file in CATALOG_10K, or a generated one with unusual characters."""
    if named := os.environ.get("CATALOG_10K"):
        return Path(named)
    path = tmp_path_factory.mktemp("catalog") / "books.csv"
    chance = random.Random(SIZE)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(row(number, chance) for number in range(SIZE))
    return path


def row(number: int, chance: random.Random) -> dict[str, object]:
    """A book whose title contains characters that are often mishandled."""
    return {
        "id": f"awkward-{number}",
        "title": f"{chance.choice(TITLES)} {number}",
        "author": "One, Two",
        "category": f"Shelf {chance.randint(1, 6)}",
        "price": chance.randint(1, 9999),
        "currency": "EUR",
        "rating": chance.randint(20, 50) / 10,
        "ratings_count": number,
        "published_year": chance.choice(["", "-700", "1984", "2011"]),
        "language": chance.choice(["", "eng", "ar"]),
    }


@pytest.fixture(scope="module")
def loaded(cloud: Any, catalog: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Book]]:
    """Load the file's books; this module's end restores the catalog."""
    books = read(catalog).books
    kill_half_way(cloud, catalog)
    began = time.monotonic()
    report = loader.load(cloud.deployment, catalog)
    took = time.monotonic() - began
    print(f"{report.loaded:,} books: {report.resumed:,} before the kill, the rest in {took:.1f} s")
    assert report.loaded == len(books) == SIZE
    assert 0 < report.resumed < SIZE
    yield books
    take_out(cloud, books)


def kill_half_way(cloud: Any, catalog: Path) -> None:
    """Run `ops seed` and kill it when some of the books are loaded."""
    command = [sys.executable, "-m", "ops", "seed", str(catalog)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        for line in process.stderr:
            if line.startswith(f"{catalog.name}: ") and not line.startswith(f"{catalog.name}: 0 of"):
                process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL


def test_every_region_holds_every_book(region: str, cloud: Any, loaded: list[Book]) -> None:
    client = cloud.deployment.client("dynamodb", region)
    pages = client.get_paginator("scan").paginate(
        TableName=cloud.deployment.regions[region].tables["books"], ProjectionExpression="id, title, price"
    )
    stored = {item["id"]["S"]: item for page in pages for item in page["Items"]}
    for book in loaded:
        assert stored[book.id]["title"]["S"] == book.title
        assert int(stored[book.id]["price"]["N"]) == book.price


def test_category_pages_list_each_book_once(region: str, apis: dict[str, Api], loaded: list[Book]) -> None:
    counts = {category["name"]: category["count"] for category in apis[region].get("/categories")["items"]}
    wanted = {book.id: book for book in loaded}
    seen: dict[str, Json] = {}

    def walk(category: str) -> tuple[str, list[Json]]:
        return category, list(pages(apis[region], category=category, limit=100))

    with ThreadPoolExecutor(3) as pool:
        for category, walked in pool.map(walk, sorted({book.category for book in loaded})):
            assert len(walked) == counts[category]
            assert not seen.keys() & {book["id"] for book in walked}
            seen |= {book["id"]: book for book in walked}
    assert len(seen) == SIZE
    for book_id, book in wanted.items():
        assert seen[book_id] == {
            "id": book.id,
            "title": book.title,
            "author": book.author,
            "category": book.category,
            "description": book.description,
            "price": book.price,
            "currency": book.currency,
            "rating": float(book.rating),
            "ratingsCount": book.ratings_count,
            "publishedYear": book.published_year,
            "language": book.language,
            "cover": None,
            "stock": None,
        }


def take_out(cloud: Any, books: list[Book]) -> None:
    """Restore the catalog that was loaded before."""
    name = cloud.deployment.regions[cloud.regions[0]].tables["books"]
    with cloud.table("books").batch_writer() as batch:
        for book in books:
            batch.delete_item(Key={"id": book.id})
    client = cloud.deployment.client("dynamodb", cloud.regions[0])
    table.put_categories(client, name, table.count_categories(client, name), "")
