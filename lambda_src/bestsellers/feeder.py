"""Counts orders and cancellations from this region's Orders stream, which also has the other regions' writes.

A record may come again, late or out of order. This is safe: an order counts once and is taken out once, whichever
record comes first (see `bestsellers.counts`). A record that cannot be parsed is logged and counted by the metric
`UnreadableRecords`, and does not block the following ones; its item stays in the table. An exception means that
Redis does not answer, or that the generations were swapped repeatedly; Lambda then repeats the whole batch.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from bestsellers.connection import redis
from bestsellers.counts import Counts
from bestsellers.models import Event, Sale, UnreadableError, event_of
from runtime import clock, log

Record = Mapping[str, Any]


@cache
def _counts() -> Counts:
    return Counts(redis())


def handle(event: Mapping[str, Any], context: object) -> dict[str, list[object]]:
    """Count a batch of stream records. The answer reports no failed record."""
    log.set_request_id(getattr(context, "aws_request_id", ""))
    events, unreadable = sort(event["Records"])
    new = _counts().count(events) if events else 0
    for record, reason in unreadable:
        log.write("ERROR", "unreadable record", event_id=_event_id(record), reason=reason)
    if unreadable:
        log.metric("UnreadableRecords", len(unreadable))
    sales = [each for each in events if isinstance(each, Sale)]
    if new and sales:
        log.metric("BestsellersLag", [_age_ms(sale) for sale in sales[:100]], "Milliseconds")
    log.write(
        "WARNING" if unreadable else "INFO",
        "fed",
        records=len(event["Records"]),
        orders=len(sales),
        cancellations=len(events) - len(sales),
        new=new,
        unreadable=len(unreadable),
    )
    return {"batchItemFailures": []}


def sort(records: Iterable[Record]) -> tuple[list[Event], list[tuple[Record, str]]]:
    """Return the new orders and cancellations, and the unreadable records with the reason.

    Changes and removals of items do not count.
    """
    events: list[Event] = []
    unreadable: list[tuple[Record, str]] = []
    for record in records:
        try:
            if record["eventName"] == "INSERT":
                found = event_of(record["dynamodb"]["NewImage"])
                events += [found] if found else []
        except UnreadableError as error:
            unreadable.append((record, error.detail))
        except (KeyError, TypeError, AttributeError) as error:
            unreadable.append((record, f"It is not a stream record: {error!r}."))
    return events, unreadable


def _event_id(record: Record) -> object:
    return record.get("eventID") if isinstance(record, Mapping) else None


def _age_ms(sale: Sale) -> float:
    """Return the age, at least zero: another region's clock may be ahead."""
    age = clock.now() - clock.parse(sale.created_at)
    return max(0.0, age.total_seconds() * 1000)
