"""Aurora's write forwarding, and its moves of the writer between regions.

The emulator has the control plane of a global database but no database servers, and refuses a planned switchover
without them. So RDS calls pass through this proxy: on a switchover or failover it moves the writer among the MariaDB
servers before it answers. It also listens where WordPress sends its writes and forwards them to the writer.
"""

import asyncio
import logging
import urllib.parse
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from aiohttp import ClientSession, web

from localcloud.blog.mariadb import DatabaseError, Server, promote
from localcloud.layout import HOST, write_private
from localcloud.local_gate import LocalGate
from ops.errors import OperatorError

_SWITCHOVER = "SwitchoverGlobalCluster"
_FAILOVER = "FailoverGlobalCluster"
_REFUSED = (
    '<ErrorResponse xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><Error><Type>Sender</Type>'
    "<Code>InvalidDBClusterStateFault</Code><Message>{message}</Message></Error></ErrorResponse>"
)
log = logging.getLogger("aurora")


class UnknownWriterError(OperatorError):
    """The file that holds the writer's region names no region of the settings. The message says how to go on."""


def read_writer(mark: Path, regions: Iterable[str]) -> str:
    """The writer's region, which the file `mark` holds.

    Raises UnknownWriterError if it is none of `regions`: every database would then be rebuilt as a replica, also the
    one with the posts.
    """
    region = mark.read_text(encoding="utf-8").strip()
    if region not in regions:
        raise UnknownWriterError(
            f"{mark} names {region!r} as the region of the blog's writer, which is none of {', '.join(regions)}: write "
            "the region whose database has the posts into it, or remove it to start from the first region's database"
        )
    return region


@dataclass
class GlobalDatabase:
    """The regions' servers. The file `mark` holds the writer's region, for other processes too."""

    servers: dict[str, Server]
    password: str
    mark: Path

    @property
    def runs(self) -> bool:
        """Whether there are servers; without MariaDB only the control plane works."""
        return self.mark.exists()

    @property
    def writer(self) -> str:
        """Region of the writer. Raises UnknownWriterError."""
        return read_writer(self.mark, self.servers)

    def move_writer(self, region: str, *, allow_data_loss: bool) -> None:
        """Make `region`'s server the writer, unless it is: it would replicate from itself and stay read-only.

        Raises DatabaseError if data would be lost without `allow_data_loss`, and UnknownWriterError.
        """
        if region == self.writer:
            return
        others = [server for name, server in self.servers.items() if name not in (region, self.writer)]
        promote(
            self.servers[region],
            self.servers[self.writer],
            others,
            self.password,
            allow_data_loss=allow_data_loss,
        )
        write_private(self.mark, region)
        log.info("writer is %s", region)


class WriteForwarding:
    """Forwards each connection to the current writer."""

    def __init__(self, database: GlobalDatabase) -> None:
        self._database = database

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until either side closes it."""
        try:
            there = await asyncio.open_connection(HOST, self._database.servers[self._database.writer].port)
        except (OSError, UnknownWriterError) as error:
            log.warning("a connection was not forwarded: %s", error)
            writer.close()
            return
        await asyncio.gather(_copy(reader, there[1]), _copy(there[0], writer))


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
    except ConnectionError:
        log.debug("connection reset")
    finally:
        sink.close()


def rds_proxy(database: GlobalDatabase, emulator: str) -> web.Application:
    """The emulator's RDS API, with the two calls that move the writer implemented."""

    gate = LocalGate(origins=frozenset())

    async def handle(request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        if refusal := gate.refusal(request.method, headers):
            return web.Response(status=403, text=f"{refusal}\n")
        body = await request.read()
        call = dict(urllib.parse.parse_qsl(body.decode(errors="replace")))
        allow_data_loss = call.get("Action") == _FAILOVER
        if call.get("Action") == _SWITCHOVER:
            # The emulator's switchover needs its own servers; its failover changes the same records.
            body = urllib.parse.urlencode({**call, "Action": _FAILOVER, "AllowDataLoss": "true"}).encode()
        if call.get("Action") in (_SWITCHOVER, _FAILOVER) and database.runs:
            region = call["TargetDbClusterIdentifier"].split(":")[3]
            try:
                await asyncio.to_thread(database.move_writer, region, allow_data_loss=allow_data_loss)
            except (DatabaseError, UnknownWriterError) as error:
                return web.Response(status=400, text=_REFUSED.format(message=error), content_type="text/xml")
        answer = await _forward(request, body, emulator)
        if call.get("Action") == _SWITCHOVER and isinstance(answer.body, bytes):
            answer.body = answer.body.replace(_FAILOVER.encode(), _SWITCHOVER.encode())
        return answer

    application = web.Application(client_max_size=4 * 1024 * 1024)
    application.router.add_route("*", "/{path:.*}", handle)
    return application


async def _forward(request: web.Request, body: bytes, emulator: str) -> web.Response:
    kept = {
        name: value
        for name, value in request.headers.items()
        if name.lower() not in ("host", "content-length")
    }
    async with ClientSession(auto_decompress=False) as session:
        address = f"{emulator}{request.path_qs}"
        async with session.request(request.method, address, data=body, headers=kept) as answer:
            headers = {"Content-Type": answer.headers.get("Content-Type", "text/xml")}
            return web.Response(status=answer.status, body=await answer.read(), headers=headers)


async def serve(database: GlobalDatabase, emulator: str, rds: int, writer: int) -> None:
    """Listen on port `rds` for RDS's API and on port `writer` for the database protocol, until cancelled."""
    runner = web.AppRunner(rds_proxy(database, emulator), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, rds).start()
    async with await asyncio.start_server(WriteForwarding(database), HOST, writer) as server:
        await server.serve_forever()
