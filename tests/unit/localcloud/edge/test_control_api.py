"""The edge's state, its events and its switches, over real connections."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from localcloud.edge.api_gateway import Gateway
from localcloud.edge.control_api import Control
from localcloud.edge.deployed_resources import Routes
from localcloud.edge.deployment_watcher import Announcements
from localcloud.edge.dns_answers import Record, Zone
from localcloud.edge.health_rules import HealthCheck
from localcloud.edge.region_locations import place
from localcloud.edge.route53 import Route53
from ops.deployment import Deployment
from tests.support.deployments import deployment

pytestmark = pytest.mark.anyio
API = "api.bookstore.example"
REGIONS = ("eu-west-1", "ap-southeast-1")


def routes(*evacuated: str) -> Routes:
    records = tuple(
        Record(API, "A", region, region, alias=f"d-{region}", health_check=f"check-{region}")
        for region in REGIONS
    )
    checks = tuple(
        HealthCheck(f"check-{region}", "CALCULATED", children_needed=1 if region in evacuated else 0)
        for region in REGIONS
    )
    return Routes(Zone(records), checks, {f"d-{region}": region for region in REGIONS})


@dataclass
class Room:
    route53: Route53
    gateway: Gateway
    client: TestClient[web.Request, web.Application]
    deployed: Deployment | None

    async def state(self) -> dict[str, Any]:
        state: dict[str, Any] = await (await self.client.get("/_edge/state")).json()
        return state


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    announcements = Announcements()
    route53 = Route53(announcements.announce)
    gateway = Gateway(URL("http://127.0.0.1"))
    app = web.Application()
    made: Room

    def deployed() -> Deployment | None:
        return made.deployed

    Control(deployed, REGIONS, route53, gateway, announcements, place("eu-west-1")).add_to(app)
    async with TestClient(TestServer(app)) as client:
        made = Room(route53, gateway, client, deployment(REGIONS))
        route53.renew(routes())
        yield made


async def test_state_lists_region_for_viewer(room: Room) -> None:
    state = await room.state()
    assert state["answer"] == "eu-west-1"
    assert {viewer["city"]: viewer["region"] for viewer in state["viewers"]}["Tokyo"] == "ap-southeast-1"
    assert [region["healthy"] for region in state["regions"]] == [True, True]


async def test_state_evacuated_region_gets_no_viewer(room: Room) -> None:
    room.route53.renew(routes("eu-west-1"))
    state = await room.state()
    assert {viewer["region"] for viewer in state["viewers"]} == {"ap-southeast-1"}
    assert [region["healthy"] for region in state["regions"]] == [False, True]


async def test_state_before_deployment_has_no_answer(room: Room) -> None:
    room.deployed = None
    state = await room.state()
    assert (state["deployed"], state["answer"]) == (False, None)


async def test_cut_then_mend_restores_region(room: Room) -> None:
    assert (await room.client.post("/_edge/cut/eu-west-1")).status == 200
    assert room.gateway.cut == {"eu-west-1"}
    assert [region["cut"] for region in (await room.state())["regions"]] == [True, False]
    await room.client.post("/_edge/mend/eu-west-1")
    assert room.gateway.cut == set()


async def test_cut_unknown_region_answers_404(room: Room) -> None:
    assert (await room.client.post("/_edge/cut/eu-west-9")).status == 404
    assert room.gateway.cut == set()


async def test_events_send_state_at_once_and_on_change(room: Room) -> None:
    async with ClientSession() as session, session.get(room.client.make_url("/_edge/events")) as events:
        assert not await next_region_is_cut(events)
        await room.client.post("/_edge/cut/eu-west-1")
        assert await next_region_is_cut(events)


async def next_region_is_cut(events: Any) -> bool:
    async for line in events.content:
        if line.startswith(b"data: "):
            return bool(json.loads(line.removeprefix(b"data: "))["regions"][0]["cut"])
    raise AssertionError("the events ended")


async def test_changed_check_is_announced() -> None:
    heard: list[str] = []
    route53 = Route53(lambda: heard.append("changed"))
    route53.renew(routes())
    route53.renew(routes())
    assert heard == ["changed"]
    route53.renew(replace(routes(), zone=Zone()))
    assert len(heard) == 2
