"""Control API of the edge: its state, and the switches that cut regions off. Used by status, drill and control room."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from localcloud.edge.api_gateway import Gateway
from localcloud.edge.deployment_watcher import Announcements
from localcloud.edge.dns_answers import NoRecordError
from localcloud.edge.region_locations import CITIES, Place
from localcloud.edge.route53 import RegionHealth, Route53
from ops.deployment import Deployment

STATE = "/_edge/state"
EVENTS = "/_edge/events"
MAX_SLOW_SECONDS = 30.0


class Control:
    """Serves the state as JSON, changes as server-sent events, and the switches."""

    def __init__(
        self,
        deployed: Callable[[], Deployment | None],
        regions: tuple[str, ...],
        route53: Route53,
        gateway: Gateway,
        announcements: Announcements,
        default: Place,
    ) -> None:
        self._deployed = deployed
        self._regions = regions
        self._route53 = route53
        self._gateway = gateway
        self._announcements = announcements
        self._default = default

    def add_to(self, app: web.Application) -> None:
        """Add the routes to `app`, whose port must have a gate."""
        app.router.add_get(STATE, self._show)
        app.router.add_get(EVENTS, self._stream)
        app.router.add_post("/_edge/cut/{region}", self._switch(self._gateway.cut.add))
        app.router.add_post("/_edge/slow/{region}", self._slow)
        app.router.add_post("/_edge/mend/{region}", self._switch(self._gateway.cut.discard))

    def state(self) -> dict[str, Any]:
        """State of every region, and the region that each viewer would get for `api.<domain>` now."""
        deployment = self._deployed()
        name = deployment.edge.api_domain if deployment else ""
        health = self._route53.health(name)
        cached = self._route53.cached_regions(name)
        return {
            "deployed": deployment is not None,
            "domain": name,
            "answer": self._answer(name, self._default),
            "regions": [
                _region(region, health.get(region))
                | {
                    "cut": region in self._gateway.cut,
                    "slow": self._gateway.slow.get(region, 0),
                    "cached": region in cached,
                }
                for region in self._regions
            ],
            "viewers": [
                {
                    "city": city.name,
                    "latitude": city.latitude,
                    "longitude": city.longitude,
                    "region": self._answer(name, city),
                }
                for city in CITIES
            ],
        }

    def _answer(self, name: str, viewer: Place) -> str | None:
        try:
            return self._route53.region_of(self._route53.answer(name, viewer))
        except NoRecordError:
            return None

    async def _show(self, _request: web.Request) -> web.Response:
        return web.json_response(self.state())

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        async for _ in self._announcements.listen():
            await response.write(f"event: state\ndata: {json.dumps(self.state())}\n\n".encode())
        return response

    async def _slow(self, request: web.Request) -> web.Response:
        region, seconds = request.match_info["region"], request.query.get("seconds", "")
        if region not in self._regions or not seconds.replace(".", "", 1).isdecimal():
            return web.Response(status=400, text="a known region and ?seconds= are required\n")
        self._gateway.slow[region] = min(float(seconds), MAX_SLOW_SECONDS)
        return web.json_response(self.state())

    def _switch(self, turn: Callable[[str], None]) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answer(request: web.Request) -> web.Response:
            region = request.match_info["region"]
            if region not in self._regions:
                return web.Response(
                    status=404, text=f"no region {region!r} here: {', '.join(self._regions)}\n"
                )
            turn(region)
            self._announcements.announce()
            return web.json_response(self.state())

        return answer


def _region(region: str, health: RegionHealth | None) -> dict[str, Any]:
    if health is None:
        return {"name": region, "healthy": False, "reason": "no record", "evacuated": False, "checks": [0, 0]}
    return {
        "name": region,
        "healthy": health.healthy,
        "reason": health.reason,
        "evacuated": health.is_evacuated,
        "checks": list(health.progress),
    }
