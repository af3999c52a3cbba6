"""How far a region's tables are behind another's, by sending heartbeats through one of them.

The Cart table carries them: nobody signs in as `_heartbeat-...`, its items expire, nothing reads its stream.
In Orders each would be taken for an order, and Books has no expiry.
"""

import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ops.aws import client
from stacks.settings import Settings

BEATS = 16
"""Heartbeats at a time. Each has a partition key of its own, so that together they cross most partitions of the
table, which replicate independently. At most 25, what one batch may write."""
TABLES = ("books", "cart", "orders")
POLL = 0.1
"""Seconds between two looks."""
LOOK = 2.0
"""Seconds that heartbeats are given at least."""
CAUGHT_UP = 5.0
"""Seconds behind at which a region counts as having everything; DynamoDB's usual lag is about one."""
EXPIRY = timedelta(hours=1)
"""For heartbeats that nobody could remove."""


def lag(settings: Settings, source: str, target: str, *, timeout: float) -> float | None:
    """Seconds that writes in `source` take to be read in `target`; None when it is more than `timeout`.

    Raises what boto3 raises when one of the two tables does not answer.
    """
    table = f"{settings.name}-cart"
    writer, reader = client("dynamodb", source), client("dynamodb", target)
    beat = str(uuid.uuid4())
    keys = [{"customerId": {"S": f"_heartbeat-{number}"}, "bookId": {"S": beat}} for number in range(BEATS)]
    expires = {"N": str(int((datetime.now(UTC) + EXPIRY).timestamp()))}
    started = time.monotonic()
    _write(writer, table, [{"PutRequest": {"Item": {**key, "expiresAt": expires}}} for key in keys])
    try:
        while _arrived(reader, table, keys) < BEATS:
            if time.monotonic() - started > timeout:
                return None
            time.sleep(POLL)
        return time.monotonic() - started
    finally:
        _write(writer, table, [{"DeleteRequest": {"Key": key}} for key in keys])


def lag_behind(settings: Settings, sources: Sequence[str], target: str, *, timeout: float) -> float | None:
    """The largest lag of `target` behind any of `sources`; None when there are none or one cannot be told."""
    try:
        lags = [lag(settings, source, target, timeout=timeout) for source in sources]
    except (BotoCoreError, ClientError):
        return None
    known = [measured for measured in lags if measured is not None]
    return max(known) if known and len(known) == len(lags) else None


def reported_latency(settings: Settings, source: str, target: str) -> float | None:
    """Seconds that DynamoDB itself reports for the slowest table of late; None when it reports nothing.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html#ReplicationLatency
    """
    cloudwatch = client("cloudwatch", source)
    latest = [_latest(cloudwatch, f"{settings.name}-{table}", target) for table in TABLES]
    return max((seconds for seconds in latest if seconds is not None), default=None)


def catches_up(settings: Settings, source: str, target: str, *, deadline: float) -> bool:
    """Wait until `target` has what was written in `source`, by `time.monotonic()`'s `deadline`; whether it has.

    Heartbeats show that replication works, DynamoDB's own metric that they did not overtake a backlog.
    """
    while True:
        measured = lag(settings, source, target, timeout=max(deadline - time.monotonic(), LOOK))
        if measured is not None:
            behind = max(measured, reported_latency(settings, source, target) or 0.0)
            if behind <= CAUGHT_UP:
                return True
        if time.monotonic() > deadline:
            return False


def _latest(cloudwatch: Any, table: str, target: str) -> float | None:
    now = datetime.now(UTC)
    points = cloudwatch.get_metric_statistics(
        Namespace="AWS/DynamoDB",
        MetricName="ReplicationLatency",
        Dimensions=[{"Name": "TableName", "Value": table}, {"Name": "ReceivingRegion", "Value": target}],
        StartTime=now - timedelta(minutes=3),
        EndTime=now,
        Period=60,
        Statistics=["Average"],
    )["Datapoints"]
    if not points:
        return None
    return float(max(points, key=lambda point: point["Timestamp"])["Average"]) / 1000


def _write(client: Any, table: str, requests: list[dict[str, Any]]) -> None:
    while requests:
        answer = client.batch_write_item(RequestItems={table: requests})
        requests = answer["UnprocessedItems"].get(table, [])


def _arrived(client: Any, table: str, keys: list[dict[str, Any]]) -> int:
    answer = client.batch_get_item(RequestItems={table: {"Keys": keys}})
    return len(answer["Responses"][table])
