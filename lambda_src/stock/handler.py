"""Consumer of this region's streams of the Orders and Stock tables, and the sweep of holds.

Records may come again, late or out of order; `stock.logic` says why this is safe. A schedule invokes the function
with `{"sweep": true}`; an operator may add `"olderThanHours"` to check holds before their time. With
`{"erase": "<user id>"}` an operator erases a person.

AWS recommends one function for each stream of a global table, since more readers may be throttled. The Orders stream
has two, this one and the bestsellers' feeder: a Redis that does not answer must not keep copies from returning.
https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import cache
from typing import Any

from runtime import aws, log
from runtime.settings import settings
from shop.stock_rows import StockRows
from stock.erasure import Erasure
from stock.logic import Stock
from stock.models import Change, change_of
from stock.store import StockStore


@cache
def _stock() -> Stock:
    client, own = aws.client("dynamodb"), settings()
    rows = StockRows(client, own.stock_table, own.region)
    return Stock(StockStore(client, own), rows, Erasure(client, own))


def handle(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Process a batch of stream records, sweep, or erase a person.

    Raises:
        ExceptionGroup: some holds or erasures of a sweep failed; the others were processed.
        Unavailable: DynamoDB does not answer or is busy; Lambda repeats the batch.
    """
    log.set_request_id(getattr(context, "aws_request_id", ""))
    if event.get("sweep"):
        released = _stock().sweep(timedelta(hours=event.get("olderThanHours", 0)))
        log.write("INFO", "swept", released=released)
        return {"released": released}
    if "erase" in event:
        erased = _stock().erase(event["erase"])
        log.write("INFO", "erased", **erased)
        return erased
    changes = list(dict.fromkeys(_changes(event["Records"])))
    for change in changes:
        _stock().apply(change)
    log.write("INFO", "stock updated", records=len(event["Records"]), changes=len(changes))
    return {"batchItemFailures": []}


def _changes(records: Iterable[Mapping[str, Any]]) -> Iterable[Change]:
    for record in records:
        try:
            change = change_of(record)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            log.metric("StockRecordsUnreadable", 1)
            log.write("ERROR", "unreadable record", cause=repr(error))
            continue
        if change is not None:
            yield change
