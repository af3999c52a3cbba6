"""HTTP API that injects faults into whole regions, served beside MiniStack's own paths.

| path | effect |
| --- | --- |
| `GET /_replication` | regions with paused replication, the waiting writes, the delay and measured latencies |
| `POST /_replication/delay?median=<s>&p95=<s>` | sets the delay of every write's replication, 0 for none |
| `POST /_replication/pause/<region>`, `/_replication/resume/<region>` | pauses and resumes replication |
| `GET /_regions` | regions that are unavailable |
| `POST /_regions/lose/<region>`, `/_regions/restore/<region>` | makes a region unavailable, and available again |

On AWS the Fault Injection Service pauses replication, with `aws:dynamodb:global-table-pause-replication`.
"""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qsl

from ministack.services import cognito  # type: ignore[import-not-found]

from localcloud.local_gate import LocalGate, asgi_headers
from localcloud.ministack.replication import Delay, Links, regions_with_replicas

Asgi = Callable[[Mapping[str, Any], Any, Any], Awaitable[None]]
Answer = tuple[int, dict[str, Any]]
MAX_DELAY_SECONDS = 60
_SCOPE = re.compile(rb"Credential=[^/]+/\d{8}/([a-z0-9-]+)/")
_PRESIGNED = re.compile(
    rb"X-Amz-Credential=[^&]+?(?:/|%2F)\d{8}(?:/|%2F)([a-z0-9-]+)(?:/|%2F)", re.IGNORECASE
)


class FaultApi:
    """ASGI app: the fault API in front of MiniStack."""

    def __init__(self, app: Asgi, links: Links) -> None:
        self._app = app
        self._links = links
        self._unavailable: set[str] = set()
        self._actions: dict[tuple[str, str], Callable[[str], None]] = {
            ("_replication", "pause"): links.pause,
            ("_replication", "resume"): links.resume,
            ("_regions", "lose"): self._unavailable.add,
            ("_regions", "restore"): self._unavailable.discard,
        }
        self._states: dict[str, Callable[[], dict[str, Any]]] = {
            "_replication": self._replication,
            "_regions": lambda: {"unavailable": sorted(self._unavailable)},
        }

    async def __call__(self, scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif (name := scope["path"].split("/")[1]) in self._states:
            await _respond(send, *self._control(scope, name))
        elif found := self._unavailable & _regions(scope):
            region = min(found)
            await _respond(send, 503, {"__type": "ServiceUnavailable", "message": f"{region} is unavailable"})
        else:
            await self._app(scope, receive, send)

    def _control(self, scope: Mapping[str, Any], name: str) -> Answer:
        match scope["method"], scope["path"].split("/")[2:]:
            case "GET", []:
                return 200, self._states[name]()
            case "POST", ["delay"] if name == "_replication":
                return self._set_delay(scope["query_string"].decode())
            case "POST", [action, region] if (name, action) in self._actions:
                known = regions_with_replicas()
                if region not in known:
                    return 404, {
                        "message": f"no tables in {region!r}, only in {', '.join(sorted(known)) or 'none'}"
                    }
                self._actions[name, action](region)
                return 200, self._states[name]()
        actions = " or ".join(action for of, action in self._actions if of == name)
        return 404, {"message": f"GET /{name}, or POST /{name}/<{actions}>/<region>"}

    def _set_delay(self, query: str) -> Answer:
        values = dict(parse_qsl(query))
        try:
            delay = Delay(float(values["median"]), float(values["p95"]))
        except (KeyError, ValueError):
            return 400, {"message": "median and p95 in seconds are required"}
        if not 0 <= delay.median <= delay.p95 <= MAX_DELAY_SECONDS:
            return 400, {"message": f"0 <= median <= p95 <= {MAX_DELAY_SECONDS} is required"}
        self._links.delay = delay
        return 200, self._replication()

    def _replication(self) -> dict[str, Any]:
        return {
            "paused": sorted(self._links.paused),
            "waiting": [
                {"from": source, "to": target, "writes": writes, "oldest_seconds": round(seconds, 3)}
                for (source, target), (writes, seconds) in sorted(self._links.waiting().items())
            ],
            "delay": asdict(self._links.delay),
            "latency": [
                {
                    "from": source,
                    "to": target,
                    "median_seconds": round(median, 3),
                    "max_seconds": round(longest, 3),
                }
                for (source, target), (median, longest) in sorted(self._links.latencies().items())
            ],
        }


class GatedApp:
    """ASGI app that refuses requests which `gate` refuses."""

    def __init__(self, app: Asgi, gate: LocalGate) -> None:
        self._app = app
        self._gate = gate

    async def __call__(self, scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        """Serve or refuse one request."""
        if scope["type"] in ("http", "websocket"):
            refusal = self._gate.refusal(scope.get("method", "GET"), asgi_headers(scope))
            if refusal and scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
                return
            if refusal:
                await _respond(send, 403, {"__type": "AccessDenied", "message": refusal})
                return
        await self._app(scope, receive, send)


def _regions(scope: Mapping[str, Any]) -> set[str]:
    """The region of a request; for sign-in, which has no signature, the regions with a user pool."""
    if region := region_of(scope):
        return {region}
    if asgi_headers(scope).get("x-amz-target", "").startswith("AWSCognitoIdentityProviderService."):
        return {region for (_, region, _), _ in cognito._user_pools.all_items()}
    return set()


def region_of(scope: Mapping[str, Any]) -> str | None:
    """The region in a request's signature; None for an unsigned request."""
    signature = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
    found = _SCOPE.search(signature) or _PRESIGNED.search(scope["query_string"])
    return found.group(1).decode() if found else None


async def _respond(send: Any, status: int, answer: Mapping[str, Any]) -> None:
    body = json.dumps(answer).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
