"""Counts every order of this region's table into a new ranking and swaps it in; for a Redis that is new or
empty.

Invoked with `{}`, or with `{"onlyIfMissing": true}` to do nothing where there is a ranking. It may run
several times at once, and beside the feeder: all count into the same new generation, in which each order
counts once.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bestsellers.connection import redis
from bestsellers.counts import GenerationLostError, Ranking
from bestsellers.models import Sale, UnreadableError
from runtime import aws, dynamo, log
from runtime.settings import settings

SEGMENTS = 4
"""Parts of the table that are read side by side."""


def handle(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Rebuild the ranking; answers whether it did, how many orders it found and how many it could not
    read.
    """
    log.follow(getattr(context, "aws_request_id", ""))
    ranking = Ranking(redis())
    if event.get("onlyIfMissing") and ranking.current:
        log.write("INFO", "ranking is there")
        return {"rebuilt": False}
    outcome = rebuild(ranking, aws.client("dynamodb"), settings().orders_table)
    log.write("INFO", "ranking rebuilt", **outcome)
    return {"rebuilt": True, **outcome}


def rebuild(ranking: Ranking, client: Any, table: str) -> dict[str, int]:
    """Count the whole table into a new generation and promote it.

    The reads are consistent: every order that was written before the generation was opened is in them, and
    the feeder counts the later ones.

    Raises:
        GenerationLostError: Redis lost its data, or the lease ran out; the ranking is as it was.
    """
    from concurrent.futures import ThreadPoolExecutor  # heavy, and idle where the ranking is there

    generation = ranking.open()

    def fill(segment: int) -> tuple[int, int]:
        return _fill(ranking, generation, client, table, segment)

    try:
        with ThreadPoolExecutor(SEGMENTS) as pool:
            results = list(pool.map(fill, range(SEGMENTS)))
        ranking.promote(generation)
    except GenerationLostError:
        if ranking.current != generation:
            raise
        return {"orders": 0, "others": 0}  # Another rebuild of the same generation was faster.
    return {"orders": sum(orders for orders, _ in results), "others": sum(others for _, others in results)}


def _fill(ranking: Ranking, generation: str, client: Any, table: str, segment: int) -> tuple[int, int]:
    """Count one part of the table; how many orders it holds, and how many things that are none."""
    orders, others = 0, 0
    for page in dynamo.pages(
        client.scan,
        TableName=table,
        Segment=segment,
        TotalSegments=SEGMENTS,
        ConsistentRead=True,
        ProjectionExpression="orderId, createdAt, #items",
        ExpressionAttributeNames={"#items": "items"},
    ):
        sales = list(_sales(page))
        ranking.fill(generation, sales)
        orders += len(sales)
        others += len(page) - len(sales)
    return orders, others


def _sales(images: Iterable[object]) -> Iterator[Sale]:
    for image in images:
        try:
            yield Sale.from_image(image)
        except UnreadableError as error:
            log.write("WARNING", "unreadable order", reason=error.detail)
