"""X-Ray subsegments for calls to AWS services and Redis.

Lambda creates the segment of an invocation and runs the X-Ray daemon. This module sends one UDP datagram with a
subsegment for each call to another service, if the invocation is sampled. A subsegment holds names, times and
outcomes, but no parameters and no data. If a datagram is lost, the trace lacks one line.

Why not aws-xray-sdk: its import takes 250 ms of processor time on two cores, and a whole handler may take 100
(see `benchmarks/cold_start.py`). The formats are documented here:
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
"""Key of the subsegment in botocore's context of a call."""


def trace_id() -> str:
    """Trace id of this invocation, sampled or not. Empty outside Lambda."""
    return _invocation().get("Root", "")


class Subsegment:
    """One call to another service. It starts when the object is created."""

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
        """Send the subsegment to the daemon, with `fields` added. Never raises."""
        address = os.environ.get("AWS_XRAY_DAEMON_ADDRESS", "")
        if self._is_sampled and address:
            _send({**self._document, "end_time": time.time(), **fields}, address)

    def fail(self, error: BaseException) -> None:
        """End with the error's type. The message is left out, because it may quote request data."""
        kind = {"id": os.urandom(8).hex(), "type": type(error).__name__, "remote": True}
        self.end(fault=True, cause={"exceptions": [kind]})


@contextmanager
def remote(name: str, commands: Iterable[str]) -> Iterator[None]:
    """Record a subsegment around `commands` to a service outside AWS."""
    subsegment = Subsegment(name, namespace="remote", metadata={name: {"commands": list(commands)}})
    try:
        yield
    except Exception as error:
        subsegment.fail(error)
        raise
    subsegment.end()


def watch(client: Any) -> None:
    """Record a subsegment for every call of a botocore client, retries included."""
    service = client.meta.service_model

    def begin(params: Mapping[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        request = {"operation": model.name, "region": client.meta.region_name, **_tables(params)}
        context[_STARTED] = (Subsegment(service.endpoint_prefix, namespace="aws"), request)

    def answered(parsed: Mapping[str, Any], context: dict[str, Any], **_: Any) -> None:
        subsegment, request = context[_STARTED]
        subsegment.end(**_outcome(parsed, request))

    def failed(exception: BaseException, context: dict[str, Any], **_: Any) -> None:
        subsegment, _request = context[_STARTED]
        subsegment.fail(exception)

    name = service.service_id.hyphenize()
    client.meta.events.register(f"before-parameter-build.{name}", begin)
    client.meta.events.register(f"after-call.{name}", answered)
    client.meta.events.register(f"after-call-error.{name}", failed)


def _outcome(parsed: Mapping[str, Any], request: Mapping[str, Any]) -> dict[str, Any]:
    metadata = parsed.get("ResponseMetadata", {})
    status = metadata.get("HTTPStatusCode", 0)
    aws = {
        **request,
        "request_id": metadata.get("RequestId", ""),
        "retries": metadata.get("RetryAttempts", 0),
    }
    throttled = "Throttl" in parsed.get("Error", {}).get("Code", "")
    return {
        "aws": aws,
        "http": {"response": {"status": status}},
        **({"error": True} if 400 <= status < 500 else {}),
        **({"throttle": True} if throttled else {}),
        **({"fault": True} if status >= 500 else {}),
    }


def _tables(params: Mapping[str, Any]) -> dict[str, Any]:
    """Table names of a DynamoDB call, in the fields that X-Ray reads."""
    if "TableName" in params:
        return {"table_name": params["TableName"]}
    changes = [change for item in params.get("TransactItems", ()) for change in item.values()]
    names = {*params.get("RequestItems", ()), *(change["TableName"] for change in changes)}
    return {"table_names": sorted(names)} if names else {}


def _invocation() -> dict[str, str]:
    """Fields of the trace header. Lambda sets a new header for every invocation."""
    header = os.environ.get("_X_AMZN_TRACE_ID", "")
    return {name: value for name, _, value in (field.partition("=") for field in header.split(";"))}


def _send(document: Mapping[str, Any], address: str) -> None:
    import socket  # botocore or redis has already loaded it

    host, _, port = address.rpartition(":")
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.setblocking(False)
            out.sendto((_HEADER + json.dumps(document)).encode(), (host, int(port)))
    except (OSError, ValueError, OverflowError):
        return
