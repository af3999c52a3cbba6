"""A book of a test's own in a running bookstore."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.support.api import Json
from tests.support.cloud import Cloud


@contextmanager
def own_book(cloud: Cloud, of: str, **changed: Any) -> Iterator[Json]:
    """Copy the book with the id `of` under a new id, with attributes of its own; yield its item and delete it.

    No listing has it, so other tests see the catalog as it is. Its copies are not counted until a region has some.
    """
    table, book_id = cloud.table("books"), f"own-{uuid.uuid4()}"
    item = {**table.get_item(Key={"id": of})["Item"], "id": book_id, "category": book_id, **changed}
    del item["listing"]
    table.put_item(Item=item)
    try:
        yield {**item, "price": int(item["price"])}
    finally:
        table.delete_item(Key={"id": book_id})
        for region in cloud.regions:
            cloud.table("stock", region).delete_item(Key={"bookId": book_id, "region": region})
