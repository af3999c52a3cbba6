from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

from botocore.exceptions import ClientError

from localcloud.control_room.arrivals import RegionArrivals, StreamReader
from ops.deployment import Deployment


def test_repeated_arrival_counts_once() -> None:
    arrivals = RegionArrivals()
    for at in (100.0, 101.0):
        arrivals.take("one", here=True, at=at)
    arrivals.take("one", here=False, at=102.0)
    assert (arrivals.placed_here, arrivals.replicated) == ({"one"}, set())
    assert sum(arrivals.by_second(103.0)) == 1


def test_by_second_covers_last_minute() -> None:
    arrivals = RegionArrivals()
    for order, at in (("old", 10.0), ("minute", 41.5), ("now", 100.0)):
        arrivals.take(order, here=True, at=at)
    drawn = arrivals.by_second(100.5)
    assert len(drawn) == 60
    assert (drawn[0], drawn[1], drawn[-1], sum(drawn)) == (1, 0, 1, 2)


class Stream:
    """A stream with one shard of orders; iterators are positions, and those in `expired` fail."""

    def __init__(self) -> None:
        self.orders: list[str] = []
        self.placed_at = "2026-01-31T08:15:30.123Z"
        self.expired: set[str] = set()
        self._given = 0

    def describe_table(self, **_: Any) -> Any:
        return {"Table": {"LatestStreamArn": "stream"}}

    def describe_stream(self, **_: Any) -> Any:
        return {"StreamDescription": {"Shards": [{"ShardId": "shard"}]}}

    def get_shard_iterator(self, **asked: Any) -> Any:
        position = int(asked["SequenceNumber"]) + 1 if "SequenceNumber" in asked else len(self.orders)
        return {"ShardIterator": self._at(position)}

    def get_records(self, ShardIterator: str) -> Any:  # noqa: N803  boto3's own
        if ShardIterator in self.expired:
            raise ClientError({"Error": {"Code": "ExpiredIteratorException"}}, "GetRecords")
        position = int(ShardIterator.split("@")[1])
        records = [
            {
                "eventName": "INSERT",
                "dynamodb": {
                    "SequenceNumber": str(number),
                    "ApproximateCreationDateTime": datetime.now(UTC),
                    "NewImage": {
                        "orderId": {"S": self.orders[number]},
                        "region": {"S": "eu-west-1"},
                        "createdAt": {"S": self.placed_at},
                        "items": {"L": []},
                    },
                },
            }
            for number in range(position, len(self.orders))
        ]
        return {"Records": records, "NextShardIterator": self._at(len(self.orders))}

    def _at(self, position: int) -> str:
        self._given += 1
        return f"{self._given}@{position}"


def reader_of(stream: Stream) -> StreamReader:
    known = SimpleNamespace(
        regions={"eu-west-1": SimpleNamespace(tables={"orders": "orders"})}, client=lambda *_: stream
    )
    return StreamReader(cast(Deployment, known), "eu-west-1")


def test_orders_before_start_are_ignored() -> None:
    stream, arrivals = Stream(), RegionArrivals()
    reader = reader_of(stream)
    reader.open()
    stream.orders.append("one")
    reader.read_into(arrivals, since="2026-01-31T08:15:30.124Z")
    stream.placed_at = "2026-01-31T08:15:30.124Z"
    stream.orders.append("two")
    reader.read_into(arrivals, since="2026-01-31T08:15:30.124Z")
    assert arrivals.placed_here == {"two"}


def test_expired_iterator_resumes_in_place() -> None:
    stream, arrivals = Stream(), RegionArrivals()
    reader = reader_of(stream)
    stream.orders.append("before anyone watched")
    reader.open()
    stream.orders.append("one")
    reader.read_into(arrivals, since="")
    assert arrivals.placed_here == {"one"}

    stream.expired = {f"{number}@{position}" for number in range(9) for position in range(9)}
    stream.orders.append("two")
    reader.read_into(arrivals, since="")
    stream.expired = set()
    reader.read_into(arrivals, since="")

    assert arrivals.placed_here == {"one", "two"}
