"""Errors of the client. Each carries the attempts that led to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request to one endpoint.

    Attributes:
        endpoint: base address of the endpoint.
        seconds: time until the answer or the failure.
        outcome: HTTP status, with a reason if the response was not an answer; or name of the exception.
        may_have_arrived: whether the bookstore may have processed the request.
    """

    endpoint: str
    seconds: float
    outcome: str
    may_have_arrived: bool


class BookstoreClientError(Exception):
    """Base of the client's errors."""

    def __init__(self, message: str, attempts: Sequence[Attempt]) -> None:
        super().__init__(message)
        self.attempts = attempts

    @property
    def may_have_arrived(self) -> bool:
        """False if certainly no endpoint processed the request.

        True for a refusal too if an attempt before it got no answer: that one may have been processed.
        """
        return any(attempt.may_have_arrived for attempt in self.attempts)


class RefusedError(BookstoreClientError):
    """The bookstore refused the request.

    Attributes:
        status: HTTP status.
        body: problem details (RFC 9457).
        region: region that answered.
        retry_after: seconds after which the request may succeed; None if the region named none.
    """

    def __init__(
        self,
        status: int,
        body: Json,
        region: str,
        attempts: Sequence[Attempt],
        *,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(f"{status} {body['title']}", attempts)
        self.status = status
        self.body = body
        self.region = region
        self.retry_after = retry_after

    @property
    def slug(self) -> str:
        """Last part of the problem's type, for example `stock-elsewhere`."""
        return str(self.body["type"]).rpartition(":")[2]


class UnreachableError(BookstoreClientError):
    """No endpoint gave an answer that fits the contract."""

    def __init__(self, attempts: Sequence[Attempt]) -> None:
        super().__init__(", ".join(f"{each.endpoint}: {each.outcome}" for each in attempts), attempts)


class OutcomeUnknownError(BookstoreClientError):
    """An addition to the cart failed after it may have been processed. Read the cart before you repeat it."""


CONNECTION_FAILED = httpx.ConnectError.__name__
