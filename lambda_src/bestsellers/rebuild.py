"""Counts all orders of this region's table into a new generation. For a new or empty Redis.

The event `{"onlyIfMissing": true}` does nothing if the counts exist. One rebuild runs at a time: others return at
once. The feeder may run beside it and counts into the same generation, in which each order counts once.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from bestsellers.connection import redis
from bestsellers.counts import Counts
from bestsellers.models import GUARD_SECONDS, Event, Sale, UnreadableError, event_of
from runtime import aws, clock, dynamo, log
from runtime.settings import settings

SEGMENTS = 4
"""Segments of the table that are scanned in parallel."""


def handle(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Rebuild the counts.

    Returns:
        Whether they were rebuilt, and the numbers of orders and of unreadable items. `running` is true if another
        rebuild is under way.
    """
    log.follow(getattr(context, "aws_request_id", ""))
    counts = Counts(redis())
    if event.get("onlyIfMissing") and counts.current:
        log.write("INFO", "bestsellers exist")
        return {"rebuilt": False, "running": False}
    token = counts.lock()
    if token is None:
        log.write("INFO", "bestsellers are being rebuilt")
        return {"rebuilt": False, "running": True}
    try:
        outcome = rebuild(counts, aws.client("dynamodb"), settings().orders_table)
    finally:
        counts.unlock(token)
    log.write("INFO", "bestsellers rebuilt", **outcome)
    return {"rebuilt": True, "running": False, **outcome}


def rebuild(counts: Counts, client: Any, table: str) -> dict[str, int]:
    """Count the whole table into a new generation and promote it.

    The reads are consistent: they return every order that was written before the generation was created. The
    feeder counts later ones.

    Raises:
        GenerationLostError: Redis lost its data, or the lease expired. The counts have not changed.
    """
    from concurrent.futures import ThreadPoolExecutor  # slow to import; not needed if the counts exist

    generation = counts.start()
    oldest_guarded = clock.timestamp(clock.now() - timedelta(seconds=GUARD_SECONDS))

    def fill(segment: int) -> tuple[int, int]:
        orders, others = 0, 0
        for page in _pages(client, table, segment):
            events = list(_events(page))
            counts.fill(generation, [event for event in events if event], oldest_guarded)
            orders += sum(isinstance(event, Sale) for event in events)
            others += len(page) - len(events)
        return orders, others

    with ThreadPoolExecutor(SEGMENTS) as pool:
        results = list(pool.map(fill, range(SEGMENTS)))
    counts.promote(generation)
    return {"orders": sum(orders for orders, _ in results), "others": sum(others for _, others in results)}


def _pages(client: Any, table: str, segment: int) -> Iterator[list[dict[str, Any]]]:
    return dynamo.pages(
        client.scan,
        TableName=table,
        Segment=segment,
        TotalSegments=SEGMENTS,
        ConsistentRead=True,
        ProjectionExpression="orderId, createdAt, orderedAt, books, #items",
        ExpressionAttributeNames={"#items": "items"},
    )


def _events(images: Iterable[object]) -> Iterator[Event | None]:
    for image in images:
        try:
            yield event_of(image)
        except UnreadableError as error:
            log.write("WARNING", "unreadable order", reason=error.detail)
