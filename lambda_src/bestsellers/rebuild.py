"""Counts all orders of this region's table into a new generation. For a new or empty Redis.

The event `{"onlyIfMissing": true}` does nothing if the counts exist and no rebuild is unfinished. One rebuild runs at
a time: others return at once. The feeder may run beside it and counts into the same generation, in which each order
counts once. A rebuild that Lambda's time limit or a failure interrupts is continued by the next invocation, which the
schedule starts, so a table of any size can be counted.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import islice
from typing import Any

from bestsellers.connection import redis
from bestsellers.counts import CHUNK, Counts, Step
from bestsellers.models import GUARD_SECONDS, Event, Sale, UnreadableError, event_of
from runtime import aws, clock, dynamo, log
from runtime.settings import settings

SEGMENTS = 4
"""Segments of the table that are scanned in parallel."""

RESERVED_SECONDS = 60.0
"""A rebuild stops so long before Lambda would end it: longer than reading a page takes, with its repetitions."""

END = "end"
"""Position of a segment that is read whole."""

Image = dict[str, Any]


def handle(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Rebuild the counts.

    Returns:
        Whether they were rebuilt, and the numbers of orders and of unreadable items that this invocation read.
        `running` is true while the rebuild is unfinished: another invocation works on it, or the next one must.
    """
    log.set_request_id(getattr(context, "aws_request_id", ""))
    counts = Counts(redis())
    if event.get("onlyIfMissing") and counts.current and counts.unfinished() is None:
        log.write("INFO", "bestsellers exist")
        return {"rebuilt": False, "running": False}
    token = counts.lock()
    if token is None:
        log.write("INFO", "bestsellers are being rebuilt")
        return {"rebuilt": False, "running": True}
    try:
        tables = aws.client("dynamodb", read_timeout=dynamo.PAGE_SECONDS)
        outcome = rebuild(counts, tables, settings().orders_table, lambda: _seconds_left(context))
    finally:
        counts.unlock(token)
    log.write(
        "INFO", "bestsellers rebuilt" if outcome["rebuilt"] else "bestsellers rebuilt in part", **outcome
    )
    return outcome


def _seconds_left(context: Any) -> float:
    return float(context.get_remaining_time_in_millis()) / 1000 - RESERVED_SECONDS


def rebuild(counts: Counts, client: Any, table: str, seconds_left: Callable[[], float]) -> dict[str, Any]:
    """Count the table into a new or an unfinished generation, and promote it when the whole table is counted.

    The reads are consistent: they return every order that was written before the generation was created. The
    feeder counts later ones.

    Args:
        counts: the counts in Redis.
        client: a DynamoDB client.
        table: name of the Orders table.
        seconds_left: the rebuild stops when this is no longer positive.

    Returns:
        What `handle` returns.

    Raises:
        GenerationLostError: Redis lost its data, or the lease expired. The counts have not changed.
    """
    from concurrent.futures import ThreadPoolExecutor  # slow to import; not needed if the counts exist

    parts = [f"{segment}/{SEGMENTS}" for segment in range(SEGMENTS)]
    unfinished = counts.unfinished()
    generation, positions = (
        unfinished if unfinished and unfinished[1].keys() <= set(parts) else (counts.start(), {})
    )
    oldest_guarded = clock.timestamp(clock.now() - timedelta(seconds=GUARD_SECONDS))

    def fill(segment: int) -> tuple[int, int, bool]:
        orders, others, part = 0, 0, parts[segment]
        position = positions.get(part, "")
        if position == END:
            return 0, 0, True
        for images, reached in _chunks(_pages(client, table, segment, position)):
            if seconds_left() <= 0:
                return orders, others, False
            events = list(_events(images))
            step = Step(part, position, reached)
            counts.fill(generation, [event for event in events if event], oldest_guarded, step)
            position = reached
            orders += sum(isinstance(event, Sale) for event in events)
            others += len(images) - len(events)
        return orders, others, True

    with ThreadPoolExecutor(SEGMENTS) as pool:
        results = list(pool.map(fill, range(SEGMENTS)))
    whole = all(ended for *_, ended in results)
    if whole:
        counts.promote(generation)
    return {
        "rebuilt": whole,
        "running": not whole,
        "orders": sum(orders for orders, *_ in results),
        "others": sum(others for _, others, _ in results),
    }


def _pages(client: Any, table: str, segment: int, position: str) -> Iterator[list[Image]]:
    start = {"ExclusiveStartKey": json.loads(position)} if position else {}
    return dynamo.pages(
        client.scan,
        TableName=table,
        Segment=segment,
        TotalSegments=SEGMENTS,
        ConsistentRead=True,
        ProjectionExpression="customerId, orderId, createdAt, orderedAt, books, #items",
        ExpressionAttributeNames={"#items": "items"},
        **start,
    )


def _chunks(pages: Iterable[list[Image]]) -> Iterator[tuple[list[Image], str]]:
    """Yield a segment's items in chunks, each with the position behind it. The last chunk may be empty."""
    for page in pages:
        rest = iter(page)
        while chunk := list(islice(rest, CHUNK)):
            yield chunk, json.dumps({key: chunk[-1][key] for key in ("customerId", "orderId")})
    yield [], END


def _events(images: Iterable[object]) -> Iterator[Event | None]:
    for image in images:
        try:
            yield event_of(image)
        except UnreadableError as error:
            log.write("WARNING", "unreadable order", reason=error.detail)
