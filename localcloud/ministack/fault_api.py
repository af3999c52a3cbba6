"""Switches beside MiniStack's own addresses, for what goes wrong with whole regions.

| address | does |
| --- | --- |
| `GET /_replication` | tells in which regions replication is paused, and what waits |
| `POST /_replication/pause/<region>`, `/_replication/resume/<region>` | pauses and resumes it |
| `GET /_regions` | tells which regions are away |
| `POST /_regions/lose/<region>`, `/_regions/find/<region>` | takes a region's AWS APIs away and gives them back |

On AWS the Fault Injection Service pauses replication, with `aws:dynamodb:global-table-pause-replication`.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from localcloud.ministack.region_outage import region_of
from localcloud.ministack.replication import Links, regions_with_replicas

Asgi = Callable[[Mapping[str, Any], Any, Any], Awaitable[None]]
Answer = tuple[int, dict[str, Any]]


class Switches:
    """MiniStack with the switches."""

    def __init__(self, app: Asgi, links: Links) -> None:
        self._app = app
        self._links = links
        self._away: set[str] = set()
        self._actions: dict[tuple[str, str], Callable[[str], None]] = {
            ("_replication", "pause"): links.pause,
            ("_replication", "resume"): links.resume,
            ("_regions", "lose"): self._away.add,
            ("_regions", "find"): self._away.discard,
        }
        self._states: dict[str, Callable[[], dict[str, Any]]] = {
            "_replication": self._replication,
            "_regions": lambda: {"away": sorted(self._away)},
        }

    async def __call__(self, scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif (name := scope["path"].split("/")[1]) in self._states:
            await _respond(send, *self._turn(scope, name))
        elif self._away and (region := region_of(scope)) in self._away:
            await _respond(send, 503, {"__type": "ServiceUnavailable", "message": f"{region} is away"})
        else:
            await self._app(scope, receive, send)

    def _turn(self, scope: Mapping[str, Any], name: str) -> Answer:
        if any(header == b"origin" for header, _ in scope["headers"]):
            return 403, {"message": "for programs of this machine, not for pages"}
        match scope["method"], scope["path"].split("/")[2:]:
            case "GET", []:
                return 200, self._states[name]()
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

    def _replication(self) -> dict[str, Any]:
        return {
            "paused": sorted(self._links.paused),
            "waiting": [
                {"from": source, "to": target, "writes": writes, "oldest_seconds": round(seconds, 3)}
                for (source, target), (writes, seconds) in sorted(self._links.waiting().items())
            ],
        }


async def _respond(send: Any, status: int, answer: Mapping[str, Any]) -> None:
    body = json.dumps(answer).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
