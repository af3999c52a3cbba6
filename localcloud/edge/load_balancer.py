"""The blog's load balancers: `blog.<domain>`, routed as Route 53 answers, and one address per region."""

import asyncio
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase

import aiohttp
from aiohttp import web
from aiohttp.typedefs import Handler
from multidict import CIMultiDict
from yarl import URL

from localcloud.edge.api_gateway import drop
from localcloud.edge.api_hosts import client_of
from localcloud.edge.cloudfront.s3_origin import Fetched, OtherHosts
from localcloud.edge.dns_answers import NoRecordError
from localcloud.edge.health_rules import CONNECT_SECONDS, RESPONSE_SECONDS, HealthCheck
from localcloud.edge.region_locations import Place, UnknownPlaceError
from localcloud.edge.route53 import Route53

IDLE_SECONDS = 60
"""Idle timeout of a load balancer."""
ORIGIN_SECONDS = 4
"""CloudFront's origin timeout for posts (modules/storefront/blog_posts.py)."""
LARGEST_REQUEST = 1024 * 1024
_CACHED = frozenset(
    {"content-type", "cache-control", "x-region", "x-wp-total", "x-wp-totalpages", "location"}
)
_DROPPED = frozenset({"connection", "content-length", "host", "keep-alive", "transfer-encoding", "x-viewer"})
_FORWARDED_FOR = "X-Forwarded-For"
CLOSED = ("/wp-admin/*", "/wp-login.php", "/wp-cron.php", "/xmlrpc.php", "/wp-comments-post.php")
"""Path patterns that the listener's rule refuses (modules/blog/balancer.py)."""


class Blogs:
    """WordPress of every region at `addresses`. WordPress builds its links with `host`."""

    def __init__(self, addresses: Mapping[str, URL], host: str, cut: set[str]) -> None:
        self._addresses = addresses
        self._host = host
        self._cut = cut

    async def forward(self, request: web.Request, region: str) -> web.StreamResponse:
        """Answer as `region`'s load balancer: 502 when no task answers. Drops the connection of a cut region."""
        if region in self._cut:
            return drop(request)
        if is_closed(request.raw_path):
            return web.Response(status=403, text="Forbidden")
        dropped = {*_DROPPED, _FORWARDED_FOR.lower()}
        headers = {name: value for name, value in request.headers.items() if name.lower() not in dropped}
        headers |= {"Host": self._host, _FORWARDED_FOR: forwarded_for(request), "X-Forwarded-Proto": "http"}
        target = URL(f"{self._addresses[region]}{request.raw_path}", encoded=True)
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=IDLE_SECONDS)) as session,
                session.request(
                    request.method, target, headers=headers, data=await request.read(), allow_redirects=False
                ) as answer,
            ):
                kept = [
                    (name, value) for name, value in answer.headers.items() if name.lower() not in _DROPPED
                ]
                kept = [(name, value) for name, value in kept if name.lower() != "content-encoding"]
                return web.Response(status=answer.status, body=await answer.read(), headers=kept)
        except TimeoutError:
            return web.Response(status=504, text="Gateway Timeout")
        except aiohttp.ClientError:
            return web.Response(status=502, text="Bad Gateway")

    async def fetch(self, method: str, region: str, path: str) -> Fetched:
        """Answer of `region` to CloudFront, which forwards no viewer headers; 502 when unreachable."""
        if region in self._cut:
            return Fetched(502, CIMultiDict(), b"")
        headers = {"Host": self._host, "X-Forwarded-Proto": "http"}
        target = URL(f"{self._addresses[region]}{path}", encoded=True)
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ORIGIN_SECONDS)) as session,
                session.request(method, target, headers=headers, allow_redirects=False) as answer,
            ):
                kept = CIMultiDict(
                    (name, value) for name, value in answer.headers.items() if name.lower() in _CACHED
                )
                return Fetched(answer.status, kept, await answer.read())
        except (TimeoutError, aiohttp.ClientError):
            return Fetched(502, CIMultiDict(), b"")

    async def probe(self, region: str, check: HealthCheck) -> tuple[bool, str]:
        """Probe a health check's path. Returns success and a short reason."""
        if region in self._cut:
            return False, "connection failed"
        try:
            async with (
                asyncio.timeout(CONNECT_SECONDS + RESPONSE_SECONDS),
                aiohttp.ClientSession() as session,
                session.get(f"{self._addresses[region]}{check.path}") as answer,
            ):
                return 200 <= answer.status < 400, f"HTTP {answer.status}"
        except TimeoutError:
            return False, "timed out"
        except aiohttp.ClientError:
            return False, "connection failed"


def as_origin(blogs: Blogs, route53: Route53, viewer: Place) -> OtherHosts:
    """The blog as an origin of CloudFront: by its shared name, through DNS."""

    async def fetch(method: str, host: str, path: str, query: str) -> Fetched:
        try:
            region = route53.region_of(route53.answer(host, viewer))
        except NoRecordError:
            return Fetched(502, CIMultiDict(), b"")
        return await blogs.fetch(method, region, f"{path}?{query}" if query else path)

    return fetch


def shared_blog(
    blogs: Blogs, route53: Route53, name: Callable[[], str | None], default: Place
) -> web.Application:
    """App of `blog.<domain>`. `name` returns None before the first deployment."""

    async def answer(request: web.Request) -> web.StreamResponse:
        host = name()
        try:
            region = route53.resolve(client_of(request, default), host or "")
        except UnknownPlaceError as mistake:
            return web.Response(status=400, text=f"{mistake}\n")
        except NoRecordError as nowhere:
            return web.Response(status=503, text=f"no region serves the blog: {nowhere}\n")
        return await blogs.forward(request, region)

    return _app(answer)


def regional_blog(blogs: Blogs, region: str) -> web.Application:
    """App of `blog-<region>.<domain>`."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return await blogs.forward(request, region)

    return _app(answer)


def forwarded_for(request: web.Request) -> str:
    """Return the client's own X-Forwarded-For with its address appended, as ALB does by default.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html
    """
    return ", ".join([*request.headers.getall(_FORWARDED_FOR, []), request.remote or ""])


def is_closed(raw_path: str) -> bool:
    """Whether a pattern of `CLOSED` matches. Like ALB's, patterns are case-sensitive and see the undecoded path.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html#path-conditions
    """
    path = raw_path.partition("?")[0]
    return any(fnmatchcase(path, pattern) for pattern in CLOSED)


def _app(answer: Handler) -> web.Application:
    app = web.Application(client_max_size=LARGEST_REQUEST)
    app.router.add_route("*", r"/{path:[\s\S]*}", answer)
    return app
