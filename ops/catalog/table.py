"""The Books table as the loader sees it: written in batches, counted whole, read back in each region."""

import random
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from ops.catalog.rows import Book

BATCH = 25
"""The most items that BatchWriteItem takes.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
"""
WORKERS = 8
ATTEMPTS = 10
LONGEST_PAUSE = 8.0
SEGMENTS = 4
CATEGORIES_ID = "_categories"


class TableError(Exception):
    """The table did not take, or did not give back, what it should; the message says what to do."""


def write(client: Any, table: str, books: Sequence[Book], written: Callable[[int], None]) -> None:
    """Put the books, several batches at a time, and report after each batch how many are in.

    Batches are reported in the books' own order, so the number counts from the first book without a gap.
    Raises TableError when the table keeps refusing, and whatever botocore raises.
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
    """Write the one item that `GET /categories` reads; `loaded_at` tells this load from others."""
    categories = [{"name": name, "count": count} for name, count in counts.items()]
    item = _serialized({"id": CATEGORIES_ID, "categories": categories, "loadedAt": loaded_at})
    client.put_item(TableName=table, Item=item)


def wait_for(client: Any, table: str, key: str, wanted: Mapping[str, Any], seconds: float) -> bool:
    """Tell whether, within the time, the item under `key` is readable with the attributes that are wanted."""
    deadline = time.monotonic() + seconds
    while True:
        item = client.get_item(TableName=table, Key={"id": {"S": key}}).get("Item", {})
        if wanted.items() <= _deserialized(item).items():
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)


def book_item(book: Book) -> dict[str, Any]:
    """The book under the contract's names, with the attribute that lists all books together."""
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
    """Put one batch, and again what the table leaves over, after pauses that grow and differ."""
    pending = [{"PutRequest": {"Item": _serialized(book_item(book))}} for book in books]
    for attempt in range(ATTEMPTS):
        left = client.batch_write_item(RequestItems={table: pending}).get("UnprocessedItems", {})
        if not (pending := left.get(table, [])):
            return
        time.sleep(random.uniform(0, min(LONGEST_PAUSE, 0.05 * 2**attempt)))  # noqa: S311 - jitter, not a secret
    raise TableError(
        f"{table} left {len(pending)} books unwritten {ATTEMPTS} times; load again, it goes on from here"
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


def _deserialized(item: Mapping[str, Any]) -> dict[str, Any]:
    deserialize = TypeDeserializer().deserialize
    return {name: deserialize(value) for name, value in item.items()}
