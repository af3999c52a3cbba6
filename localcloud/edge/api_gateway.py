"""API Gateway's host names: finds the stage that a host name is mapped to and forwards the request.

The emulator serves a host name that two regions share from the region that created it first. So every request goes to
the API's own name, `<id>.execute-api.localhost`, which is unique.
"""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from localcloud.edge.deployed_resources import BasePath, read_mappings
from localcloud.edge.health_rules import CONNECT_SECONDS, RESPONSE_SECONDS, SEARCHED_BYTES, HealthCheck
from localcloud.edge.ttl_cache import TtlCache, UnreadableError

MAPPING_SECONDS = 1.0
"""How long a mapping is cached: a removed mapping takes effect within this time."""
INTEGRATION_SECONDS = 29
"""API Gateway's integration timeout."""
CHUNK = 64 * 1024

_HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_OF_PAGES = frozenset({"origin", "sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site", "sec-fetch-user"})
"""Headers by which the emulator refuses pages. The edge's own gate has checked them; the API allows every origin."""
_NOT_FORWARDED = _HOP_BY_HOP | _OF_PAGES | {"host", "content-length", "x-viewer"}


class UnreachableError(Exception):
    """The region cannot be reached. Clients see a dropped connection."""


class ForbiddenError(Exception):
    """The host name has no mapping for this path."""


class Gateway:
    """Host names of every region's API, served from the emulator at `aws`."""

    def __init__(
        self,
        aws: URL,
        read: Callable[[str, str], list[BasePath]] = read_mappings,
    ) -> None:
        self._aws = aws
        self._base_paths: TtlCache[tuple[str, str], list[BasePath]] = TtlCache(
            lambda key: read(*key), MAPPING_SECONDS
        )
        self.cut: set[str] = set()
        """Regions that drop every connection."""
        self.slow: dict[str, float] = {}
        """Seconds that each response of a region takes longer."""

    async def __aenter__(self) -> Self:
        """Open the shared connection pool."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=60),
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=CONNECT_SECONDS, sock_read=INTEGRATION_SECONDS
            ),
            auto_decompress=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def forward(self, request: web.Request, region: str, host: str) -> web.StreamResponse:
        """Answer `request` as `host` in `region`.

        Drops the connection when the region is cut off or the emulator is down.
        """
        try:
            await asyncio.sleep(self.slow.get(region, 0))
            base_path = await self._base_path(region, host, request.rel_url.raw_path)
            body = await request.read() if request.can_read_body else None
            headers = _forwarded(request.headers, _NOT_FORWARDED)
            target = self._target(base_path, request.rel_url)
            headers["Host"] = f"{base_path.api_id}.execute-api.localhost"
            async with self._session.request(
                request.method, target, headers=headers, data=body, allow_redirects=False
            ) as answer:
                return await _stream(request, answer)
        except ForbiddenError:
            return web.json_response(
                {"message": "Forbidden"}, status=403, headers={"x-amzn-ErrorType": "ForbiddenException"}
            )
        except TimeoutError:
            return web.json_response({"message": "Endpoint request timed out"}, status=504)
        except (UnreachableError, aiohttp.ClientConnectionError):
            return drop(request)

    async def probe(self, region: str, check: HealthCheck) -> tuple[bool, str]:
        """Probe a health check's endpoint as Route 53 does. Returns success and a short reason."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                base_path = await self._base_path(region, check.host, check.path)
            async with asyncio.timeout(RESPONSE_SECONDS):
                await asyncio.sleep(self.slow.get(region, 0))
            headers = {
                "Host": f"{base_path.api_id}.execute-api.localhost",
                "User-Agent": "Amazon-Route53-Health-Check",
            }
            async with (
                asyncio.timeout(RESPONSE_SECONDS),
                self._session.get(self._target(base_path, URL(check.path)), headers=headers) as answer,
            ):
                status = f"HTTP {answer.status}"
                if not 200 <= answer.status < 400:
                    return False, status
                found = check.search.encode() in await answer.content.read(SEARCHED_BYTES)
                return found, status if found else f"{status} without {check.search!r}"
        except ForbiddenError:
            return False, "HTTP 403"
        except TimeoutError:
            return False, "timed out"
        except (UnreachableError, aiohttp.ClientError):
            return False, "connection failed"

    def _target(self, base_path: BasePath, url: URL) -> URL:
        path = url.raw_path.removeprefix(f"/{base_path.key}") if base_path.key else url.raw_path
        query = f"?{url.raw_query_string}" if url.raw_query_string else ""
        return URL(f"{self._aws}/{base_path.stage}{path}{query}", encoded=True)

    async def _base_path(self, region: str, host: str, path: str) -> BasePath:
        """The mapping that serves `path`. Raises ForbiddenError, or UnreachableError when the region is unreachable."""
        if region in self.cut:
            raise UnreachableError(region)
        try:
            known = await self._base_paths.get((region, host))
        except UnreadableError as error:
            raise UnreachableError(str(error)) from error
        fitting = [base_path for base_path in known if _serves(base_path, path)]
        if not fitting:
            raise ForbiddenError(host)
        return max(fitting, key=lambda base_path: len(base_path.key))


def drop(request: web.Request) -> web.Response:
    """Close the connection without a response."""
    if request.transport:
        request.transport.abort()
    return web.Response()


def _serves(base_path: BasePath, path: str) -> bool:
    return not base_path.key or path == f"/{base_path.key}" or path.startswith(f"/{base_path.key}/")


def _forwarded(headers: "CIMultiDictProxy[str]", without: frozenset[str]) -> "CIMultiDict[str]":
    """`headers` without hop-by-hop headers and without those in `without`."""
    named = {name.strip().lower() for name in headers.get("Connection", "").split(",")}
    return CIMultiDict(
        (name, value)
        for name, value in headers.items()
        if name.lower() not in without and name.lower() not in named
    )


async def _stream(request: web.Request, answer: aiohttp.ClientResponse) -> web.StreamResponse:
    """Stream an answer with its status and headers unchanged."""
    response = web.StreamResponse(status=answer.status, headers=_forwarded(answer.headers, _HOP_BY_HOP))
    await response.prepare(request)
    if request.method != "HEAD":
        async for chunk in answer.content.iter_chunked(CHUNK):
            await response.write(chunk)
    await response.write_eof()
    return response
