"""Records the requests that the emulator receives, for `localcloud.request_audit`."""

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from localcloud.local_gate import asgi_headers
from localcloud.ministack.fault_api import Asgi


class RecordingApp:
    """ASGI app that appends each signed request to `file`, one JSON object per line."""

    def __init__(self, app: Asgi, file: Path) -> None:
        self._app = app
        self._file = file

    async def __call__(self, scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        """Serve one request."""
        headers = asgi_headers(scope) if scope["type"] == "http" else {}
        if "authorization" not in headers:
            await self._app(scope, receive, send)
            return
        body = bytearray()

        async def receive_recorded() -> Any:
            message = await receive()
            body.extend(message.get("body", b""))
            return message

        async def send_recorded(message: Mapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                self._write(scope, headers, bytes(body))
            await send(message)

        await self._app(scope, receive_recorded, send_recorded)

    def _write(self, scope: Mapping[str, Any], headers: Mapping[str, str], body: bytes) -> None:
        record = {
            "method": scope["method"],
            "path": (scope.get("raw_path") or scope["path"].encode()).decode(),
            "query": scope["query_string"].decode(),
            "headers": headers,
            "body": base64.b64encode(_without_objects(headers, scope, body)).decode(),
        }
        with self._file.open("a", encoding="utf-8") as output:
            output.write(f"{json.dumps(record)}\n")


def _without_objects(headers: Mapping[str, str], scope: Mapping[str, Any], body: bytes) -> bytes:
    """The body, without the contents of objects in S3: they are large and have no model."""
    is_object = "/s3/aws4_request" in headers["authorization"] and scope["path"].strip("/").count("/")
    return b"" if is_object and not scope["query_string"] else body
