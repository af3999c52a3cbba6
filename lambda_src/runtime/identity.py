"""Who is asking. API Gateway's Cognito authorizer has verified the token; this reads what it found."""

from collections.abc import Mapping
from typing import Any

from runtime.errors import Unauthorized
from runtime.settings import settings


def customer_id(event: Mapping[str, Any]) -> str:
    """The shopper's identity: `sub` of the id token.

    API Gateway accepts whatever its user pool has signed, for any of the pool's clients; a token that was made
    for another program is none of this shop's. Access tokens are refused here as well: API Gateway takes them
    only where a method asks for scopes, which none does, but not everything that stands in for it is as strict.

    Raises:
        Unauthorized: the request bears no id token of this shop.
        Misconfigured: nobody told this function which client is the shop's.
    """
    authorizer = (event.get("requestContext") or {}).get("authorizer") or {}
    claims = authorizer.get("claims") or {}
    subject = claims.get("sub")
    for_the_shop = claims.get("token_use") == "id" and claims.get("aud") == settings().user_pool_client_id
    if not for_the_shop or not isinstance(subject, str) or not 0 < len(subject) <= 128:
        raise Unauthorized("Send the id token of a signed-in shopper.")
    return subject
