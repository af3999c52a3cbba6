"""The control room's pages and routes: one event stream with snapshots, one POST per button."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from client import Endpoints
from localcloud.control_room.actions import ACTIONS, ERRORS, Actions
from localcloud.control_room.contest import Contest
from localcloud.control_room.journal import Journal
from localcloud.control_room.observer import Addresses, Observer
from localcloud.control_room.shoppers import Shoppers
from localcloud.control_room.snapshot import snapshot
from localcloud.control_room.tour import Tour
from localcloud.edge.control_api import Control
from localcloud.edge.deployment_watcher import Announcements
from localcloud.edge.region_locations import region_name
from ops.deployment import Deployment
from ops.replication_pause import Pausing
from stacks.settings import ReplicationDelay

PAGE = Path(__file__).parent / "page"
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'"
CHECK_SECONDS = 30.0
"""Time that replication has to catch up before orders are compared."""


class ControlRoom:
    """Observes one deployment while a page is open, and runs its buttons' actions."""

    def __init__(
        self,
        deployed: Callable[[], Deployment | None],
        control: Control,
        announcements: Announcements,
        cut: set[str],
        pausing: Pausing,
        addresses: Addresses,
        delay: ReplicationDelay,
    ) -> None:
        self._deployed = deployed
        self._control = control
        self._announcements = announcements
        self._pausing = pausing
        self._addresses = addresses
        self._delay = delay
        self._journal = Journal(announcements.announce)
        self._shoppers = Shoppers(self._note_failed_shoppers)
        self._observer = Observer(deployed, control, pausing, addresses, self._shoppers, self._journal)
        self._actions = Actions(self._observer, self._journal, pausing, cut)
        self._tour = Tour(
            self._observer,
            self._actions,
            self._shoppers,
            self._send_shoppers,
            self._recall_shoppers,
            announcements.announce,
        )
        endpoints = Endpoints(addresses.api, addresses.regions)
        self._contest = Contest(endpoints, self._journal, self._observer.show_copies_of)
        self._healthy: dict[str, bool] = {}
        self._watchers = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._moving_shoppers = asyncio.Lock()
        """Held while shoppers arrive, and while they leave and their orders are compared."""

    def add_to(self, app: web.Application) -> None:
        """Add the routes to `app`, whose middleware by `Control` rejects other origins."""
        app.router.add_get("/", self._page)
        app.router.add_static("/room", PAGE)
        app.router.add_get("/_room/events", self._stream)
        app.router.add_post("/_room/shoppers/{action:come|go}", self._shop)
        app.router.add_post("/_room/tour/{action:start|stop}", self._control_tour)
        app.router.add_post("/_room/contest/start", self._start_contest)
        app.router.add_post("/_room/{action}/{region}", self._act)
        app.on_response_prepare.append(_add_headers)
        app.cleanup_ctx.append(self._run)

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
        """Everything that the page shows."""
        return {
            **snapshot(self._control.state(), self._observer, self._shoppers, self._addresses),
            "journal": self._journal.entries,
            "tour": self._tour.progress.view(),
            "contest": self._contest.running,
        }

    async def _run(self, _app: web.Application) -> AsyncIterator[None]:
        observing = asyncio.create_task(self._observer.run(lambda: self._watchers > 0, self._changed))
        yield
        await self._tour.stop()
        tasks = (observing, *self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._shoppers.go()

    def _changed(self) -> None:
        self._note_health()
        self._announcements.announce()

    def _note_health(self) -> None:
        """Add changes of Route 53's health state to the journal; an incident's clock notes its own region."""
        incident = self._observer.incident
        for region in self._control.state()["regions"]:
            name, healthy = region["name"], region["healthy"]
            followed = incident is not None and incident.region == name
            if self._healthy.get(name, True) != healthy and not followed and not region["evacuated"]:
                state = "healthy" if healthy else f"unhealthy: {region['reason']}"
                self._journal.note(f"{region_name(name)}: Route 53 reports {state}.")
            self._healthy[name] = healthy

    async def _shop(self, request: web.Request) -> web.Response:
        if self._deployed() is None:
            return web.Response(status=503, text="nothing is deployed yet\n")
        come = request.match_info["action"] == "come"
        self._begin(self._send_shoppers() if come else self._recall_shoppers())
        return web.Response(status=202)

    async def _send_shoppers(self) -> None:
        """Send shoppers in, unless they are there; shoppers who are leaving finish first. Raises ERRORS."""
        deployment = self._deployed()
        if deployment is None:
            return
        async with self._moving_shoppers:
            if self._shoppers.at_work:
                return
            self._journal.note("Six shoppers arrive.")
            self._observer.show_copies_of(None)
            try:
                await asyncio.to_thread(self._pausing.set_delay, self._delay.median, self._delay.p95)
                await self._shoppers.come(deployment, self._addresses.api, self._addresses.regions)
            finally:
                await self._end_delay()

    async def _end_delay(self) -> None:
        """End the delay of replication, unless shoppers are there. Raises ERRORS."""
        if not self._shoppers.at_work:
            await asyncio.to_thread(self._pausing.set_delay, 0, 0)

    def _note_failed_shoppers(self, reason: str) -> None:
        async def end_delay() -> None:
            async with self._moving_shoppers:
                await self._end_delay()

        self._journal.note(f"The shoppers left because of an error: {reason}")
        self._begin(end_delay())

    async def _recall_shoppers(self) -> None:
        """Let shoppers finish and leave, then compare their orders with the tables. Raises ERRORS."""
        deployment = self._deployed()
        if deployment is None:
            return
        async with self._moving_shoppers:
            if not self._shoppers.at_work:
                # Of shoppers who could not arrive, or whose work failed while the emulator did not answer.
                await self._end_delay()
                return
            self._journal.note("Shoppers finish their last orders and leave.")
            await self._shoppers.go()
            await self._end_delay()
            if any(state.broken for state in self._observer.regions.values()):
                self._journal.note("Orders are not compared with the tables while a region is broken.")
                return
            await asyncio.to_thread(self._pausing.await_caught_up, CHECK_SECONDS)
            found = await self._shoppers.check(deployment)
            self._journal.note(
                f"Compared with every region's tables: {found.confirmed} orders confirmed, "
                f"{len(found.lost)} lost, {len(found.doubled) + len(found.unexpected)} doubled, "
                f"{len(found.stock.oversold)} books oversold."
            )

    async def _control_tour(self, request: web.Request) -> web.Response:
        deployment = self._deployed()
        if deployment is None or len(self._observer.regions) < 2:
            return web.Response(status=503, text="the tour needs two deployed regions\n")
        if request.match_info["action"] == "stop":
            self._begin(self._tour.stop())
        elif obstacle := self._obstacle():
            return web.Response(status=409, text=f"{obstacle}\n")
        else:
            self._tour.start(deployment)
        return web.Response(status=202)

    async def _start_contest(self, _request: web.Request) -> web.Response:
        deployment = self._deployed()
        if deployment is None:
            return web.Response(status=503, text="nothing is deployed yet\n")
        if obstacle := self._obstacle():
            return web.Response(status=409, text=f"{obstacle}\n")
        self._contest.running = True
        self._begin(self._contest.run(deployment, self._pausing.await_caught_up))
        return web.Response(status=202)

    def _obstacle(self) -> str:
        """Why neither the tour nor a contest can start now; empty if they can."""
        if self._tour.progress.running:
            return "the tour is running"
        if self._contest.running:
            return "the contest is running"
        if any(state.broken or state.busy for state in self._observer.regions.values()):
            return "heal every region first"
        return ""

    async def _act(self, request: web.Request) -> web.Response:
        action, region = request.match_info["action"], request.match_info["region"]
        deployment = self._deployed()
        if deployment is None or region not in self._observer.regions or action not in ACTIONS:
            return web.Response(status=404, text=f"there is no {action} for {region}\n")
        state = self._observer.regions[region]
        if state.busy:
            return web.Response(status=409, text=f"{state.busy} is in progress\n")
        if action in state.broken:
            return web.Response(status=409, text=f"{action} is active already\n")
        state.busy = action
        self._begin(self._actions.run(deployment, action, region))
        return web.Response(status=202)

    def _begin(self, work: Awaitable[None]) -> None:
        async def run() -> None:
            try:
                await work
            except ERRORS as error:
                self._journal.note(f"Failed: {error}")
            self._announcements.announce()

        task = asyncio.create_task(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
