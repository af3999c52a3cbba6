"""Measures replication lag between regions by writing heartbeats to the Cart table.

No shopper has the id `_heartbeat-...`, the table's items expire, and its stream has no consumer. In Orders a heartbeat
would count as an order, and Books has no expiry.
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
"""Heartbeats per measurement, each with a partition key of its own: partitions replicate independently. At most 25,
the limit of BatchWriteItem."""
TABLES = ("books", "cart", "orders", "stock")
POLL = 0.1
"""Seconds between two reads."""
SHORTEST = 2.0
"""Minimum seconds to wait for heartbeats."""
CAUGHT_UP = 5.0
"""The lag in seconds below which a region counts as caught up. DynamoDB's usual lag is about one second."""
EXPIRY = timedelta(hours=1)
"""For heartbeats that could not be deleted."""


def lag(settings: Settings, source: str, target: str, *, timeout: float) -> float | None:
    """Seconds until writes in `source` can be read in `target`; None when it takes more than `timeout`.

    Raises botocore's errors when one of the two tables does not answer.
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
    """The largest lag of `target` behind any of `sources`; None without sources, or if one cannot be measured."""
    try:
        lags = [lag(settings, source, target, timeout=timeout) for source in sources]
    except (BotoCoreError, ClientError):
        return None
    known = [measured for measured in lags if measured is not None]
    return max(known) if known and len(known) == len(lags) else None


def reported_latency(settings: Settings, source: str, target: str) -> float | None:
    """The latest ReplicationLatency of the slowest table in seconds; None without data points.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html#ReplicationLatency
    """
    cloudwatch = client("cloudwatch", source)
    latest = [_latest(cloudwatch, f"{settings.name}-{table}", target) for table in TABLES]
    return max((seconds for seconds in latest if seconds is not None), default=None)


def catches_up(settings: Settings, source: str, target: str, *, deadline: float) -> bool:
    """Wait until `target` has the writes of `source`; returns False at `deadline`, in `time.monotonic()` seconds.

    Heartbeats show that replication works. DynamoDB's metric shows that they did not overtake a backlog.
    """
    while True:
        measured = lag(settings, source, target, timeout=max(deadline - time.monotonic(), SHORTEST))
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
