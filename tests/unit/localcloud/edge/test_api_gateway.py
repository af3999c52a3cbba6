"""The API's addresses, against a real HTTP server in the emulator's place."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from botocore.exceptions import EndpointConnectionError
from yarl import URL

from localcloud.edge.api_gateway import Gateway
from localcloud.edge.deployed_resources import BasePath
from localcloud.edge.health_rules import HealthCheck
from localcloud.local_gate import LocalGate, own_origins

pytestmark = pytest.mark.anyio
HOST = "api.bookstore.example"
V1 = BasePath("v1", "abc123", "live")
Reply = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Upstream:
    """Stands for the emulator: remembers what it was asked, answers with `reply`."""

    reply: Reply
    asked: list[web.Request] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        self.bodies.append(await request.read())
        return await self.reply(request)


async def fine(_request: web.Request) -> web.StreamResponse:
    return web.json_response({"status": "ok"}, headers={"x-region": "eu-west-1"})


@dataclass
class GatewayUnderTest:
    """A gateway in front of an upstream, and a client in front of both."""

    upstream: Upstream
    gateway: Gateway
    client: TestClient[web.Request, web.Application]


@asynccontextmanager
async def gateway_under_test(
    reply: Reply = fine, read: Callable[[str, str], list[BasePath]] = lambda _region, _host: [V1]
) -> AsyncIterator[GatewayUnderTest]:
    upstream = Upstream(reply)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", upstream.answer)
    async with TestServer(app) as server, Gateway(URL(f"http://127.0.0.1:{server.port}"), read) as gateway:

        async def forward(request: web.Request) -> web.StreamResponse:
            return await gateway.forward(request, "eu-west-1", HOST)

        front = web.Application()
        front.router.add_route("*", "/{path:.*}", forward)
        async with TestClient(TestServer(front)) as client:
            yield GatewayUnderTest(upstream, gateway, client)


async def test_request_reaches_mapped_stage() -> None:
    async with gateway_under_test() as t:
        answer = await t.client.get("/v1/books?category=Fairy%20Tales&limit=1")
        assert answer.status == 200
        assert t.upstream.asked[0].raw_path == "/live/books?category=Fairy%20Tales&limit=1"
        assert t.upstream.asked[0].host == "abc123.execute-api.localhost"


async def test_path_encoding_is_kept() -> None:
    async with gateway_under_test() as t:
        await t.client.get(URL("/v1/books/a%2Fb%20c", encoded=True))
        assert t.upstream.asked[0].raw_path == "/live/books/a%2Fb%20c"


async def test_request_is_passed_unchanged() -> None:
    async with gateway_under_test() as t:
        await t.client.post(
            "/v1/orders", data=b"{}", headers={"Idempotency-Key": "k", "x-viewer": "me@tokyo"}
        )
        request = t.upstream.asked[0]
        assert (request.method, t.upstream.bodies[0], request.headers["Idempotency-Key"]) == (
            "POST",
            b"{}",
            "k",
        )
        assert "x-viewer" not in request.headers


async def test_request_of_storefront_passes_emulators_gate() -> None:
    gate = LocalGate(origins=own_origins(4560), cognito_only=True)
    async with gateway_under_test() as t:
        page = {"Origin": "http://127.0.0.1:4560", "Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"}
        await t.client.get("/v1/books", headers=page)
        request = t.upstream.asked[0]
        headers = {name.lower(): value for name, value in request.headers.items()}
        assert gate.refusal(request.method, headers) is None


async def test_answer_is_passed_unchanged() -> None:
    async def teapot(_request: web.Request) -> web.StreamResponse:
        return web.Response(
            status=418,
            body=b"\x00tea",
            headers={"x-region": "eu-west-1", "Connection": "x-hop", "x-hop": "1"},
        )

    async with gateway_under_test(teapot) as t:
        answer = await t.client.get("/v1/tea")
        assert (answer.status, await answer.read(), answer.headers["x-region"]) == (
            418,
            b"\x00tea",
            "eu-west-1",
        )
        assert "x-hop" not in answer.headers


async def test_compressed_answer_is_passed_unchanged() -> None:
    async def compressed(_request: web.Request) -> web.StreamResponse:
        response = web.Response(body=b"x" * 5000)
        response.enable_compression(web.ContentCoding.gzip)
        return response

    async with gateway_under_test(compressed) as t:
        answer = await t.client.get("/v1/books")
        assert answer.headers["Content-Encoding"] == "gzip"
        assert await answer.read() == b"x" * 5000


async def test_answer_is_streamed() -> None:
    async def slow(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"first")
        await first_seen.wait()
        await response.write(b"second")
        return response

    first_seen = asyncio.Event()
    async with gateway_under_test(slow) as t:
        answer = await t.client.get("/v1/stream")
        assert await answer.content.readexactly(5) == b"first"
        first_seen.set()
        assert await answer.content.read() == b"second"


@pytest.mark.parametrize("path", ["/v2/books", "/v1x/books", "/"])
async def test_path_without_mapping_answers_403(path: str) -> None:
    async with gateway_under_test() as t:
        answer = await t.client.get(path)
        assert (answer.status, await answer.json()) == (403, {"message": "Forbidden"})
        assert not t.upstream.asked


async def test_region_without_mapping_answers_403() -> None:
    async with gateway_under_test(read=lambda _region, _host: []) as t:
        answer = await t.client.get("/v1/books")
        assert (answer.status, await answer.json()) == (403, {"message": "Forbidden"})


async def test_longest_base_path_wins() -> None:
    deeper = BasePath("v1/books", "deep00", "live")
    async with gateway_under_test(read=lambda _region, _host: [V1, deeper]) as t:
        await t.client.get("/v1/books/1")
        await t.client.get("/v1/cart")
        assert [request.host.split(".")[0] for request in t.upstream.asked] == ["deep00", "abc123"]


async def test_cut_region_drops_connection() -> None:
    async with gateway_under_test() as t:
        t.gateway.cut.add("eu-west-1")
        with pytest.raises(aiohttp.ClientConnectionError):
            await t.client.get("/v1/books")
        t.gateway.cut.clear()
        assert (await t.client.get("/v1/books")).status == 200


async def test_stopped_emulator_drops_connection() -> None:
    def gone(_region: str, _host: str) -> list[BasePath]:
        raise EndpointConnectionError(endpoint_url="http://127.0.0.1")

    async with gateway_under_test(read=gone) as t:
        with pytest.raises(aiohttp.ClientConnectionError):
            await t.client.get("/v1/books")


async def test_concurrent_requests_share_one_mapping_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("localcloud.edge.api_gateway.MAPPING_SECONDS", 600.0)
    looks: list[str] = []

    def read(_region: str, host: str) -> list[BasePath]:
        looks.append(host)
        return [V1]

    async with gateway_under_test(read=read) as t:
        answers = await asyncio.gather(*(t.client.get("/v1/books") for _ in range(300)))
        assert {answer.status for answer in answers} == {200}
        assert looks == [HOST]


CHECK = HealthCheck("check", "HTTPS", host=HOST, path="/v1/health")


@pytest.mark.parametrize(
    ("status", "well"), [(200, True), (301, True), (403, False), (404, False), (503, False)]
)
async def test_probe_follows_status(status: int, *, well: bool) -> None:
    async def reply(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status)

    async with gateway_under_test(reply) as t:
        assert await t.gateway.probe("eu-west-1", CHECK) == (well, f"HTTP {status}")
        assert t.upstream.asked[0].raw_path == "/live/health"


async def test_probe_without_mapping_or_region_fails() -> None:
    async with gateway_under_test(read=lambda _region, _host: []) as t:
        assert await t.gateway.probe("eu-west-1", CHECK) == (False, "HTTP 403")
        t.gateway.cut.add("eu-west-1")
        assert await t.gateway.probe("eu-west-1", CHECK) == (False, "connection failed")


@pytest.mark.parametrize(("search", "well"), [("ok", True), ("sick", False)])
async def test_probe_searches_string(search: str, *, well: bool) -> None:
    check = HealthCheck("check", "HTTPS_STR_MATCH", host=HOST, path="/v1/health", search=search)
    async with gateway_under_test() as t:
        assert (await t.gateway.probe("eu-west-1", check))[0] is well


async def test_probe_slow_endpoint_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(_request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr("localcloud.edge.api_gateway.RESPONSE_SECONDS", 0.05)
    async with gateway_under_test(hang) as t:
        assert await t.gateway.probe("eu-west-1", CHECK) == (False, "timed out")
