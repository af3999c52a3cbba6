"""Signing in at the shop's Cognito user pool with the SRP protocol, which never sends the password."""

import time
from typing import Any

from pycognito.aws_srp import AWSSRP  # type: ignore[import-untyped]

RENEW_BEFORE = 60.0
"""Seconds before a token's end at which it is renewed."""


class Shopper:
    """Someone signed in; `token` is asked before each request and renews itself.

    The user pool lives in one region. While that region is lost nobody can renew, and whoever is signed in
    can go on until the token ends, one hour after it was given.
    """

    def __init__(self, cognito: Any, client_id: str, result: dict[str, Any]) -> None:
        self._cognito = cognito
        self._client_id = client_id
        self._refresh_token: str = result["RefreshToken"]
        self._take(result)

    def token(self) -> str:
        """The id token, good for a minute at least. Raises what botocore raises when it cannot be renewed."""
        if time.monotonic() > self._renew_at:
            renewed = self._cognito.initiate_auth(
                ClientId=self._client_id,
                AuthFlow="REFRESH_TOKEN_AUTH",
                AuthParameters={"REFRESH_TOKEN": self._refresh_token},
            )
            self._take(renewed["AuthenticationResult"])
        return self._id_token

    def _take(self, result: dict[str, Any]) -> None:
        self._id_token: str = result["IdToken"]
        self.access_token: str = result["AccessToken"]
        self._renew_at = time.monotonic() + result["ExpiresIn"] - RENEW_BEFORE


def sign_in(cognito: Any, *, pool_id: str, client_id: str, email: str, password: str) -> Shopper:
    """Sign in with a boto3 `cognito-idp` client of the pool's region.

    Raises `cognito.exceptions.NotAuthorizedException` for a wrong password and for an unknown address alike.
    """
    srp = AWSSRP(username=email, password=password, pool_id=pool_id, client_id=client_id, client=cognito)
    return Shopper(cognito, client_id, srp.authenticate_user()["AuthenticationResult"])
