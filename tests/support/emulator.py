"""Runs the patched MiniStack as a process of its own, with global tables in it."""

import contextlib
import io
import json
import os
import signal
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import httpx

from localcloud.layout import Layout, url
from localcloud.processes import Supervisor
from localcloud.programs import aws_part
from tests.support.ports import free_base
from tests.support.waiting import TIMEOUT_SECONDS, wait_until

REGIONS = ("eu-west-1", "ap-southeast-1", "us-west-2")
TABLE = "notes"
ROLE = "functions"
Item = dict[str, str]


@dataclass
class Emulator:
    """A running emulator with its state in a folder."""

    layout: Layout
    supervisor: Supervisor
    http: httpx.Client
    clients: dict[tuple[str, str], Any] = field(default_factory=dict)
    """boto3 clients by service and region."""

    def restart(self) -> None:
        """Stop it with SIGTERM and start it again from its saved state."""
        self.supervisor.stop("aws")
        self.supervisor.ensure(aws_part(self.layout))

    def kill(self) -> None:
        """Kill it with SIGKILL and start it again."""
        record = self.supervisor.record("aws")
        assert record
        os.killpg(record.pid, signal.SIGKILL)
        self.restart()

    def client(self, service: str, region: str) -> Any:
        """The boto3 client of a service in a region. Making one takes longer than a request."""
        place = service, region
        if place not in self.clients:
            self.clients[place] = aws_client(self.layout, *place)
        return self.clients[place]

    def post_replication(self, path: str) -> httpx.Response:
        """Send a request to the fault API's replication path."""
        return self.http.post(f"{url(self.layout.aws)}/_replication/{path}")

    def set_delay(self, median: float, p95: float) -> None:
        """Delay replication by a distribution in seconds; 0 and 0 for none."""
        self.post_replication(f"delay?median={median}&p95={p95}").raise_for_status()

    def turn(self, action: str, region: str) -> httpx.Response:
        """Pause or resume replication."""
        return self.post_replication(f"{action}/{region}")

    def lose(self, region: str) -> httpx.Response:
        """Make a region's APIs unavailable."""
        return self.http.post(f"{url(self.layout.aws)}/_regions/lose/{region}")

    def restore(self, region: str) -> httpx.Response:
        """Make them available again."""
        return self.http.post(f"{url(self.layout.aws)}/_regions/restore/{region}")

    def from_a_page(self, action: str, region: str) -> httpx.Response:
        """The same request with the Origin header of a foreign page."""
        return self.http.post(
            f"{url(self.layout.aws)}/_replication/{action}/{region}", headers={"origin": "http://elsewhere"}
        )

    def replication(self) -> dict[str, Any]:
        found: dict[str, Any] = self.http.get(f"{url(self.layout.aws)}/_replication").json()
        return found

    def catch_up(self) -> None:
        """Resume replication everywhere and wait until no write is queued."""
        for region in self.replication()["paused"]:
            assert self.turn("resume", region).is_success
        wait_until(
            lambda: not self.replication()["waiting"], TIMEOUT_SECONDS, lambda: str(self.replication())
        )

    def make_global_table(self, *regions: str) -> None:
        home = self.client("dynamodb", regions[0])
        home.create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
        for region in regions[1:]:
            home.update_table(TableName=TABLE, ReplicaUpdates=[{"Create": {"RegionName": region}}])

    def drop_table(self, *regions: str) -> None:
        for region in regions:
            self.client("dynamodb", region).delete_table(TableName=TABLE)

    def make_function(self, name: str, source: str, region: str = REGIONS[0]) -> None:
        """Create a function of one file with a `handle`."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr(f"{name}.py", source)
        self.client("lambda", region).create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=ensure_role(self.client("iam", region)),
            Handler=f"{name}.handle",
            Code={"ZipFile": packed.getvalue()},
        )

    def put(self, region: str, id: str, text: str) -> None:
        self.client("dynamodb", region).put_item(TableName=TABLE, Item={"id": {"S": id}, "text": {"S": text}})

    def delete(self, region: str, id: str) -> None:
        self.client("dynamodb", region).delete_item(TableName=TABLE, Key={"id": {"S": id}})

    def texts(self, region: str) -> Item:
        """All texts of a region by id."""
        items = self.client("dynamodb", region).scan(TableName=TABLE, ConsistentRead=True)["Items"]
        return {item["id"]["S"]: item["text"]["S"] for item in items}

    def stream(self, region: str) -> list[tuple[str, str]]:
        """Every record of a region's stream: event name and item id."""
        table = self.client("dynamodb", region).describe_table(TableName=TABLE)["Table"]
        streams = self.client("dynamodbstreams", region)
        arn = table["LatestStreamArn"]
        shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
        iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")[
            "ShardIterator"
        ]
        records = streams.get_records(ShardIterator=iterator)["Records"]
        return [(record["eventName"], record["dynamodb"]["Keys"]["id"]["S"]) for record in records]


def ensure_role(iam: Any) -> str:
    """ARN of a role for functions that may do everything; the emulator enforces IAM."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=_policy(trust))
        iam.put_role_policy(RoleName=ROLE, PolicyName="everything", PolicyDocument=_policy(everything))
    return str(iam.get_role(RoleName=ROLE)["Role"]["Arn"])


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def aws_client(layout: Layout, service: str, region: str) -> Any:
    """A boto3 client of the emulator of `layout`."""
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=url(layout.aws),
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


@contextmanager
def running(folder: Path) -> Iterator[Emulator]:
    """An emulator that ends with the block."""
    layout = Layout(free_base(), folder)
    supervisor = Supervisor(layout.cloud / "processes", layout.log)
    try:
        supervisor.ensure(aws_part(layout))
        with httpx.Client() as http:
            yield Emulator(layout, supervisor, http)
    finally:
        supervisor.stop_all()
