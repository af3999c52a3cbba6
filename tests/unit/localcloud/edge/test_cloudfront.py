"""The storefront's address, with real buckets' worth of files on a real HTTP server in the emulator's place."""

import gzip
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from botocore.exceptions import EndpointConnectionError
from multidict import CIMultiDict
from yarl import URL

from localcloud.edge.cloudfront import s3_origin
from localcloud.edge.cloudfront import server as server_module
from localcloud.edge.cloudfront.distribution import (
    Behavior,
    Distribution,
    ErrorPage,
    HeaderRule,
    Origin,
    OriginGroup,
)
from localcloud.edge.cloudfront.s3_origin import Buckets, Fetched
from localcloud.edge.cloudfront.server import CloudFront
from localcloud.edge.cloudfront.worker import Worker

pytestmark = pytest.mark.anyio
FIRST = Origin("eu-west-1", "web-eu-west-1", "eu-west-1")
SECOND = Origin("ap-southeast-1", "web-ap-southeast-1", "ap-southeast-1")
PAIR = OriginGroup((FIRST, SECOND), frozenset((403, 404, 500, 502, 503, 504)))
ROUTES = """
function handler(event) {
  const request = event.request;
  if (request.headers.host.value.startsWith('www.')) {
    const headers = { location: { value: 'https://bookstore.example/' } };
    return { statusCode: 301, statusDescription: 'Moved', headers };
  }
  if (!request.uri.includes('.')) request.uri = '/index.html';
  return request;
}
"""
DEFAULT = Behavior("*", PAIR, function=ROUTES)
ASSETS = Behavior("assets/*", PAIR, encodings=("br", "gzip"))
PLAIN = Distribution(
    "E1", "arn:aws:cloudfront::0:distribution/E1", "d1.cloudfront.net", "bookstore.example", (ASSETS, DEFAULT)
)
PAGE, SCRIPT = b"<!doctype html><title>Shop</title>", b"export const books = [];\n" * 200
OPEN = {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}}
CLOSED = {"Statement": [OPEN["Statement"], {**OPEN["Statement"], "Effect": "Deny"}]}


@dataclass
class Shop:
    """Two buckets with the same files, their policies, and a client in front of CloudFront."""

    client: TestClient[web.Request, web.Application]
    policies: dict[str, object]
    buckets: dict[str, dict[str, bytes]]
    cut: set[str]
    asked: list[str] = field(default_factory=list)


@asynccontextmanager
async def shop(
    monkeypatch: pytest.MonkeyPatch,
    distribution: Distribution = PLAIN,
    read: Callable[[str], Distribution] | None = None,
) -> AsyncIterator[Shop]:
    files = {"index.html": PAGE, "assets/app.js": SCRIPT}
    buckets = {origin.bucket: dict(files) for origin in (FIRST, SECOND)}
    policies: dict[str, object] = {origin.bucket: OPEN for origin in (FIRST, SECOND)}
    asked: list[str] = []

    async def s3(request: web.Request) -> web.Response:
        bucket, key = request.match_info["bucket"], request.match_info["key"]
        asked.append(f"{bucket}/{key}")
        body = buckets[bucket].get(key)
        if body is None:
            return web.Response(status=404)
        kind = "text/html" if key.endswith(".html") else "text/javascript"
        caching = "no-cache" if key.endswith(".html") else "public, max-age=31536000, immutable"
        headers = {"ETag": f'"{hash(body)}"', "Cache-Control": caching, "x-amz-request-id": "1"}
        if key.endswith(".br"):
            headers["Content-Encoding"] = "br"
        return web.Response(body=body, content_type=kind, headers=headers)

    monkeypatch.setattr(s3_origin, "POLICY_SECONDS", 0.0)
    monkeypatch.setattr(s3_origin, "_read_policy", lambda origin: policies[origin.bucket])
    app = web.Application()
    app.router.add_get("/{bucket}/{key:.*}", s3)
    cut: set[str] = set()
    async with TestServer(app) as server, aiohttp.ClientSession() as session, Worker() as worker:
        behind = Buckets(URL(f"http://127.0.0.1:{server.port}"), cut)
        front = CloudFront(lambda: "E1", session, behind, worker, read or (lambda _id: distribution))
        async with TestClient(TestServer(front.app()), auto_decompress=False) as client:
            yield Shop(client, policies, buckets, cut, asked)


