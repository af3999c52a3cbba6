"""Sign-in at the Cognito user pool with the SRP protocol, which never sends the password."""

import threading
import time
from functools import cache
from typing import Any

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from pycognito.aws_srp import AWSSRP  # type: ignore[import-untyped]

from client.errors import Attempt, RefusedError, UnreachableError
from client.replies import PROBLEM_TYPE

RENEW_BEFORE = 60.0
"""Seconds before its expiry at which a token is renewed."""

RETRY_AFTER = 5.0
"""Seconds between a failed renewal and the next one, while the token is valid."""

SHORT_TIMEOUTS = Config(
    connect_timeout=2, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 2}
)
"""Of renewals: a request to the bookstore waits for one if the token has expired."""

_ENDED = frozenset({"NotAuthorizedException", "PasswordResetRequiredException", "UserNotFoundException"})
"""Cognito's errors of a sign-in that has ended."""


class Shopper:
    """A signed-in shopper.

    The user pool is in one region. While that region is lost, tokens cannot be renewed, and a signed-in shopper
    can continue until the current token expires, one hour after it was issued. Methods may be called in several
    threads.
    """

    def __init__(self, cognito: Any, client_id: str, result: dict[str, Any]) -> None:
        self._cognito = cognito
        self._client_id = client_id
        self._refresh_token: str = result["RefreshToken"]
        self._lock = threading.Lock()
        self._renewals = 0
        self._expires_at = self._renew_at = 0.0
        self._failure: tuple[Attempt, BotoCoreError | ClientError] | None = None
        self._take(result)

    def token(self) -> str:
        """Return the id token, renewed if it expires within a minute. If that fails, it is used until it expires.

        One thread renews the token. Others wait for it only if the token has expired, and share its result.

        Raises:
            RefusedError: the token has expired, and the sign-in has ended: sign in again.
            UnreachableError: the token has expired, and the user pool does not answer.
        """
        before = self._renewals
        if time.time() < self._renew_at:
            return self._id_token
        if not self._lock.acquire(blocking=self._has_expired()):
            return self._id_token
        try:
            if self._renewals == before:
                self._renew()
            if self._failure is not None and self._has_expired():
                self._raise(*self._failure)
            return self._id_token
        finally:
            self._lock.release()

    def _has_expired(self) -> bool:
        return time.time() >= self._expires_at

    def _renew(self) -> None:
        began = time.time()
        try:
            renewed = self._cognito.initiate_auth(
                ClientId=self._client_id,
                AuthFlow="REFRESH_TOKEN_AUTH",
                AuthParameters={"REFRESH_TOKEN": self._refresh_token},
            )
        except (BotoCoreError, ClientError) as error:
            # The bookstore got no request.
            attempt = Attempt(self._cognito.meta.endpoint_url, time.time() - began, _name(error), False)
            self._failure = attempt, error
            self._renew_at = min(time.time() + RETRY_AFTER, self._expires_at)
        else:
            self._take(renewed["AuthenticationResult"])
            self._failure = None
        self._renewals += 1

    def _raise(self, attempt: Attempt, cause: BotoCoreError | ClientError) -> None:
        if attempt.outcome not in _ENDED:
            raise UnreachableError([attempt]) from cause
        problem = {"type": f"{PROBLEM_TYPE}unauthorized", "title": "Sign in first", "status": 401}
        raise RefusedError(401, problem, self._cognito.meta.region_name, [attempt]) from cause

    def _take(self, result: dict[str, Any]) -> None:
        self._id_token: str = result["IdToken"]
        self.access_token: str = result["AccessToken"]
        # Not time.monotonic(), which stands still while the machine sleeps.
        self._expires_at = time.time() + result["ExpiresIn"]
        self._renew_at = self._expires_at - RENEW_BEFORE


def sign_in(cognito: Any, *, pool_id: str, client_id: str, email: str, password: str) -> Shopper:
    """Sign in with a boto3 `cognito-idp` client of the pool's region.

    Tokens are renewed by another client with short timeouts, which has this client's region and endpoint.

    Raises:
        cognito.exceptions.NotAuthorizedException: the password is wrong, or the address is unknown.
    """
    srp = AWSSRP(username=email, password=password, pool_id=pool_id, client_id=client_id, client=cognito)
    result = srp.authenticate_user()["AuthenticationResult"]
    return Shopper(_renewing_client(cognito.meta.region_name, cognito.meta.endpoint_url), client_id, result)


@cache
def _renewing_client(region: str, endpoint: str) -> Any:
    """The client of all shoppers of a region, since making one takes longer than a request.

    A session of its own, because boto3's default session must not be used by several threads.
    """
    return Session().client("cognito-idp", region_name=region, endpoint_url=endpoint, config=SHORT_TIMEOUTS)


def _name(error: BotoCoreError | ClientError) -> str:
    return str(error.response["Error"]["Code"]) if isinstance(error, ClientError) else type(error).__name__
