"""CloudFront: serves the storefront by the deployed distribution's configuration.

Not implemented: caching (every request is a miss), TLS and the redirect to it, WAF, access logs, byte ranges.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import aiohttp
from aiohttp import web
from multidict import CIMultiDict

from localcloud.edge.cloudfront.distribution import Behavior, Distribution, HeaderRule, read_distribution
from localcloud.edge.cloudfront.s3_origin import Buckets, Fetched
from localcloud.edge.cloudfront.worker import Worker, WorkerError
from localcloud.edge.ttl_cache import TtlCache, UnreadableError

CONFIGURATION_SECONDS = 2.0
"""How long the distribution's configuration is cached; on AWS a change takes minutes."""
COMPRESSED_FROM, COMPRESSED_TO = 1_000, 10_000_000
"""File sizes in bytes that CloudFront compresses.
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html"""
COMPRESSED_TYPES = (
    "application/javascript",
    "application/json",
    "application/manifest+json",
    "application/xml",
    "font/otf",
    "font/ttf",
    "image/svg+xml",
    "text/",
)
KEPT_BYTES = 64 * 1024 * 1024
log = logging.getLogger(__name__)


class CloudFront:
    """The distribution with the id that `distribution_id` returns; None before the first deployment."""

    def __init__(
        self,
        distribution_id: Callable[[], str | None],
        session: aiohttp.ClientSession,
        buckets: Buckets,
        worker: Worker,
        read: Callable[[str], Distribution] = read_distribution,
    ) -> None:
        self._id = distribution_id
        self._session = session
        self._buckets = buckets
        self._worker = worker
        self._distributions: TtlCache[str, Distribution] = TtlCache(read, CONFIGURATION_SECONDS)
        self._last: Distribution | None = None
        self._compressed = Compressed(worker)

    def app(self) -> web.Application:
        """App of `<domain>`."""
        app = web.Application()
        app.router.add_route("*", r"/{path:[\s\S]*}", self._serve)
        return app

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        id_ = self._id()
        if id_ is None:
            return web.Response(
                status=503, text="no storefront is deployed: see features.storefront in the settings\n"
            )
        try:
            self._last = await self._distributions.get(id_)
        except UnreadableError as error:
            # CloudFront serves without its API.
            log.warning("the distribution cannot be read: %s", error)
            if self._last is None:
                return _error(503, "the distribution cannot be read")
        try:
            return await self._answer(request, self._last)
        except WorkerError as error:
            log.warning("the viewer-request function failed: %s", error)
            return _error(503, "The CloudFront function returned an invalid value or failed.")

    async def _answer(self, request: web.Request, distribution: Distribution) -> web.Response:
        path = request.rel_url.raw_path
        query = request.rel_url.raw_query_string
        behavior = distribution.behavior(path)
        if request.method not in behavior.methods:
            return _error(403, "This distribution is not configured to allow the HTTP request method.")
        if behavior.function:
            result = await self._worker.run_function(behavior.function, _event(request, distribution))
            if "statusCode" in result:
                return _generated(result)
            path = str(result["uri"])
            query = "&".join(f"{name}={field['value']}" for name, field in result["querystring"].items())
        if path == "/" and distribution.default_root_object:
            path = f"/{distribution.default_root_object}"
        fetched = await self._fetch(distribution, behavior, path, query, request.method)
        return await self._respond(request, behavior, fetched)

    async def _fetch(
        self, distribution: Distribution, behavior: Behavior, path: str, query: str, method: str
    ) -> Fetched:
        fetched = await self._buckets.fetch(
            self._session, behavior.origins, path, distribution.arn, query, method
        )
        page = (distribution.error_pages or {}).get(fetched.status)
        if page is None:
            return fetched
        origins = distribution.behavior(page.path).origins
        shown = await self._buckets.fetch(self._session, origins, page.path, distribution.arn)
        return replace(shown, status=page.status) if shown.status == 200 else fetched

    async def _respond(self, request: web.Request, behavior: Behavior, fetched: Fetched) -> web.Response:
        headers = apply_policy(fetched.headers, behavior.headers, behavior.removed_headers)
        encoding = chosen_encoding(request.headers.get("Accept-Encoding", ""), behavior, fetched)
        body = fetched.body
        if encoding:
            body = await self._compressed.get(fetched, encoding)
            headers["Content-Encoding"] = encoding
            headers["Vary"] = "Accept-Encoding"
            if "ETag" in headers:
                headers["ETag"] = weak(headers["ETag"])
        headers["X-Cache"] = "Error from cloudfront" if fetched.status >= 400 else "Miss from cloudfront"
        if fetched.status == 200 and is_unchanged(request, headers):
            headers.popall("Content-Type", None)
            return web.Response(status=304, headers=headers)
        return web.Response(status=fetched.status, headers=headers, body=body)


