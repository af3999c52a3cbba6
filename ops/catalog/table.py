"""Writes to the Books table in batches, counts its categories, and reads items back."""

import random
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Any

from boto3.dynamodb.types import TypeSerializer

from ops.catalog.rows import Book
from ops.errors import OperatorError
from ops.items import plain

BATCH = 25
"""The most items in one BatchWriteItem.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
"""
WORKERS = 8
ATTEMPTS = 10
LONGEST_PAUSE = 8.0
SEGMENTS = 4
CATEGORIES_ID = "_categories"


class TableError(OperatorError):
    """The table did not accept a write, or a write was not replicated. The message says what to do."""


def write(client: Any, table: str, books: Sequence[Book], written: Callable[[int], None]) -> None:
    """Put the books, several batches at a time, and report the number of written books after each batch.

    Batches are reported in order, so that the number counts from the first book without a gap. Raises TableError
    when the table keeps refusing, and botocore's errors.
    """
    batches = (books[start : start + BATCH] for start in range(0, len(books), BATCH))
    waiting: deque[tuple[int, Future[None]]] = deque()
    done = 0
    with ThreadPoolExecutor(WORKERS) as pool:
        try:
            while True:
                for batch in islice(batches, 2 * WORKERS - len(waiting)):
                    waiting.append((len(batch), pool.submit(_put, client, table, batch)))
                if not waiting:
                    return
                size, oldest = waiting.popleft()
                oldest.result()
                done += size
                written(done)
        finally:
            for _, future in waiting:
                future.cancel()


def count_categories(client: Any, table: str) -> dict[str, int]:
    """Count the books of each category over the whole table, by a consistent read; sorted by name."""
    with ThreadPoolExecutor(SEGMENTS) as pool:
        counts = pool.map(lambda segment: _count_segment(client, table, segment), range(SEGMENTS))
        total = sum(counts, Counter[str]())
    return dict(sorted(total.items()))


def put_categories(client: Any, table: str, counts: Mapping[str, int], loaded_at: str) -> None:
    """Write the item that `GET /categories` reads; `loaded_at` identifies this load."""
    categories = [{"name": name, "count": count} for name, count in counts.items()]
    item = _serialized({"id": CATEGORIES_ID, "categories": categories, "loadedAt": loaded_at})
    client.put_item(TableName=table, Item=item)


def wait_for(client: Any, table: str, key: str, wanted: Mapping[str, Any], seconds: float) -> bool:
    """Whether the item under `key` has the attributes `wanted` within `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        item = client.get_item(TableName=table, Key={"id": {"S": key}}).get("Item", {})
        if wanted.items() <= plain(item).items():
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)


def book_item(book: Book) -> dict[str, Any]:
    """The item of a book, with the contract's names and the partition key of the index of all books."""
    return {
        "id": book.id,
        "title": book.title,
        "author": book.author,
        "category": book.category,
        "description": book.description,
        "price": book.price,
        "currency": book.currency,
        "rating": book.rating,
        "ratingsCount": book.ratings_count,
        "publishedYear": book.published_year,
        "language": book.language,
        "cover": None,
        "listing": "books",
    }


def _put(client: Any, table: str, books: Sequence[Book]) -> None:
    """Put one batch, and retry unprocessed items with exponential backoff and jitter."""
    pending = [{"PutRequest": {"Item": _serialized(book_item(book))}} for book in books]
    for attempt in range(ATTEMPTS):
        left = client.batch_write_item(RequestItems={table: pending}).get("UnprocessedItems", {})
        if not (pending := left.get(table, [])):
            return
        time.sleep(random.uniform(0, min(LONGEST_PAUSE, 0.05 * 2**attempt)))  # noqa: S311 - jitter, not a secret
    raise TableError(
        f"{table} did not write {len(pending)} books in {ATTEMPTS} attempts; run it again, it continues from here"
    )


def _count_segment(client: Any, table: str, segment: int) -> Counter[str]:
    return Counter(
        item["category"]["S"] for page in _scan(client, table, segment) for item in page if "category" in item
    )


def _scan(client: Any, table: str, segment: int) -> Iterator[list[dict[str, Any]]]:
    pages = client.get_paginator("scan").paginate(
        TableName=table,
        ProjectionExpression="category",
        ConsistentRead=True,
        Segment=segment,
        TotalSegments=SEGMENTS,
    )
    for page in pages:
        yield page["Items"]


def _serialized(item: Mapping[str, Any]) -> dict[str, Any]:
    serialize = TypeSerializer().serialize
    return {name: serialize(value) for name, value in item.items()}
