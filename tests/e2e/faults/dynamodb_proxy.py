"""Proxy between a function and DynamoDB: forwards calls and injects faults."""

import json
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.support.waiting import TIMEOUT_SECONDS

WRITES = {
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "BatchWriteItem",
    "TransactWriteItems",
    "ExecuteStatement",
    "ExecuteTransaction",
    "BatchExecuteStatement",
}


@dataclass(frozen=True)
class Reply:
    """A response of DynamoDB."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


Forward = Callable[[], Reply]
Fault = Callable[[Forward], Reply | None]
"""Takes the function that forwards the call. Returns the response, or None to drop the connection."""


def refused(code: str, status: int = 400, **more: object) -> Fault:
    """DynamoDB refuses the call without executing it."""
    error = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": code, **more}
    return lambda _forward: Reply(
        status, json.dumps(error).encode(), {"content-type": "application/x-amz-json-1.0"}
    )


def request_lost(_forward: Forward) -> None:
    """The connection breaks before the call is executed."""


def response_lost(forward: Forward) -> None:
    """The call is executed and its response is lost."""
    forward()


def preceded_by(action: Callable[[], object]) -> Fault:
    """`action` runs just before the call."""

    def fault(forward: Forward) -> Reply:
        action()
        return forward()

    return fault


def replaced_by(action: Callable[[], object]) -> Fault:
    """`action` runs instead of the call; the connection breaks."""

    def fault(_forward: Forward) -> None:
        action()

    return fault


def followed_by(action: Callable[[], object]) -> Fault:
    """The call is executed, then `action` runs; the response is lost."""

    def fault(forward: Forward) -> None:
        forward()
        action()

    return fault


class DynamoDbProxy:
    """Injected faults, and the recorded calls."""

    def __init__(self, aws: str) -> None:
        self._aws = urlsplit(aws)
        self._faults: dict[str, list[Fault]] = defaultdict(list)
        self._lock = threading.Lock()
        self.calls: list[str] = []
        self.endpoint = ""

    @property
    def writes(self) -> list[str]:
        """Recorded calls that write."""
        return [call for call in self.calls if call in WRITES]

    def inject(self, operation: str, *faults: Fault) -> None:
        """Apply these faults to the next calls of an operation, one each."""
        self._faults[operation] += faults

    def clear(self) -> None:
        """Remove the unused faults."""
        self._faults.clear()

    def reset(self) -> None:
        """Remove the unused faults and the recorded calls."""
        self.clear()
        self.calls.clear()

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> Reply | None:
        """Forward a call or apply its fault."""
        operation = headers.get("x-amz-target", "").rpartition(".")[2]

        def forward() -> Reply:
            return self._forward(path, headers, body)

        with self._lock:
            self.calls.append(operation)
            fault = self._faults[operation].pop(0) if self._faults[operation] else None
        return fault(forward) if fault else forward()

    def _forward(self, path: str, headers: dict[str, str], body: bytes) -> Reply:
        connection = HTTPConnection(self._aws.hostname or "", self._aws.port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request("POST", path, body, headers)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        kept = {name: value for name, value in response.getheaders() if name.lower() not in _HOP_BY_HOP}
        return Reply(response.status, content, kept)


_HOP_BY_HOP = {"connection", "content-length", "date", "server", "transfer-encoding"}


@contextmanager
def dynamodb_proxy(aws: str) -> Iterator[DynamoDbProxy]:
    """Run a proxy of AWS's endpoint on a free port."""
    proxy = DynamoDbProxy(aws)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = proxy.answer(self.path, headers, body)
            if reply is None:
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A killed function does not read its response."""

    with Server(("127.0.0.1", 0), Handler) as server:
        proxy.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()