async def test_file_from_first_origin_keeps_caching(monkeypatch: pytest.MonkeyPatch) -> None:
    async with shop(monkeypatch) as s:
        answer = await s.client.get("/assets/app.js", headers={"Accept-Encoding": "identity"})
        assert (answer.status, await answer.read()) == (200, SCRIPT)
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "x-amz-request-id" not in answer.headers
        assert s.asked == ["web-eu-west-1/assets/app.js"]


@pytest.mark.parametrize("path", ["/", "/books/dune"])
async def test_function_rewrites_app_routes_to_index(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    async with shop(monkeypatch) as s:
        answer = await s.client.get(path)
        assert (answer.status, await answer.read()) == (200, PAGE)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_host_gets_method_of_viewer(method: str) -> None:
    asked: list[tuple[str, ...]] = []

    async def api(*request: str) -> Fetched:
        asked.append(request)
        return Fetched(200, CIMultiDict({"Content-Type": "text/html"}), b"")

    pages = Origin("pages", "", "", "/v1/pages", host="api.example.com")
    behavior = Behavior("*", OriginGroup((pages, FIRST), frozenset((503,))))
    served = replace(PLAIN, behaviors=(behavior,))
    async with aiohttp.ClientSession() as session, Worker() as worker:
        behind = Buckets(URL("http://127.0.0.1"), set(), api)
        front = CloudFront(lambda: "E1", session, behind, worker, lambda _id: served)
        async with TestClient(TestServer(front.app())) as client:
            answer = await client.request(method, "/a?path=b")
            assert (answer.status, answer.content_type) == (200, "text/html")
    assert asked == [(method, "api.example.com", "/v1/pages/a", "path=b")]


async def test_root_serves_default_object(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = replace(PLAIN, behaviors=(replace(DEFAULT, function=None),), default_root_object="index.html")
    async with shop(monkeypatch, plain) as s:
        assert await (await s.client.get("/")).read() == PAGE


async def test_function_response_is_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    async with shop(monkeypatch, replace(PLAIN, host="www.bookstore.example")) as s:
        answer = await s.client.get("/", allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (301, "https://bookstore.example/")
        assert not s.asked


async def test_function_error_answers_503(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = replace(DEFAULT, function="function handler() { throw new Error(); }")
    async with shop(monkeypatch, replace(PLAIN, behaviors=(broken,))) as s:
        assert (await s.client.get("/")).status == 503


async def test_bucket_403_fails_over(monkeypatch: pytest.MonkeyPatch) -> None:
    async with shop(monkeypatch) as s:
        s.policies[FIRST.bucket] = CLOSED
        answer = await s.client.get("/")
        assert (answer.status, await answer.read()) == (200, PAGE)
        assert s.asked == ["web-ap-southeast-1/index.html"]


async def test_cut_region_fails_over(monkeypatch: pytest.MonkeyPatch) -> None:
    async with shop(monkeypatch) as s:
        s.cut.add("eu-west-1")
        assert (await s.client.get("/assets/app.js")).status == 200


async def test_file_in_second_bucket_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    async with shop(monkeypatch) as s:
        del s.buckets[FIRST.bucket]["assets/app.js"]
        assert (await s.client.get("/assets/app.js")).status == 200


async def test_file_in_no_bucket_answers_404(monkeypatch: pytest.MonkeyPatch) -> None:
    async with shop(monkeypatch) as s:
        answer = await s.client.get("/assets/gone.js")
        assert (answer.status, answer.headers["X-Cache"]) == (404, "Error from cloudfront")


async def test_missing_file_without_list_right_answers_403(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with shop(monkeypatch) as s:
        for bucket in s.policies:
            s.policies[bucket] = {"Statement": {**OPEN["Statement"], "Action": "s3:GetObject"}}
        assert (await s.client.get("/assets/gone.js")).status == 403


async def test_status_outside_criteria_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    strict = replace(ASSETS, origins=replace(PAIR, statuses=frozenset((500,))))
    async with shop(monkeypatch, replace(PLAIN, behaviors=(strict, DEFAULT))) as s:
        s.policies[FIRST.bucket] = CLOSED
        assert (await s.client.get("/assets/app.js")).status == 403
        assert not s.asked


async def test_error_page_replaces_error(monkeypatch: pytest.MonkeyPatch) -> None:
    forgiving = replace(PLAIN, error_pages={404: ErrorPage("/index.html", 200)})
    async with shop(monkeypatch, forgiving) as s:
        answer = await s.client.get("/assets/gone.js")
        assert (answer.status, await answer.read()) == (200, PAGE)


async def test_method_not_allowed_answers_403(monkeypatch: pytest.MonkeyPatch) -> None:
    async with shop(monkeypatch) as s:
        assert (await s.client.post("/")).status == 403
        assert not s.asked


async def test_headers_policy_overrides_or_adds(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = (
        HeaderRule("Content-Security-Policy", "default-src 'self'", override=True),
        HeaderRule("Cache-Control", "no-store", override=False),
    )
    ruled = replace(ASSETS, headers=rules, removed_headers=frozenset(("etag",)))
    async with shop(monkeypatch, replace(PLAIN, behaviors=(ruled, DEFAULT))) as s:
        headers = (await s.client.get("/assets/app.js")).headers
        assert headers["Content-Security-Policy"] == "default-src 'self'"
        assert "immutable" in headers["Cache-Control"]
        assert "ETag" not in headers


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("identity", None), ("", None)],
)
async def test_compression_uses_best_accepted(
    monkeypatch: pytest.MonkeyPatch, accepted: str, encoding: str | None
) -> None:
    async with shop(monkeypatch) as s:
        answer = await s.client.get("/assets/app.js", headers={"Accept-Encoding": accepted})
        assert answer.headers.get("Content-Encoding") == encoding
        assert (len(await answer.read()) < len(SCRIPT)) == (encoding is not None)


async def test_compressed_file_decompresses_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    async with shop(monkeypatch) as s:
        for _ in range(2):
            answer = await s.client.get("/assets/app.js", headers={"Accept-Encoding": "gzip"})
            assert gzip.decompress(await answer.read()) == SCRIPT
            assert answer.headers["ETag"].startswith("W/")


async def test_stored_encoding_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    async with shop(monkeypatch) as s:
        for files in s.buckets.values():
            files["assets/app.js.br"] = b"not Brotli" * 50
        answer = await s.client.get("/assets/app.js.br", headers={"Accept-Encoding": "br, gzip"})
        assert (answer.status, answer.headers["Content-Encoding"]) == (200, "br")
        assert await answer.read() == s.buckets["web-eu-west-1"]["assets/app.js.br"]


async def test_small_files_stay_uncompressed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with shop(monkeypatch) as s:
        s.buckets[FIRST.bucket]["assets/small.js"] = b"x"
        for path in ("/assets/small.js", "/"):
            answer = await s.client.get(path, headers={"Accept-Encoding": "br"})
            assert "Content-Encoding" not in answer.headers


async def test_unchanged_file_answers_304(monkeypatch: pytest.MonkeyPatch) -> None:
    async with shop(monkeypatch) as s:
        first = await s.client.get("/assets/app.js", headers={"Accept-Encoding": "br"})
        tag = first.headers["ETag"]
        again = await s.client.get(
            "/assets/app.js", headers={"If-None-Match": f'"other", {tag}', "Accept-Encoding": "br"}
        )
        assert (again.status, await again.read()) == (304, b"")
        assert again.headers["ETag"] == tag
        changed = await s.client.get("/assets/app.js", headers={"If-None-Match": '"other"'})
        assert changed.status == 200


async def test_distribution_serves_while_its_api_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "CONFIGURATION_SECONDS", 0.0)
    answers = [PLAIN]

    def read(_id: str) -> Distribution:
        if answers:
            return answers.pop()
        raise EndpointConnectionError(endpoint_url="http://127.0.0.1")

    async with shop(monkeypatch, read=read) as s:
        for _ in range(2):
            answer = await s.client.get("/")
            assert (answer.status, await answer.read()) == (200, PAGE)


async def test_no_distribution_answers_503() -> None:
    async with aiohttp.ClientSession() as session, Worker() as worker:
        front = CloudFront(lambda: None, session, Buckets(URL("http://127.0.0.1"), set()), worker)
        async with TestClient(TestServer(front.app())) as client:
            answer = await client.get("/")
            assert answer.status == 503
            assert "no storefront is deployed" in await answer.text()
