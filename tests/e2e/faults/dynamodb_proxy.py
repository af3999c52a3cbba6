"""What stands between a function and DynamoDB: it passes calls on, but for those that meet a fault."""

import json
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

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
    """An answer of DynamoDB."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


Forward = Callable[[], Reply]
Fault = Callable[[Forward], Reply | None]
"""From what would pass the call on to the answer, or `None` to break the connection without one."""


def refused(code: str, status: int = 400, **more: object) -> Fault:
    """DynamoDB says no, and the call never happened."""
    error = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": code, **more}
    return lambda _forward: Reply(
        status, json.dumps(error).encode(), {"content-type": "application/x-amz-json-1.0"}
    )


def lost(_forward: Forward) -> None:
    """The connection breaks on the way there."""


def unheard(forward: Forward) -> None:
    """The call happens, and the connection breaks on the way back."""
    forward()


def after(action: Callable[[], object]) -> Fault:
    """Something else happens just before the call."""

    def fault(forward: Forward) -> Reply:
        action()
        return forward()

    return fault


def lost_with(action: Callable[[], object]) -> Fault:
    """Something else happens, and the call never does."""

    def fault(_forward: Forward) -> None:
        action()

    return fault


def followed_by(action: Callable[[], object]) -> Fault:
    """The call happens, then something else, and there is no answer."""

    def fault(forward: Forward) -> None:
        forward()
        action()

    return fault


class Between:
    """The proxy's memory: the faults that are laid, and the calls that came."""

    def __init__(self, aws: str) -> None:
        self._aws = urlsplit(aws)
        self._faults: dict[str, list[Fault]] = defaultdict(list)
        self._lock = threading.Lock()
        self.calls: list[str] = []
        self.endpoint = ""

    @property
    def writes(self) -> list[str]:
        """The calls that came and would change something."""
        return [call for call in self.calls if call in WRITES]

    def lay(self, operation: str, *faults: Fault) -> None:
        """Let the next calls of an operation meet these faults, one each."""
        self._faults[operation] += faults

    def clear(self) -> None:
        """Take away what no call has met."""
        self._faults.clear()

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> Reply | None:
        """Pass a call on, or let it meet its fault."""
        operation = headers.get("x-amz-target", "").rpartition(".")[2]

        def forward() -> Reply:
            return self._forward(path, headers, body)

        with self._lock:
            self.calls.append(operation)
            fault = self._faults[operation].pop(0) if self._faults[operation] else None
        return fault(forward) if fault else forward()

    def _forward(self, path: str, headers: dict[str, str], body: bytes) -> Reply:
        connection = HTTPConnection(self._aws.hostname or "", self._aws.port, timeout=30)
        try:
            connection.request("POST", path, body, headers)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        kept = {name: value for name, value in response.getheaders() if name.lower() not in _OF_A_CONNECTION}
        return Reply(response.status, content, kept)


_OF_A_CONNECTION = {"connection", "content-length", "date", "server", "transfer-encoding"}


@contextmanager
def standing_between(aws: str) -> Iterator[Between]:
    """A proxy in front of AWS's endpoint, on a port of its own."""
    between = Between(aws)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = between.answer(self.path, headers, body)
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
            """A function that was killed does not take its answer."""

    with Server(("127.0.0.1", 0), Handler) as server:
        between.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield between
        finally:
            server.shutdown()
            thread.join()
