"""Answers a repeated request of Terraform with the response of its first attempt.

When a response is lost, the AWS SDK repeats the request with the same `amz-sdk-invocation-id`. The emulator has made
the resource by then, and the repeated call ends with "already exists". Data calls of the functions are not changed: on
AWS a repeated write of DynamoDB is executed again.
https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from localcloud.local_gate import asgi_headers
from localcloud.ministack.fault_api import Asgi

KEPT = 256
"""Newest requests whose responses are kept."""
log = logging.getLogger("repeated_requests")
Messages = list[Mapping[str, Any]]


class RepeatedRequestsApp:
    """ASGI app: executes each changing request of Terraform once, if it succeeds."""

    def __init__(self, app: Asgi) -> None:
        self._app = app
        self._responses: OrderedDict[str, asyncio.Future[Messages]] = OrderedDict()

    async def __call__(self, scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        """Serve one request."""
        id_ = _invocation(scope)
        if id_ is None:
            await self._app(scope, receive, send)
        elif first := self._responses.get(id_):
            await self._repeat(first, id_, scope, receive, send)
        else:
            await self._execute(id_, scope, receive, send)

    async def _execute(self, id_: str, scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        response = asyncio.get_running_loop().create_future()
        self._responses[id_] = response
        if len(self._responses) > KEPT:
            self._responses.popitem(last=False)
        messages: Messages = []

        async def keep(message: Mapping[str, Any]) -> None:
            messages.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                response.set_result(messages)
            await send(message)

        try:
            await self._app(scope, receive, keep)
        finally:
            if not response.done():
                response.set_result([])

    async def _repeat(
        self, first: asyncio.Future[Messages], id_: str, scope: Mapping[str, Any], receive: Any, send: Any
    ) -> None:
        messages = await first
        if not messages or messages[0]["status"] >= 300:
            await self._execute(id_, scope, receive, send)
            return
        operation = asgi_headers(scope).get("x-amz-target", scope["path"])
        log.warning("%s: the first response was lost and is sent again", operation)
        while (await receive()).get("more_body"):
            pass
        for message in messages:
            await send(message)


def _invocation(scope: Mapping[str, Any]) -> str | None:
    """The identifier of a changing request of Terraform, the same in each attempt; None for others."""
    if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
        return None
    headers = asgi_headers(scope)
    return headers.get("amz-sdk-invocation-id") if "Terraform" in headers.get("user-agent", "") else None