class Compressed:
    """Cache of compressed files by entity tag and encoding, as in CloudFront's cache."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._kept: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._bytes = 0

    async def get(self, fetched: Fetched, encoding: str) -> bytes:
        """The body in `encoding`. Raises WorkerError."""
        key = (fetched.headers.get("ETag", ""), encoding)
        if not key[0]:
            return await self._worker.compress(fetched.body, encoding)
        if key not in self._kept:
            self._keep(key, await self._worker.compress(fetched.body, encoding))
        self._kept.move_to_end(key)
        return self._kept[key]

    def _keep(self, key: tuple[str, str], body: bytes) -> None:
        self._bytes += len(body) - len(self._kept.get(key, b""))
        self._kept[key] = body
        while self._bytes > KEPT_BYTES and len(self._kept) > 1:
            self._bytes -= len(self._kept.popitem(last=False)[1])


def apply_policy(
    headers: Mapping[str, str], rules: tuple[HeaderRule, ...], removed: frozenset[str]
) -> "CIMultiDict[str]":
    """Apply the response headers policy to an origin's headers."""
    result = CIMultiDict((name, value) for name, value in headers.items() if name.lower() not in removed)
    for rule in rules:
        if rule.override or rule.name not in result:
            result[rule.name] = rule.value
    return result


def chosen_encoding(accepted: str, behavior: Behavior, fetched: Fetched) -> str | None:
    """Encoding for a file; None to send it uncompressed."""
    content_type = fetched.headers.get("Content-Type", "")
    compressible = (
        fetched.status == 200
        and "Content-Encoding" not in fetched.headers
        and COMPRESSED_FROM <= len(fetched.body) <= COMPRESSED_TO
        and content_type.startswith(COMPRESSED_TYPES)
    )
    wanted = {_coding(part) for part in accepted.lower().split(",")}
    return next((encoding for encoding in behavior.encodings if compressible and encoding in wanted), None)


def _coding(part: str) -> str:
    """Coding of one item of Accept-Encoding; empty when its weight is zero."""
    coding, _, weight = part.partition(";")
    refused = weight.strip().removeprefix("q=").strip("0.") == "" and "q=" in weight
    return "" if refused else coding.strip()


def weak(etag: str) -> str:
    """Weak form of `etag`: a compressed body is equivalent to the file but not byte-identical."""
    return etag if etag.startswith("W/") else f"W/{etag}"


def is_unchanged(request: web.BaseRequest, headers: Mapping[str, str]) -> bool:
    """Whether If-None-Match holds the file's entity tag, by RFC 9110's weak comparison."""
    mine = headers.get("ETag", "").removeprefix("W/")
    theirs = request.headers.get("If-None-Match", "")
    return bool(mine) and any(tag.strip().removeprefix("W/") in (mine, "*") for tag in theirs.split(","))


def _event(request: web.Request, distribution: Distribution) -> dict[str, Any]:
    """Viewer-request event of CloudFront Functions.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html
    """
    headers = {
        name.lower(): {"value": value} for name, value in request.headers.items() if name.lower() != "cookie"
    }
    return {
        "version": "1.0",
        "context": {
            "distributionDomainName": distribution.domain_name,
            "distributionId": distribution.id,
            "eventType": "viewer-request",
            "requestId": "local",
        },
        "viewer": {"ip": request.remote},
        "request": {
            "method": request.method,
            "uri": request.rel_url.raw_path,
            "querystring": {name: {"value": value} for name, value in request.rel_url.query.items()},
            # The deployed function expects the site's host name, not a loopback port.
            "headers": {**headers, "host": {"value": distribution.host}},
            "cookies": {name: {"value": value} for name, value in request.cookies.items()},
        },
    }


def _generated(result: Mapping[str, Any]) -> web.Response:
    """A response that the function generated."""
    headers = {name: field["value"] for name, field in result.get("headers", {}).items()}
    return web.Response(
        status=result["statusCode"],
        reason=result.get("statusDescription"),
        headers=headers,
        text=result.get("body", ""),
    )


def _error(status: int, reason: str) -> web.Response:
    return web.Response(status=status, text=f"The request could not be satisfied. {reason}\n")
