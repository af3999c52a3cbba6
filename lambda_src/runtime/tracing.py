"""What an invocation asked of DynamoDB, of queues and of Redis, told to X-Ray while it happens.

Lambda makes the segment of an invocation and runs X-Ray's daemon beside it. Here each call to another service
becomes a subsegment of it, one datagram, if the invocation is one that X-Ray samples. It holds names, times
and outcomes, and nothing of what was asked or answered. A datagram that is lost is a line less in a trace.

Why not aws-xray-sdk: importing it takes 250 ms of processor on two cores, where a whole handler may take 100 (see
`benchmarks/cold_start.py`), and what this shop needs of it is below:
- https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
- https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html
"""

import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

_HEADER = '{"format": "json", "version": 1}\n'
_STARTED = "runtime.tracing"
"""Where botocore's context of a call keeps the subsegment."""


def trace_id() -> str:
    """The trace that this invocation is part of, sampled or not; empty outside Lambda."""
    return _invocation().get("Root", "")


class Subsegment:
    """One call to another service, which begins now, in the invocation that runs now."""

    def __init__(self, name: str, **fields: Any) -> None:
        invocation = _invocation()
        self._is_sampled = invocation.get("Sampled") == "1"
        self._document = {
            "type": "subsegment",
            "trace_id": invocation.get("Root"),
            "parent_id": invocation.get("Parent"),
            "id": os.urandom(8).hex(),
            "name": name,
            "start_time": time.time(),
            **fields,
        }

    def end(self, **fields: Any) -> None:
        """Tell the daemon of it, and what has become known meanwhile. It never raises."""
        address = os.environ.get("AWS_XRAY_DAEMON_ADDRESS", "")
        if self._is_sampled and address:
            _send({**self._document, "end_time": time.time(), **fields}, address)

    def fail(self, error: BaseException) -> None:
        """End it by what kept it from an answer; by its kind only, since messages may quote what was sent."""
        kind = {"id": os.urandom(8).hex(), "type": type(error).__name__, "remote": True}
        self.end(fault=True, cause={"exceptions": [kind]})


@contextmanager
def remote(name: str, commands: Iterable[str]) -> Iterator[None]:
    """A subsegment of what runs inside: `commands` of a service that is none of AWS's."""
    subsegment = Subsegment(name, namespace="remote", metadata={name: {"commands": list(commands)}})
    try:
        yield
    except Exception as error:
        subsegment.fail(error)
        raise
    subsegment.end()


def watch(client: Any) -> None:
    """Make a subsegment of every call of a botocore client, retries included."""
    service = client.meta.service_model

    def begin(params: Mapping[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        asked = {"operation": model.name, "region": client.meta.region_name, **_tables(params)}
        context[_STARTED] = (Subsegment(service.endpoint_prefix, namespace="aws"), asked)

    def answered(parsed: Mapping[str, Any], context: dict[str, Any], **_: Any) -> None:
        subsegment, asked = context[_STARTED]
        subsegment.end(**_outcome(parsed, asked))

    def failed(exception: BaseException, context: dict[str, Any], **_: Any) -> None:
        subsegment, _asked = context[_STARTED]
        subsegment.fail(exception)

    name = service.service_id.hyphenize()
    client.meta.events.register(f"before-parameter-build.{name}", begin)
    client.meta.events.register(f"after-call.{name}", answered)
    client.meta.events.register(f"after-call-error.{name}", failed)


def _outcome(parsed: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    told = parsed.get("ResponseMetadata", {})
    status = told.get("HTTPStatusCode", 0)
    aws = {**asked, "request_id": told.get("RequestId", ""), "retries": told.get("RetryAttempts", 0)}
    throttled = "Throttl" in parsed.get("Error", {}).get("Code", "")
    return {
        "aws": aws,
        "http": {"response": {"status": status}},
        **({"error": True} if 400 <= status < 500 else {}),
        **({"throttle": True} if throttled else {}),
        **({"fault": True} if status >= 500 else {}),
    }


def _tables(params: Mapping[str, Any]) -> dict[str, Any]:
    """The tables that a call to DynamoDB names, where X-Ray looks for them."""
    if "TableName" in params:
        return {"table_name": params["TableName"]}
    changes = [change for item in params.get("TransactItems", ()) for change in item.values()]
    names = {*params.get("RequestItems", ()), *(change["TableName"] for change in changes)}
    return {"table_names": sorted(names)} if names else {}


def _invocation() -> dict[str, str]:
    """Read each time: Lambda sets it anew for every invocation."""
    header = os.environ.get("_X_AMZN_TRACE_ID", "")
    return {name: value for name, _, value in (field.partition("=") for field in header.split(";"))}


def _send(document: Mapping[str, Any], address: str) -> None:
    import socket  # loaded by then, with whatever was called

    host, _, port = address.rpartition(":")
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.setblocking(False)
            out.sendto((_HEADER + json.dumps(document)).encode(), (host, int(port)))
    except (OSError, ValueError, OverflowError):
        return
