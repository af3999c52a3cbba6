"""The control room: what happens in every region, for eyes, with a button for each thing that can go wrong."""

import asyncio
import contextlib
import json
import logging
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from aiohttp import web
from botocore.exceptions import BotoCoreError, ClientError
from redis import RedisError

from client import RefusedError, UnreachableError
from localcloud.control_room.arrivals import RegionArrivals, StreamReader, on_the_way
from localcloud.control_room.shoppers import Shoppers
from localcloud.edge.control_api import Control
from localcloud.edge.deployment_watcher import Announcements
from localcloud.edge.region_locations import city_of, place
from ops.deployment import Deployment
from ops.drill.failures import (
    Failure,
    FunctionsFailing,
    MappingDeleted,
    RedisLost,
    ReplicationPaused,
)
from ops.replication_pause import Backlog, NotCaughtUpError, Pausing
from ops.traffic import Traffic, TrafficError

PAGE = Path(__file__).parent / "page"
LOOK_SECONDS = 1.0
"""Between two looks at the streams and rankings, while somebody watches."""
BESTSELLERS = 5
EVENTS_KEPT = 40
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'"
FAILURES: Mapping[str, Callable[[Deployment, Pausing], Failure]] = {
    "mapping": lambda deployment, _: MappingDeleted(deployment),
    "functions": lambda deployment, _: FunctionsFailing(deployment),
    "redis": lambda deployment, _: RedisLost(deployment),
    "replication": lambda _, pausing: ReplicationPaused(pausing),
}
OPTIONS: Mapping[str, Sequence[str]] = {"restore": ("--timeout", "20")}
"""Of operators' commands: nobody who presses a button waits for minutes, in which the region could not be healed."""
FAILING = (
    BotoCoreError,
    ClientError,
    RedisError,
    httpx.HTTPError,
    UnreachableError,
    RefusedError,
    NotCaughtUpError,
)
"""What may go wrong with what a button asks for."""
log = logging.getLogger(__name__)


@dataclass
class Figures:
    """What the room has counted of one region."""

    arrivals: RegionArrivals = field(default_factory=RegionArrivals)
    bestsellers: dict[str, Any] = field(default_factory=lambda: {"items": [], "stale": True})
    evacuated: bool = False
    broken: set[str] = field(default_factory=set)
    busy: str | None = None


