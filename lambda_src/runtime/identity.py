"""Reads the shopper's id from the claims that API Gateway's Cognito authorizer has verified."""

from collections.abc import Mapping
from typing import Any

from runtime.errors import Unauthorized
from runtime.settings import settings


def customer_id(event: Mapping[str, Any]) -> str:
    """Return `sub` of the id token.

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
    return subject
