"""The gate in front of an application of the edge."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from localcloud.edge.server import gate_middleware
from localcloud.local_gate import LocalGate


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 200), ({"Origin": "https://evil.example"}, 403), ({"Host": "evil.example"}, 403)],
)
async def test_gate_middleware_refuses_foreign_pages(headers: dict[str, str], status: int) -> None:
    async def change(request: web.Request) -> web.Response:
        return web.Response()

    app = web.Application(middlewares=[gate_middleware(LocalGate(origins=frozenset()))])
    app.router.add_post("/", change)
    async with TestClient(TestServer(app)) as client:
        assert (await client.post("/", headers=headers)).status == status
