"""Sign-in at the Cognito user pool with the SRP protocol, which never sends the password."""

import time
from typing import Any

from pycognito.aws_srp import AWSSRP  # type: ignore[import-untyped]

RENEW_BEFORE = 60.0
"""Seconds before its expiry at which a token is renewed."""


class Shopper:
    """A signed-in shopper.

    The user pool is in one region. While that region is lost, tokens cannot be renewed, and a signed-in shopper
    can continue until the current token expires, one hour after it was issued.
    """

    def __init__(self, cognito: Any, client_id: str, result: dict[str, Any]) -> None:
        self._cognito = cognito
        self._client_id = client_id
        self._refresh_token: str = result["RefreshToken"]
        self._take(result)

    def token(self) -> str:
        """Return the id token, valid for at least a minute; renew it if necessary.

        Raises:
            botocore.exceptions.ClientError, BotoCoreError: the token cannot be renewed.
        """
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

    Raises:
        cognito.exceptions.NotAuthorizedException: the password is wrong, or the address is unknown.
    """
    srp = AWSSRP(username=email, password=password, pool_id=pool_id, client_id=client_id, client=cognito)
    return Shopper(cognito, client_id, srp.authenticate_user()["AuthenticationResult"])
