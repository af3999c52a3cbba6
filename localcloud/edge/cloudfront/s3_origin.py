"""Reads files from the distribution's buckets, subject to their bucket policies."""

import json
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import aiohttp
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from multidict import CIMultiDict
from yarl import URL

from localcloud.edge.cloudfront.bucket_policy import LIST, READ, allows
from localcloud.edge.cloudfront.distribution import Origin, OriginGroup
from localcloud.edge.deployed_resources import client
from localcloud.edge.ttl_cache import TtlCache, UnreadableError
from localcloud.environment import ROOT_KEY

POLICY_SECONDS = 1.0
"""How long a bucket policy is cached."""
CONNECTION_FAILED = 502
"""CloudFront's status for an unreachable origin."""
_KEPT_HEADERS = frozenset(
    {"content-type", "cache-control", "etag", "last-modified", "content-encoding", "content-language"}
)


@dataclass(frozen=True)
class Fetched:
    """An origin's answer."""

    status: int
    headers: "CIMultiDict[str]"
    body: bytes


def kept_headers(headers: Mapping[str, str]) -> "CIMultiDict[str]":
    """The origin's headers that a viewer gets. Not its length: CloudFront may compress the body."""
    return CIMultiDict((name, value) for name, value in headers.items() if name.lower() in _KEPT_HEADERS)


OtherHosts = Callable[[str, str, str, str], Awaitable[Fetched]]
"""Fetches from an origin that is not a bucket: method, host, path, query."""


class Buckets:
    """Buckets of every region, read from the emulator at `aws`. Regions in `cut` are unreachable."""

    def __init__(self, aws: URL, cut: Collection[str], others: OtherHosts | None = None) -> None:
        self._aws = aws
        self._cut = cut
        self._others = others
        self._policies: TtlCache[Origin, dict[str, Any]] = TtlCache(_read_policy, POLICY_SECONDS)

    async def fetch(
        self,
        session: aiohttp.ClientSession,
        group: OriginGroup,
        path: str,
        distribution: str,
        query: str = "",
        method: str = "GET",
    ) -> Fetched:
        """Fetch `path` from the first origin, or from the next one after a failover status.

        Hosts get `method`, because an API may have a path without `HEAD`. Files are read in any case.
        """
        answer = Fetched(CONNECTION_FAILED, CIMultiDict(), b"")
        for origin in group.members:
            if origin.host:
                answer = await self._fetch_from_host(method, origin, path, query)
            else:
                answer = await self._fetch(session, origin, path, distribution)
            if answer.status not in group.statuses:
                break
        return answer

    async def _fetch_from_host(self, method: str, origin: Origin, path: str, query: str) -> Fetched:
        if self._others is None:
            return _refusal(CONNECTION_FAILED, "OriginUnreachable")
        return await self._others(method, origin.host, origin.path + path, query)

    async def _fetch(
        self, session: aiohttp.ClientSession, origin: Origin, path: str, distribution: str
    ) -> Fetched:
        if origin.region in self._cut:
            return _refusal(CONNECTION_FAILED, "OriginUnreachable")
        try:
            policy = await self._policies.get(origin)
            key = unquote(origin.path + path).lstrip("/")
            bucket = f"arn:aws:s3:::{origin.bucket}"
            if not allows(policy, READ, f"{bucket}/{key}", distribution):
                return _refusal(403, "AccessDenied")
            target = URL(str(self._aws)) / origin.bucket / key
            # Stored encodings are passed to the viewer unchanged.
            async with session.get(
                target, headers=_signature(str(target), origin.region), auto_decompress=False
            ) as answer:
                if answer.status == 404 and not allows(policy, LIST, bucket, distribution):
                    # Without s3:ListBucket S3 answers 403 for a missing object.
                    return _refusal(403, "AccessDenied")
                return Fetched(answer.status, kept_headers(answer.headers), await answer.read())
        except (UnreadableError, aiohttp.ClientError, TimeoutError):
            return _refusal(CONNECTION_FAILED, "OriginUnreachable")


def _signature(address: str, region: str) -> dict[str, str]:
    """Headers that sign a read, as CloudFront's origin access control does; the bucket policy is checked here."""
    request = AWSRequest("GET", address)
    S3SigV4Auth(Credentials(ROOT_KEY, ROOT_KEY), "s3", region).add_auth(request)
    return dict(request.headers.items())


def _refusal(status: int, code: str) -> Fetched:
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code></Error>'
    return Fetched(status, CIMultiDict({"Content-Type": "application/xml"}), body.encode())


def _read_policy(origin: Origin) -> dict[str, Any]:
    """Policy of an origin's bucket; an empty policy, which allows nothing, without one."""
    s3 = client("s3", origin.region)
    try:
        policy: dict[str, Any] = json.loads(s3.get_bucket_policy(Bucket=origin.bucket)["Policy"])
    except s3.exceptions.ClientError as missing:
        if missing.response["Error"]["Code"] not in ("NoSuchBucketPolicy", "NoSuchBucket"):
            raise
        return {}
    return policy
