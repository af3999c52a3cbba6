import json
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from redis import Redis, RedisError

from bestsellers.connection import redis as redis_client
from catalog.handler import handle
from runtime import aws, tracing
from runtime.errors import ConditionFailed, Unavailable
from runtime.settings import settings
from tests.support.api_events import Shopper
from tests.support.lambda_tables import BOOKS, CART, ORDERS, Tables

TRACE, PARENT = "1-5759e988-bd862e3fe1be46a994272793", "53995c3f42cd8ad8"
Received = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def daemon(monkeypatch: pytest.MonkeyPatch, environment: None) -> Iterator[Received]:
    """A socket in place of the X-Ray daemon, and a sampled invocation."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.setblocking(False)  # over loopback a datagram has arrived when `sendto` returns
        host, port = listener.getsockname()
        monkeypatch.setenv("AWS_XRAY_DAEMON_ADDRESS", f"{host}:{port}")
        monkeypatch.setenv("_X_AMZN_TRACE_ID", f"Root={TRACE};Parent={PARENT};Sampled=1;Lineage=a:0")

        def received() -> list[dict[str, Any]]:
            documents: list[dict[str, Any]] = []
            while True:
                try:
                    header, _, document = listener.recv(65_536).decode().partition("\n")
                except BlockingIOError:
                    return documents
                assert json.loads(header) == {"format": "json", "version": 1}
                documents.append(json.loads(document))

        yield received


def test_read_of_table_is_a_subsegment(daemon: Received, tables: Tables) -> None:
    tables.book("moby")
    daemon()
    assert Shopper(handle)("GET", "/categories").status == 200
    (subsegment,) = daemon()
    assert (subsegment["trace_id"], subsegment["parent_id"]) == (TRACE, PARENT)
    assert (subsegment["type"], subsegment["name"], subsegment["namespace"]) == (
        "subsegment",
        "dynamodb",
        "aws",
    )
    assert subsegment["start_time"] < subsegment["end_time"]
    assert subsegment["http"]["response"]["status"] == 200
    call = subsegment["aws"]
    assert (call["operation"], call["region"], call["table_name"]) == ("GetItem", "eu-west-1", BOOKS)
    assert call["request_id"]


def test_subsegment_names_all_tables(daemon: Received, tables: Tables) -> None:
    put = {"Item": {"customerId": {"S": "c"}, "orderId": {"S": "o"}, "createdAt": {"S": "now"}}}
    line = {"Item": {"customerId": {"S": "c"}, "bookId": {"S": "b"}}}
    changes = [{"Put": {"TableName": ORDERS, **put}}, {"Put": {"TableName": CART, **line}}]
    aws.call(tables.client.transact_write_items, TransactItems=changes)
    aws.call(tables.client.batch_get_item, RequestItems={BOOKS: {"Keys": [{"id": {"S": "b"}}]}})
    assert [each["aws"]["table_names"] for each in daemon()[-2:]] == [sorted([CART, ORDERS]), [BOOKS]]


def test_lost_race_is_error_but_not_fault(daemon: Received, tables: Tables) -> None:
    tables.book("moby")
    daemon()
    with pytest.raises(ConditionFailed):
        aws.call(
            tables.client.put_item,
            TableName=BOOKS,
            Item={"id": {"S": "moby"}},
            ConditionExpression="attribute_not_exists(id)",
        )
    (subsegment,) = daemon()
    assert subsegment["error"] is True
    assert "fault" not in subsegment


def test_unreachable_service_is_a_fault(daemon: Received, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "none")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    client = aws.client("sqs", attempts=1)
    with pytest.raises(Unavailable):
        aws.call(client.send_message, QueueUrl="http://127.0.0.1:1/q", MessageBody="secret")
    (subsegment,) = daemon()
    assert (subsegment["name"], subsegment["fault"]) == ("sqs", True)
    assert subsegment["cause"]["exceptions"][0]["type"] == "EndpointConnectionError"
    assert "secret" not in json.dumps(subsegment)


def test_redis_round_trip_is_a_subsegment(daemon: Received, redis: Redis) -> None:
    redis_client().set("a-key", "a-value")
    pipeline = redis_client().pipeline()
    pipeline.get("a-key")
    pipeline.zrange("a-set", 0, 9)
    assert pipeline.execute() == ["a-value", []]
    sent = daemon()
    assert [each["metadata"]["redis"]["commands"] for each in sent] == [["SET"], ["GET", "ZRANGE"]]
    assert {(each["name"], each["namespace"], each["parent_id"]) for each in sent} == {
        ("redis", "remote", PARENT)
    }
    assert "a-key" not in json.dumps(sent)
    assert "a-value" not in json.dumps(sent)


def test_unreachable_redis_is_a_fault(daemon: Received) -> None:
    with pytest.raises(RedisError):
        redis_client().ping()
    (subsegment,) = daemon()
    assert subsegment["fault"] is True


def test_subsegment_keeps_its_invocation(daemon: Received, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = tracing.Subsegment("dynamodb")
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-other;Parent=other;Sampled=1")
    slow.end()
    (subsegment,) = daemon()
    assert subsegment["parent_id"] == PARENT


@pytest.mark.parametrize(
    "header", ["", f"Root={TRACE};Parent={PARENT};Sampled=0", f"Root={TRACE}", "=;;nonsense"]
)
def test_unsampled_invocation_sends_nothing(
    daemon: Received, tables: Tables, monkeypatch: pytest.MonkeyPatch, header: str
) -> None:
    daemon()
    monkeypatch.setenv("_X_AMZN_TRACE_ID", header)
    tables.book("moby")
    assert daemon() == []


@pytest.mark.parametrize(
    "address", ["", "127.0.0.1", "127.0.0.1:1", "127.0.0.1:99999999", "no.such.host.invalid:2000"]
)
def test_missing_daemon_does_not_fail_requests(
    daemon: Received, tables: Tables, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("AWS_XRAY_DAEMON_ADDRESS", address)
    tables.book("moby")
    assert Shopper(handle)("GET", "/books/{bookId}", path={"bookId": "moby"}).status == 200


def test_log_lines_name_request_and_trace(
    daemon: Received, tables: Tables, redis: Redis, capsys: pytest.CaptureFixture[str]
) -> None:
    from bestsellers.handler import handle as bestsellers

    settings.cache_clear()
    redis.set("{bestsellers}:current", "a list would be refused")
    redis.set("{bestsellers}::sold", "no sorted set")
    capsys.readouterr()
    Shopper(bestsellers)("GET", "/bestsellers")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["message"] for line in lines] == ["bestsellers unavailable", "request"]
    for line in lines:
        assert (line["request_id"], line["trace_id"]) == ("r-1", TRACE)
        assert (line["function"], line["region"]) == ("local", "eu-west-1")
