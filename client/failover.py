"""Sends a request to the shop's address, and to its regions in turn when that cannot serve.

DNS moves shoppers away from a lost region in interval x threshold + TTL seconds; a client that holds the list
of regions need not wait for that.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

TIMEOUT = 2.0
"""Seconds that one region gets to answer in full."""

GO_BACK_AFTER = 60.0
"""Seconds after which a client that moved away tries the shop's own address again."""

CANNOT_SERVE = frozenset({502, 503, 504})
SHOPS_OWN = "urn:bookstore:problem:"


class UnreachableError(Exception):
    """No endpoint that was tried could serve, and the last did not even answer."""

    def __init__(self, attempts: Sequence["Attempt"]) -> None:
        self.attempts = attempts
        super().__init__(", ".join(f"{attempt.endpoint}: {attempt.outcome}" for attempt in attempts))

    @property
    def may_have_arrived(self) -> bool:
        """False when it is certain that the last endpoint never saw the request."""
        return self.attempts[-1].outcome != httpx.ConnectError.__name__


@dataclass(frozen=True)
class Endpoints:
    """Where the shop answers: `api` stands for the nearest healthy region, `regions` for one each."""

    api: str
    regions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request to one endpoint: `outcome` is a status, or the name of what went wrong."""

    endpoint: str
    seconds: float
    outcome: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A response and how it was come by."""

    response: httpx.Response
    attempts: Sequence[Attempt]

    @property
    def region(self) -> str | None:
        """The region that answered, by its own account."""
        region: str | None = self.response.headers.get("x-region")
        return region


class Failover:
    """Stays with the endpoint that last worked, and goes back to the shop's own address after a while.

    A request that is not safe to repeat moves on only when it certainly did nothing: no connection came
    about, or API Gateway turned it away before any function ran.
    """

    def __init__(
        self, http: httpx.AsyncClient, endpoints: Endpoints, *, go_back_after: float = GO_BACK_AFTER
    ) -> None:
        self._http = http
        self._endpoints = endpoints
        self._go_back_after = go_back_after
        self._current = endpoints.api
        self._moved_at = 0.0
        self._last_region: str | None = None

    async def send(self, method: str, path: str, *, repeatable: bool, **request: Any) -> Answer:
        """Send to one endpoint after another until one can serve.

        Gives the last response when each answered that it cannot. Raises UnreachableError when the last
        one tried did not answer at all.
        """
        attempts: list[Attempt] = []
        last: httpx.Response | None = None
        for endpoint in self._candidates():
            began = time.monotonic()
            try:
                async with asyncio.timeout(TIMEOUT):
                    last = await self._http.request(method, endpoint + path, timeout=None, **request)
                outcome, served = str(last.status_code), not cannot_serve(last)
                move_on = repeatable or turned_away(last)
            except (httpx.TransportError, TimeoutError) as error:
                last, outcome, served = None, type(error).__name__, False
                move_on = repeatable or isinstance(error, httpx.ConnectError)
            attempts.append(Attempt(endpoint, time.monotonic() - began, outcome))
            if served and last is not None:
                self._stay_with(endpoint, last)
                break
            if not move_on:
                break
        if last is None:
            raise UnreachableError(attempts)
        return Answer(last, attempts)

    def _candidates(self) -> list[str]:
        """The current endpoint, then the regions.

        Behind the shop's own address stands, most likely, the region that answered there last: it comes last.
        """
        if time.monotonic() - self._moved_at > self._go_back_after:
            self._current = self._endpoints.api
        suspect = self._last_region if self._current == self._endpoints.api else None
        regions = sorted(self._endpoints.regions, key=lambda name: name == suspect)
        others = [self._endpoints.regions[name] for name in regions]
        if self._current != self._endpoints.api:
            others.append(self._endpoints.api)
        return [self._current, *(endpoint for endpoint in others if endpoint != self._current)]

    def _stay_with(self, endpoint: str, response: httpx.Response) -> None:
        self._last_region = response.headers.get("x-region", self._last_region)
        if endpoint != self._current:
            self._current, self._moved_at = endpoint, time.monotonic()


def cannot_serve(response: httpx.Response) -> bool:
    """Tell whether another region may do better: the endpoint is broken, not the request."""
    return response.status_code in CANNOT_SERVE or turned_away(response)


def turned_away(response: httpx.Response) -> bool:
    """Tell whether API Gateway refused on its own account, as it does when a domain has lost its mapping."""
    return response.status_code == 403 and not is_shops_own(response)


def is_shops_own(response: httpx.Response) -> bool:
    """Tell whether an error is the shop's: problem details of one of its own types."""
    if not response.headers.get("content-type", "").startswith("application/problem+json"):
        return False
    try:
        problem = response.json()
    except ValueError:
        return False
    return isinstance(problem, dict) and str(problem.get("type", "")).startswith(SHOPS_OWN)
