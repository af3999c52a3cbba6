"""Counts orders as the Orders stream brings them: this region's and those replicated from others.

A record may come again, late or out of order: an order counts once, and only its arrival counts. A record
that cannot be read goes to the dead-letter queue, so that it does not hold up those behind it. This raises
only for what a retry mends (Redis or the queue is away), and then the whole batch may come again.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from bestsellers.connection import redis
from bestsellers.counts import Ranking
from bestsellers.dead_letters import DeadLetters
from bestsellers.models import Sale, UnreadableError
from runtime import aws, clock, log
from runtime.settings import settings

Record = Mapping[str, Any]


@cache
def _ranking() -> Ranking:
    return Ranking(redis())


@cache
def _dead_letters() -> DeadLetters:
    return DeadLetters(aws.client("sqs"), settings().dead_letter_queue_url)


def handle(event: Mapping[str, Any], context: object) -> dict[str, list[object]]:
    """Count a batch of stream records. The answer says that no record failed, for event sources that ask."""
    log.follow(getattr(context, "aws_request_id", ""))
    sales, unreadable = sort(event["Records"])
    new = _ranking().count(sales) if sales else 0
    for record, reason in unreadable:
        _dead_letters().send(record, reason)
    if new:
        log.metric("BestsellersLag", [_age_ms(sale) for sale in sales[:100]], "Milliseconds")
    log.write(
        "WARNING" if unreadable else "INFO",
        "fed",
        records=len(event["Records"]),
        orders=len(sales),
        new=new,
        unreadable=len(unreadable),
    )
    return {"batchItemFailures": []}


def sort(records: Iterable[Record]) -> tuple[list[Sale], list[tuple[Record, str]]]:
    """The orders that arrived, and the records that cannot be read with the reason. Changes and removals of
    orders are neither: they do not count.
    """
    sales, unreadable = [], []
    for record in records:
        try:
            if record["eventName"] == "INSERT":
                sales.append(Sale.from_image(record["dynamodb"]["NewImage"]))
        except UnreadableError as error:
            unreadable.append((record, error.detail))
        except (KeyError, TypeError, AttributeError) as error:
            unreadable.append((record, f"It is no stream record: {error!r}."))
    return sales, unreadable


def _age_ms(sale: Sale) -> float:
    """Not below zero, whatever another region's clock says."""
    age = clock.now() - clock.parse(sale.created_at)
    return max(0.0, age.total_seconds() * 1000)
