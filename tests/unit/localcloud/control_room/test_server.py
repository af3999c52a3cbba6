"""The control room's actions over HTTP."""

import asyncio
import json
import os
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from botocore.exceptions import EndpointConnectionError
from yarl import URL

from client import Bookstore
from localcloud.control_room import actions, server
from localcloud.control_room.contest import Contest
from localcloud.control_room.observer import Addresses
from localcloud.control_room.server import ControlRoom
from localcloud.control_room.shoppers import Shoppers
from localcloud.edge.api_gateway import Gateway
from localcloud.edge.control_api import Control
from localcloud.edge.deployment_watcher import Announcements
from localcloud.edge.region_locations import place
from localcloud.edge.route53 import Route53
from localcloud.processes import began
from ops.deployment import Deployment
from ops.drill.failures import Failure
from ops.drill.reconcile import Reconciliation
from ops.drill.shoppers import Shopping
from ops.replication_pause import Backlog, Pausing
from stacks.settings import ReplicationDelay
from tests.support.deployments import deployment
from tests.support.waiting import TIMEOUT_SECONDS

pytestmark = pytest.mark.anyio
REGIONS = ("eu-west-1", "ap-southeast-1")
HERE = REGIONS[0]
DELAYED = (ReplicationDelay().median, ReplicationDelay().p95)
AT_ONCE = (0, 0)
Client = TestClient[web.Request, web.Application]


class Breaking(Failure):
    """A failure that waits for `goes_on`."""

    name = "mapping deleted"
    description = "it breaks"

    def __init__(self) -> None:
        self.goes_on = threading.Event()
        self.broken: list[str] = []

    def break_(self, region: str) -> None:
        self.goes_on.wait(TIMEOUT_SECONDS)
        self.broken.append(region)

    def heal(self, region: str) -> None:
        self.broken.clear()


class Replication:
    """Replication that is paused and resumed without an emulator."""

    def __init__(self) -> None:
        self.paused: set[str] = set()
        self.delays: list[tuple[float, float]] = []

    def pause(self, region: str) -> None:
        self.paused.add(region)

    def resume(self, region: str) -> None:
        self.paused.discard(region)

    def await_caught_up(self, timeout: float) -> None:
        assert not self.paused

    def set_delay(self, median: float, p95: float) -> None:
        self.delays.append((median, p95))

    def backlog(self) -> Backlog:
        return Backlog(tuple(self.paused))


class SlowShoppers(Shoppers):
    """Shoppers who leave when `may_leave` is set; `moves` tells what they do."""

    def __init__(self) -> None:
        super().__init__(lambda _: None)
        self.may_leave = asyncio.Event()
        self.moves: asyncio.Queue[str] = asyncio.Queue()
        self.inside = False

    @property
    def at_work(self) -> bool:
        return self.inside

    async def come(self, *_: object) -> None:
        self.inside = True
        self.moves.put_nowait("arrive")

    async def go(self) -> None:
        self.moves.put_nowait("begin to leave")
        await self.may_leave.wait()
        self.inside = False

    async def check(self, _deployment: Deployment) -> Reconciliation:
        self.moves.put_nowait("are compared")
        return Reconciliation(0, 0, [], [], [], [], [], [])


@pytest.fixture
def shoppers(monkeypatch: pytest.MonkeyPatch) -> SlowShoppers:
    made = SlowShoppers()
    monkeypatch.setattr(server, "Shoppers", lambda _: made)
    return made


@pytest.fixture
def failure(monkeypatch: pytest.MonkeyPatch) -> Breaking:
    made = Breaking()
    monkeypatch.setattr(actions, "FAILURES", {"mapping": lambda *_: made})
    return made


@pytest.fixture
def replication() -> Replication:
    return Replication()


@pytest.fixture
async def client(replication: Replication) -> AsyncIterator[Client]:
    announcements = Announcements()
    gateway = Gateway(URL("http://127.0.0.1"))
    known = deployment(REGIONS)
    app = web.Application()
    control = Control(
        lambda: known, REGIONS, Route53(announcements.announce), gateway, announcements, place(HERE)
    )
    control.add_to(app)
    addresses = Addresses(
        "http://127.0.0.1", "http://127.0.0.1/v1", dict.fromkeys(REGIONS, "http://127.0.0.1/v1")
    )
    ControlRoom(
        lambda: known,
        control,
        announcements,
        gateway.cut,
        cast(Pausing, replication),
        addresses,
        ReplicationDelay(),
    ).add_to(app)
    async with TestClient(TestServer(app)) as client:
        yield client


async def rested(client: Client) -> dict[str, Any]:
    """State of the first region once no action is in progress."""
    async with client.get("/_room/events") as events:
        async for line in events.content:
            if line.startswith(b"data: "):
                region: dict[str, Any] = json.loads(line.removeprefix(b"data: "))["regions"][0]
                if region["busy"] is None:
                    return region
    raise AssertionError("the events ended")


async def until(client: Client, holds: Callable[[list[str]], bool]) -> None:
    """Wait until `holds` is true of the journal's texts."""
    async with asyncio.timeout(TIMEOUT_SECONDS), client.get("/_room/events") as events:
        async for line in events.content:
            if line.startswith(b"data: "):
                journal = json.loads(line.removeprefix(b"data: "))["journal"]
                if holds([entry["text"] for entry in journal]):
                    return


