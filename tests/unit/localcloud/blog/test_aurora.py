"""The stand-in for Aurora: calls that move the writer take effect before they are answered, others only pass."""

import asyncio
import urllib.parse
from pathlib import Path

import pytest
from aiohttp import ClientSession, web

from localcloud.blog import aurora
from localcloud.blog.aurora import GlobalDatabase, WriteForwarding, rds_proxy
from localcloud.blog.mariadb import DatabaseError, Server
from localcloud.layout import HOST

CLUSTER = "arn:aws:rds:{}:000000000000:cluster:shop-blog"


class Database(GlobalDatabase):
    """Servers that move at once, or refuse to."""

    moves: list[tuple[str, bool]]
    refusal = ""

    def move_writer(self, region: str, *, allow_data_loss: bool) -> None:
        if self.refusal:
            raise DatabaseError(self.refusal)
        self.moves.append((region, allow_data_loss))


@pytest.fixture
def database(tmp_path: Path) -> Database:
    mark = tmp_path / "writer"
    mark.write_text("eu-west-1")
    made = Database({"eu-west-1": Server(tmp_path, 1), "us-east-1": Server(tmp_path, 2)}, "secret", mark)
    made.moves = []
    return made


async def port_of(application: web.Application, until: list[web.AppRunner]) -> int:
    runner = web.AppRunner(application)
    await runner.setup()
    until.append(runner)
    site = web.TCPSite(runner, HOST, 0)
    await site.start()
    assert runner.addresses
    return int(runner.addresses[0][1])


def call(database: Database, **parameters: str) -> tuple[int, str, list[str]]:
    """The answer to a caller, and the request to the emulator."""
    asked: list[str] = []

    async def emulator(request: web.Request) -> web.Response:
        form = dict(urllib.parse.parse_qsl(await request.text()))
        asked.append(form["Action"])
        return web.Response(text=f"<{form['Action']}Response/>", content_type="text/xml")

    async def run() -> tuple[int, str]:
        runners: list[web.AppRunner] = []
        behind = web.Application()
        behind.router.add_post("/", emulator)
        address = f"http://{HOST}:{await port_of(behind, runners)}"
        ahead = f"http://{HOST}:{await port_of(rds_proxy(database, address), runners)}/"
        try:
            async with ClientSession() as session, session.post(ahead, data=parameters) as answer:
                return answer.status, await answer.text()
        finally:
            for runner in runners:
                await runner.cleanup()

    status, text = asyncio.run(run())
    return status, text, asked


def test_switchover_moves_writer_without_loss(database: Database) -> None:
    status, text, asked = call(
        database, Action="SwitchoverGlobalCluster", TargetDbClusterIdentifier=CLUSTER.format("us-east-1")
    )
    assert (status, asked) == (200, ["FailoverGlobalCluster"])
    assert "SwitchoverGlobalClusterResponse" in text, (
        "the caller's library looks for the name of its own call"
    )
    assert database.moves == [("us-east-1", False)]


def test_failover_allows_loss(database: Database) -> None:
    status, text, _ = call(
        database, Action="FailoverGlobalCluster", TargetDbClusterIdentifier=CLUSTER.format("us-east-1")
    )
    assert (status, database.moves) == (200, [("us-east-1", True)])
    assert "FailoverGlobalClusterResponse" in text


def test_switchover_refused_skips_emulator(database: Database) -> None:
    database.refusal = "the primary is away"
    status, text, asked = call(
        database, Action="SwitchoverGlobalCluster", TargetDbClusterIdentifier=CLUSTER.format("us-east-1")
    )
    assert (status, asked) == (400, [])
    assert "the primary is away" in text


def test_repeated_switchover_moves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def promote(*_: object, **__: object) -> None:
        raise AssertionError("the writer would replicate from itself")

    monkeypatch.setattr(aurora, "promote", promote)
    mark = tmp_path / "writer"
    mark.write_text("eu-west-1")
    database = GlobalDatabase({"eu-west-1": Server(tmp_path, 1), "us-east-1": Server(tmp_path, 2)}, "", mark)
    database.move_writer("eu-west-1", allow_data_loss=False)
    assert database.writer == "eu-west-1"


def test_other_calls_pass_through(database: Database) -> None:
    _, text, asked = call(database, Action="DescribeGlobalClusters")
    assert (text, asked, database.moves) == (
        "<DescribeGlobalClustersResponse/>",
        ["DescribeGlobalClusters"],
        [],
    )


def test_no_servers_leaves_control_plane(database: Database) -> None:
    database.mark.unlink()
    status, _, _ = call(
        database, Action="FailoverGlobalCluster", TargetDbClusterIdentifier=CLUSTER.format("us-east-1")
    )
    assert (status, database.moves) == (200, [])


def test_write_forwarding_follows_writer(tmp_path: Path) -> None:
    async def greeter(word: bytes) -> asyncio.Server:
        async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(word)
            writer.close()

        return await asyncio.start_server(greet, HOST, 0)

    async def heard(port: int) -> bytes:
        reader, writer = await asyncio.open_connection(HOST, port)
        said = await reader.read()
        writer.close()
        return said

    async def run() -> list[bytes]:
        async with await greeter(b"one") as one, await greeter(b"two") as two:
            ports = [server.sockets[0].getsockname()[1] for server in (one, two)]
            mark = tmp_path / "writer"
            mark.write_text("a")
            database = GlobalDatabase(
                {"a": Server(tmp_path, ports[0]), "b": Server(tmp_path, ports[1])}, "", mark
            )
            async with await asyncio.start_server(WriteForwarding(database), HOST, 0) as forwarding:
                port = forwarding.sockets[0].getsockname()[1]
                first = await heard(port)
                mark.write_text("b")
                return [first, await heard(port)]

    assert asyncio.run(run()) == [b"one", b"two"]
