"""The switch of replication, beside MiniStack's own addresses: `/_replication`.

`GET /_replication` tells what is paused and what waits; `POST /_replication/pause/<region>` and `.../resume/<region>`
turn it. On AWS the Fault Injection Service does this, with `aws:dynamodb:global-table-pause-replication`.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from localcloud.ministack.replication import Links, regions_with_replicas

PATH = "/_replication"
Asgi = Callable[[Mapping[str, Any], Any, Any], Awaitable[None]]


def beside(app: Asgi, links: Links) -> Asgi:
    """`app`, which also has the switch."""

    async def with_switch(scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        path = str(scope.get("path", ""))
        if scope["type"] != "http" or not (path == PATH or path.startswith(f"{PATH}/")):
            await app(scope, receive, send)
            return
        status, answer = _answer(scope, path, links)
        body = json.dumps(answer).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return with_switch


def _answer(scope: Mapping[str, Any], path: str, links: Links) -> tuple[int, dict[str, Any]]:
    if any(name == b"origin" for name, _ in scope["headers"]):
        return 403, {"message": "for programs of this machine, not for pages"}
    match scope["method"], path.removeprefix(PATH).split("/"):
        case "GET", [""]:
            return 200, _state(links)
        case "POST", ["", "pause" | "resume" as action, region]:
            known = regions_with_replicas()
            if region not in known:
                return 404, {
                    "message": f"no replica in {region!r}, only in {', '.join(sorted(known)) or 'none'}"
                }
            (links.pause if action == "pause" else links.resume)(region)
            return 200, _state(links)
    return 404, {"message": f"GET {PATH}, POST {PATH}/pause/<region> or POST {PATH}/resume/<region>"}


def _state(links: Links) -> dict[str, Any]:
    return {
        "paused": sorted(links.paused),
        "waiting": [
            {"from": source, "to": target, "writes": writes, "oldest_seconds": round(seconds, 3)}
            for (source, target), (writes, seconds) in sorted(links.waiting().items())
        ],
    }