@pytest.mark.parametrize("path", ["flood/eu-west-1", "heal/us-west-2"])
async def test_unknown_action_or_region_is_404(client: Client, path: str) -> None:
    assert (await client.post(f"/_room/{path}")).status == 404


async def test_second_action_while_busy_is_409(client: Client, failure: Breaking) -> None:
    assert (await client.post(f"/_room/mapping/{HERE}")).status == 202
    busy = await client.post(f"/_room/heal/{HERE}")
    assert (busy.status, await busy.text()) == (409, "mapping is in progress\n")
    failure.goes_on.set()
    assert (await rested(client))["broken"] == ["mapping"]
    assert (await client.post(f"/_room/mapping/{HERE}")).status == 409
    assert failure.broken == [HERE]
    assert (await client.post(f"/_room/heal/{HERE}")).status == 202
    assert (await rested(client))["broken"] == []


async def test_contest_waits_until_regions_are_healed(client: Client, failure: Breaking) -> None:
    failure.goes_on.set()
    await client.post(f"/_room/mapping/{HERE}")
    assert (await rested(client))["broken"] == ["mapping"]
    refused = await client.post("/_room/contest/start")
    assert (refused.status, await refused.text()) == (409, "heal every region first\n")


async def test_contest_runs_alone(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    over = asyncio.Event()

    async def run(_contest: Contest, *_: object) -> None:
        await over.wait()

    monkeypatch.setattr(Contest, "run", run)
    assert (await client.post("/_room/contest/start")).status == 202
    for path in ("contest/start", "tour/start"):
        refused = await client.post(f"/_room/{path}")
        assert (refused.status, await refused.text()) == (409, "the contest is running\n")
    over.set()


async def test_shoppers_sent_while_others_leave_arrive_afterwards(
    shoppers: SlowShoppers, client: Client
) -> None:
    moves = []
    async with asyncio.timeout(TIMEOUT_SECONDS):
        await client.post("/_room/shoppers/come")
        moves.append(await shoppers.moves.get())
        await client.post("/_room/shoppers/go")
        moves.append(await shoppers.moves.get())
        await client.post("/_room/shoppers/come")
        await client.post("/_room/shoppers/go")
        shoppers.may_leave.set()
        moves += [await shoppers.moves.get() for _ in range(4)]
    leave = ["begin to leave", "are compared"]
    assert moves == ["arrive", *leave, "arrive", *leave]


class Accounts:
    """Accounts of shoppers without a user pool, of which `available` can be opened."""

    def __init__(self) -> None:
        self.available = 6
        self.opened: list[str] = []

    def open(self, _deployment: Deployment, email: str) -> Any:
        if len(self.opened) == self.available:
            raise EndpointConnectionError(endpoint_url="cognito")
        self.opened.append(email)
        return SimpleNamespace(id=email, email=email, shopper=SimpleNamespace(token=None))

    def close(self, _deployment: Deployment, accounts: Iterable[Any]) -> None:
        for account in accounts:
            self.opened.remove(account.email)


@pytest.fixture
def accounts(monkeypatch: pytest.MonkeyPatch) -> Accounts:
    made = Accounts()
    monkeypatch.setattr("localcloud.control_room.shoppers.open_account", made.open)
    monkeypatch.setattr("localcloud.control_room.shoppers.close_reachable", made.close)

    async def books(*_: object, **__: object) -> Any:
        return SimpleNamespace(body={"items": []})

    monkeypatch.setattr(Bookstore, "books", books)
    return made


async def test_shoppers_who_cannot_arrive_leave_nothing(
    client: Client, accounts: Accounts, replication: Replication
) -> None:
    accounts.available = 2
    await client.post("/_room/shoppers/come")
    await until(client, lambda journal: journal[-1].startswith("Failed: Could not connect"))
    assert replication.delays == [DELAYED, AT_ONCE]
    assert accounts.opened == []


async def test_failed_shoppers_are_in_journal(
    client: Client, accounts: Accounts, replication: Replication, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run(*_: object) -> None:
        raise ValueError("a book without a price")

    monkeypatch.setattr(Shopping, "run", run)
    await client.post("/_room/shoppers/come")
    await until(client, lambda journal: "left because of an error: ValueError: a book" in journal[-1])
    await until(client, lambda _: replication.delays == [DELAYED, AT_ONCE])
    assert accounts.opened == []


async def test_recall_without_shoppers_ends_delay(client: Client, replication: Replication) -> None:
    await client.post("/_room/shoppers/go")
    await until(client, lambda _: replication.delays == [AT_ONCE])


async def test_cut_and_heal_region(client: Client) -> None:
    await client.post(f"/_room/cut/{HERE}")
    assert (await rested(client))["cut"]
    await client.post(f"/_room/heal/{HERE}")
    assert not (await rested(client))["cut"]


async def test_command_ends_with_the_control_room(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid_pipe = tmp_path / "pid"
    os.mkfifo(pid_pipe)
    waiting = tmp_path / "waits"
    waiting.write_text(f'#!/bin/sh\necho $$ > "{pid_pipe}"\nexec sleep 600\n')
    waiting.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(waiting))
    await client.post(f"/_room/restore/{HERE}")
    pid = int(await asyncio.to_thread(pid_pipe.read_text))
    await client.close()
    assert began(pid) is None


async def test_page_allows_own_scripts_only(client: Client) -> None:
    answer = await client.get("/")
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
