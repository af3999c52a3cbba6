"""Arrival of orders in each region, read from the Orders table's stream."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ops.deployment import Deployment

SECONDS_SHOWN = 60
EXPIRED = "ExpiredIteratorException"


@dataclass
class RegionArrivals:
    """Orders that arrived in one region since the start.

    `times` covers the last minute, in seconds since the epoch.
    """

    placed_here: set[str] = field(default_factory=set)
    replicated: set[str] = field(default_factory=set)
    times: deque[float] = field(default_factory=deque)
    arrived: dict[str, float] = field(default_factory=dict)
    """Arrival time of each order, in seconds since the epoch."""

    @property
    def held(self) -> set[str]:
        """Ids of all orders in the region."""
        return self.placed_here | self.replicated

    def take(self, order_id: str, *, here: bool, at: float) -> None:
        """Record the arrival of an order; a repeated arrival is ignored."""
        if order_id in self.placed_here or order_id in self.replicated:
            return
        (self.placed_here if here else self.replicated).add(order_id)
        self.times.append(at)
        self.arrived[order_id] = at

    def by_second(self, now: float) -> list[int]:
        """Arrivals per second in the last minute, newest last."""
        while self.times and self.times[0] <= now - SECONDS_SHOWN:
            self.times.popleft()
        counts = [0] * SECONDS_SHOWN
        for at in self.times:
            counts[SECONDS_SHOWN - 1 - min(max(0, int(now - at)), SECONDS_SHOWN - 1)] += 1
        return counts


class StreamReader:
    """Reads new records of one region's Orders stream."""

    def __init__(self, deployment: Deployment, region: str) -> None:
        self._region = region
        self._table = deployment.regions[region].tables["orders"]
        self._tables = deployment.client("dynamodb", region)
        self._streams = deployment.client("dynamodbstreams", region)
        self._stream = ""
        self._iterators: dict[str, str] = {}
        self._read: dict[str, str] = {}

    def open(self) -> None:
        """Start after the last record read, or after the newest one. Raises botocore's errors."""
        stream = self._tables.describe_table(TableName=self._table)["Table"]["LatestStreamArn"]
        if stream != self._stream:
            self._stream = stream
            self._read.clear()
        for shard in self._streams.describe_stream(StreamArn=self._stream)["StreamDescription"]["Shards"]:
            self._iterators[shard["ShardId"]] = self._iterator(shard["ShardId"])

    def _iterator(self, shard: str) -> str:
        place = (
            {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": self._read[shard]}
            if shard in self._read
            else {"ShardIteratorType": "LATEST"}
        )
        answer = self._streams.get_shard_iterator(StreamArn=self._stream, ShardId=shard, **place)
        return str(answer["ShardIterator"])

    def read_into(self, arrivals: RegionArrivals, since: str) -> None:
        """Record arrivals of orders created at `since` (ISO 8601) or later.

        An unavailable stream returns nothing. Raises botocore's errors if the position cannot be restored.
        """
        for shard, iterator in list(self._iterators.items()):
            try:
                page = self._streams.get_records(ShardIterator=iterator)
            except (BotoCoreError, ClientError) as error:
                # Iterators expire after 15 minutes without a watcher.
                if getattr(error, "response", {}).get("Error", {}).get("Code") == EXPIRED:
                    self.open()
                continue
            if "NextShardIterator" in page:
                self._iterators[shard] = page["NextShardIterator"]
            if page["Records"]:
                self._read[shard] = page["Records"][-1]["dynamodb"]["SequenceNumber"]
            for order_id, region, at in _inserted(page["Records"], since):
                arrivals.take(order_id, here=region == self._region, at=at)


def _inserted(records: list[dict[str, Any]], since: str) -> Iterator[tuple[str, str, float]]:
    """Yield the id, the origin region and the arrival time (seconds since the epoch) of each new order."""
    for record in records:
        if record["eventName"] != "INSERT":
            continue
        change = record["dynamodb"]
        image = change["NewImage"]
        if "items" in image and image["createdAt"]["S"] >= since:
            arrived = change["ApproximateCreationDateTime"].timestamp()
            yield image["orderId"]["S"], image["region"]["S"], arrived
