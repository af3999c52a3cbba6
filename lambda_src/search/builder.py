"""Builds the region's index: invoked by the Books stream, and by a schedule that finds a missing or damaged index.

Records may be repeated, late or out of order: a record only shows that the table has changed, and the whole table is
read. Records older than the start of the last build are skipped, because that build has read their changes.
"""

import os
import time
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from runtime import aws, clock, dynamo, log
from runtime.settings import settings
from search.store import FOLDER, Bucket
from search.writer import write_index

CLOCK_SECONDS = 2
"""Allowed difference between the stream's times, which are whole seconds, and this function's clock."""
OLDEST_SECONDS = 24 * 3600
"""An older index is built again on schedule, so a lost record is corrected within a day."""


@cache
def _bucket() -> Bucket:
    return Bucket(aws.client("s3", read_timeout=10), settings().search_bucket)


def handle(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Build an index if the stream's records, or the age or the state of the index in use, require it.

    Raises:
        Unavailable: DynamoDB or S3 does not answer. Lambda sends the records again.
    """
    log.set_request_id(getattr(context, "aws_request_id", ""))
    records = event.get("Records", ())
    wanted = _newest(records) if records else time.time() - OLDEST_SECONDS
    pointer = _bucket().pointer()
    is_new = pointer is not None and clock.parse(pointer.scanned_at).timestamp() - CLOCK_SECONDS > wanted
    if is_new and (records or _bucket().state() == "ok"):
        return {"built": False}
    books = build()
    log.write("INFO", "search-index-built", records=len(records), books=books)
    return {"built": True, "books": books}


def build() -> int:
    """Read the table, write an index, point to it; return the number of books."""
    scanned_at = clock.timestamp(clock.now())
    client = aws.client("dynamodb", read_timeout=dynamo.PAGE_SECONDS)
    items = dynamo.items(client.scan, TableName=settings().books_table)
    path = FOLDER / f"search-build-{os.urandom(8).hex()}.sqlite"
    try:
        books = write_index(path, items, scanned_at=scanned_at)
        pointer = _bucket().upload(path, scanned_at=scanned_at, books=books)
    finally:
        path.unlink(missing_ok=True)
    _bucket().point_to(pointer)
    return books


def _newest(records: Iterable[Mapping[str, Any]]) -> float:
    """Epoch second at which the last of the records was written.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_StreamRecord.html
    """
    return max(
        float(record["dynamodb"].get("ApproximateCreationDateTime", time.time())) for record in records
    )
