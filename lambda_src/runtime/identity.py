"""Reads the sign-in from the claims that API Gateway's Cognito authorizer has verified."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from runtime.errors import Unauthorized
from runtime.settings import settings


class SignIn(NamedTuple):
    """The sign-in that a token belongs to.

    Attributes:
        customer_id: the shopper's `sub`.
        at: epoch second of the sign-in (`auth_time`), the same after a refresh; 0 if the token does not say it.
    """

    customer_id: str
    at: int
    email: str = ""


def sign_in(event: Mapping[str, Any]) -> SignIn:
    """Return the sign-in of the id token.

    API Gateway accepts tokens that its user pool has signed for any of the pool's app clients. This function
    accepts only tokens of the bookstore's own client (`aud`). It also refuses access tokens. API Gateway refuses
    them too, since no method requires scopes, but local replacements of API Gateway may be less strict.

    Raises:
        Unauthorized: the request has no id token of the bookstore's client.
        Misconfigured: the function does not know the bookstore's client.
    """
    authorizer = (event.get("requestContext") or {}).get("authorizer") or {}
    claims = authorizer.get("claims") or {}
    subject = claims.get("sub")
    accepted = claims.get("token_use") == "id" and claims.get("aud") == settings().user_pool_client_id
    if not accepted or not isinstance(subject, str) or not 0 < len(subject) <= 128:
        raise Unauthorized("Send the id token of a signed-in shopper.")
    at = str(claims.get("auth_time", ""))
    return SignIn(subject, int(at) if at.isdecimal() else 0, str(claims.get("email", "")))
