"""Sends a request to the bookstore's address, and to its regions in turn until one gives an answer.

DNS moves clients away from a lost region after interval x threshold + TTL seconds. A client that knows the
regions needs one failed attempt.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from client import replies
from client.errors import CONNECTION_FAILED, Attempt, Json, RefusedError, UnreachableError
from client.replies import Expected, Raw, Reply

TIMEOUT = 2.0
"""Seconds that one endpoint has for a complete answer."""

GO_BACK_AFTER = 60.0
"""Seconds after which a client that moved to a region tries the bookstore's own address again."""

_FAILURES = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError)
"""Exceptions of httpx and of the decoders below it, for whatever a server may send. Includes TimeoutError."""


@dataclass(frozen=True)
class Endpoints:
    """Base addresses. `api` leads to the nearest healthy region, `regions` has one address for each region."""

    api: str
    regions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outgoing:
    """A request, and the answer that it expects.

    Attributes:
        repeatable: whether the request may be sent again after it may have been processed.
        region: send only to this region's own address.
    """

    method: str
    path: str
    expected: Expected
    repeatable: bool = True
    region: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


class Failover:
    """Keeps the endpoint that answered last, and returns to the bookstore's own address after a while."""

    def __init__(
        self, http: httpx.AsyncClient, endpoints: Endpoints, *, go_back_after: float = GO_BACK_AFTER
    ) -> None:
        self._http = http
        self._endpoints = endpoints
        self._go_back_after = go_back_after
        self._current = endpoints.api
        self._moved_at = 0.0
        self._last_region: str | None = None

    @property
    def regions(self) -> Sequence[str]:
        """Names of the regions that have an address of their own."""
        return tuple(self._endpoints.regions)

    async def send(self, request: Outgoing) -> Reply:
        """Send to one endpoint after another until one gives an answer.

        A request that is not repeatable moves on only if it certainly was not processed: the connection failed, or
        API Gateway refused before it called a function.

        Raises:
            RefusedError: the bookstore refused the request, or the last endpoint refused to serve it.
            UnreachableError: the last endpoint gave no answer that fits the contract.
        """
        attempts: list[Attempt] = []
        refused: tuple[Raw, Json] | None = None
        for endpoint in self._candidates(request):
            raw, attempt = await self._attempt(endpoint, request)
            attempts.append(attempt)
            refused = None
            if raw is not None:
                body = replies.success(raw, request.expected)
                if body is not None:
                    self._keep(endpoint, raw)
                    return Reply(body, raw.headers["x-region"], attempts)
                if (details := replies.problem(raw)) is not None:
                    refused = raw, details
                    if _is_final(raw, details):
                        self._keep(endpoint, raw)
                        break
            if attempt.may_have_arrived and not request.repeatable:
                break
        if refused is None:
            raise UnreachableError(attempts)
        raw, details = refused
        raise RefusedError(
            raw.status, details, raw.headers["x-region"], attempts, retry_after=replies.retry_after(raw)
        )

    async def _attempt(self, endpoint: str, request: Outgoing) -> tuple[Raw | None, Attempt]:
        began = time.monotonic()
        try:
            async with asyncio.timeout(TIMEOUT):
                raw = await self._read(endpoint, request)
        except _FAILURES as error:
            name = type(error).__name__
            return None, Attempt(endpoint, time.monotonic() - began, name, name != CONNECTION_FAILED)
        details = replies.problem(raw)
        fits = replies.success(raw, request.expected) is not None or details is not None
        outcome = str(raw.status) if fits else f"{raw.status}, not an answer of the bookstore"
        refused = details is not None and _is_final(raw, details)
        arrived = not (refused or replies.certainly_not_processed(raw))
        return raw, Attempt(endpoint, time.monotonic() - began, outcome, arrived)

    async def _read(self, endpoint: str, request: Outgoing) -> Raw:
        content = bytearray()
        async with self._http.stream(
            request.method, endpoint + request.path, timeout=None, follow_redirects=False, **request.options
        ) as response:
            async for chunk in response.aiter_bytes():
                content += chunk
                if len(content) > replies.MAX_BYTES:
                    raise httpx.DecodingError("The body is too large.")
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Raw(response.status_code, headers, bytes(content))

    def _candidates(self, request: Outgoing) -> list[str]:
        """Return the current endpoint, then the regions.

        The bookstore's own address most likely leads to the region that answered there last: that region is last.
        """
        if request.region is not None:
            return [self._endpoints.regions[request.region]]
        if time.monotonic() - self._moved_at > self._go_back_after:
            self._current = self._endpoints.api
        suspect = self._last_region if self._current == self._endpoints.api else None
        regions = sorted(self._endpoints.regions, key=lambda name: name == suspect)
        others = [self._endpoints.regions[name] for name in regions]
        if self._current != self._endpoints.api:
            others.append(self._endpoints.api)
        return [self._current, *(endpoint for endpoint in others if endpoint != self._current)]

    def _keep(self, endpoint: str, raw: Raw) -> None:
        self._last_region = raw.headers["x-region"]
        if endpoint != self._current:
            self._current, self._moved_at = endpoint, time.monotonic()


def _is_final(raw: Raw, details: Json) -> bool:
    """Whether the refusal concerns the request, so that no other region would decide differently."""
    if raw.status == 403:
        return bool(details["type"] != f"{replies.PROBLEM_TYPE}forbidden")
    if raw.status == 429:
        return bool(details["type"] == f"{replies.PROBLEM_TYPE}too-many-orders")
    return raw.status not in replies.RETRY_ELSEWHERE