class ControlRoom:
    """Watches one deployment for as long as a page is open, and does what its buttons ask for."""

    def __init__(
        self,
        deployed: Callable[[], Deployment | None],
        control: Control,
        announcements: Announcements,
        cut: set[str],
        traffic: Traffic,
        *,
        pausing: Pausing,
        api: str,
        regions: Mapping[str, str],
    ) -> None:
        self._deployed = deployed
        self._control = control
        self._announcements = announcements
        self._cut = cut
        self._api = api
        self._regions = regions
        self._figures = {region: Figures() for region in regions}
        self._shoppers = Shoppers()
        self._failures: dict[str, Failure] = {}
        self._events: deque[dict[str, Any]] = deque(maxlen=EVENTS_KEPT)
        self._readers: dict[str, StreamReader] = {}
        self._since = ""
        """When the last of them began to read, as orders bear times: what was placed before, some may have missed."""
        self._traffic = traffic
        self._pausing = pausing
        self._backlog = Backlog(())
        self._told: dict[str, Any] = {}
        self._watchers = 0
        self._tasks: set[asyncio.Task[None]] = set()

    def add_to(self, app: web.Application) -> None:
        """Serve the page, its stream and its buttons from `app`, which `Control` guards."""
        app.router.add_get("/", self._page)
        app.router.add_static("/room", PAGE)
        app.router.add_get("/_room/events", self._stream)
        app.router.add_post("/_room/shoppers/{action:come|go}", self._let_shop)
        app.router.add_post("/_room/{action}/{region}", self._act)
        app.on_response_prepare.append(_guard)
        app.cleanup_ctx.append(self._watch)

    async def _page(self, _request: web.Request) -> web.FileResponse:
        return web.FileResponse(PAGE / "index.html", headers={"Cache-Control": "no-cache"})

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        self._watchers += 1
        try:
            async for _ in self._announcements.listen():
                await response.write(f"data: {json.dumps(self.snapshot())}\n\n".encode())
        finally:
            self._watchers -= 1
        return response

    def snapshot(self) -> dict[str, Any]:
        """All that the page draws."""
        state = self._control.state()
        now = time.time()
        arrivals = {region: figures.arrivals for region, figures in self._figures.items()}
        confirmed = self._shoppers.confirmed
        everywhere = set.intersection(*(each.held for each in arrivals.values()))
        return {
            **state,
            "regions": [
                {
                    **region,
                    "city": city_of(region["name"]),
                    "latitude": place(region["name"]).latitude,
                    "longitude": place(region["name"]).longitude,
                    "evacuated": self._figures[region["name"]].evacuated,
                    "broken": sorted(self._figures[region["name"]].broken),
                    "busy": self._figures[region["name"]].busy,
                    "placedHere": len(arrivals[region["name"]].placed_here),
                    "replicated": len(arrivals[region["name"]].replicated),
                    "onTheWay": on_the_way(arrivals, region["name"]),
                    "paused": region["name"] in self._backlog.paused,
                    "waiting": self._backlog.waiting.get(region["name"], 0),
                    "bySecond": arrivals[region["name"]].by_second(now),
                    "bestsellers": self._figures[region["name"]].bestsellers,
                }
                for region in state["regions"]
            ],
            "shopping": self._shoppers.at_work,
            "confirmed": len(confirmed),
            "everywhere": len(confirmed & everywhere),
            "events": list(self._events),
        }

    def note(self, text: str) -> None:
        """Add a line to the room's journal."""
        self._events.appendleft({"at": time.time(), "text": text})
        self._announcements.announce()

    async def _watch(self, _app: web.Application) -> AsyncIterator[None]:
        watching = asyncio.create_task(self._look_again_and_again())
        yield
        tasks = (watching, *self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._shoppers.go()

    async def _look_again_and_again(self) -> None:
        async with httpx.AsyncClient(timeout=LOOK_SECONDS) as http:
            while True:
                deployment = self._deployed()
                if deployment and (self._watchers or self._shoppers.at_work):
                    await asyncio.gather(*(self._look(deployment, http, region) for region in self._regions))
                    with contextlib.suppress(httpx.HTTPError):
                        self._backlog = await asyncio.to_thread(self._pausing.backlog)
                    self._tell_changes()
                    self._announcements.announce()
                await asyncio.sleep(LOOK_SECONDS)

    async def _look(self, deployment: Deployment, http: httpx.AsyncClient, region: str) -> None:
        figures = self._figures[region]
        try:
            await asyncio.to_thread(self._read, deployment, region, figures)
        except (BotoCoreError, ClientError, TrafficError) as error:
            log.warning("%s cannot be read: %s", region, error)
        with contextlib.suppress(httpx.HTTPError, ValueError):
            answer = await http.get(f"{self._regions[region]}/bestsellers", params={"limit": BESTSELLERS})
            if answer.status_code == httpx.codes.OK:
                figures.bestsellers = _brief(answer.json())

    def _read(self, deployment: Deployment, region: str, figures: Figures) -> None:
        if region not in self._readers:
            reader = StreamReader(deployment, region)
            reader.open()
            now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            self._since = max(self._since, now)
            self._readers[region] = reader
        if len(self._readers) == len(self._regions):
            self._readers[region].read_into(figures.arrivals, self._since)
        figures.evacuated = self._traffic.is_evacuated(region)

    def _tell_changes(self) -> None:
        """Note what Route 53 has found out since the last look."""
        for region in self._control.state()["regions"]:
            name, healthy = region["name"], region["healthy"]
            if self._told.get(name, True) != healthy and not self._figures[name].evacuated:
                verdict = "healthy again" if healthy else f"unhealthy ({region['reason']})"
                self.note(f"Route 53 finds {city_of(name)} {verdict}.")
            self._told[name] = healthy

    async def _let_shop(self, request: web.Request) -> web.Response:
        deployment = self._deployed()
        if deployment is None:
            return web.Response(status=503, text="nothing is deployed here yet\n")
        if request.match_info["action"] == "come":
            self._begin(self._shoppers.come(deployment, self._api, self._regions), "Shoppers come in.")
        else:
            self._begin(self._shoppers.go(), "Shoppers go home once their last order is confirmed.")
        return web.Response(status=202)

    async def _act(self, request: web.Request) -> web.Response:
        action, region = request.match_info["action"], request.match_info["region"]
        deployment = self._deployed()
        known = action in {*FAILURES, "cut", "heal", "evacuate", "restore"}
        if deployment is None or region not in self._figures or not known:
            return web.Response(status=404, text=f"no {action} for {region} here\n")
        if self._figures[region].busy:
            return web.Response(status=409, text=f"{self._figures[region].busy} is still under way\n")
        if action in self._figures[region].broken:
            return web.Response(status=409, text="that is broken already\n")
        self._figures[region].busy = action
        self._begin(self._do(deployment, action, region))
        return web.Response(status=202)

    async def _do(self, deployment: Deployment, action: str, region: str) -> None:
        figures = self._figures[region]
        city = city_of(region)
        try:
            if action in FAILURES:
                failure = self._failures.setdefault(action, FAILURES[action](deployment, self._pausing))
                figures.broken.add(action)
                self.note(f"{city}: {failure.description}.")
                await asyncio.to_thread(failure.break_, region)
            elif action == "cut":
                figures.broken.add(action)
                self.note(f"{city}: cut off, every connection is dropped.")
                self._cut.add(region)
            elif action == "heal":
                await self._heal(region)
                self.note(f"{city}: healed.")
            else:
                await self._operate(action, region)
        finally:
            figures.busy = None
            self._announcements.announce()

    async def _heal(self, region: str) -> None:
        self._cut.discard(region)
        for failure in self._failures.values():
            await asyncio.to_thread(failure.heal, region)
        self._figures[region].broken.clear()

    async def _operate(self, command: str, region: str) -> None:
        """Run an operator's command as a person would, and note what it says."""
        self.note(f"$ make {command} REGION={region}")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ops", command, region, *OPTIONS.get(command, ())),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            output, _ = await process.communicate()
        finally:
            # The edge may end while the command waits: it must not outlive it.
            if process.returncode is None:
                process.terminate()
                await process.wait()
        for line in filter(None, (line.strip() for line in output.decode().splitlines())):
            self.note(line)

    def _begin(self, work: Awaitable[None], text: str | None = None) -> None:
        async def run() -> None:
            try:
                await work
            except FAILING as error:
                self.note(f"That failed: {error}")

        if text:
            self.note(text)
        task = asyncio.create_task(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _brief(ranking: Mapping[str, Any]) -> dict[str, Any]:
    items = [{"title": item["book"]["title"], "sold": item["sold"]} for item in ranking["items"]]
    return {"items": items, "stale": ranking["stale"]}


async def _guard(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
