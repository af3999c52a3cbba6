"""Who is asking. API Gateway's Cognito authorizer has verified the token; this reads what it found."""

from collections.abc import Mapping
from typing import Any

from shop.errors import Unauthorized


def customer_id(event: Mapping[str, Any]) -> str:
    """The shopper's identity: `sub` of the id token.

    Access tokens are refused here as well: API Gateway takes them only where a method asks for scopes, which
    none does, but not everything that stands in for it is as strict.

    Raises:
        Unauthorized: the request bears no id token.
    """
    authorizer = (event.get("requestContext") or {}).get("authorizer") or {}
    claims = authorizer.get("claims") or {}
    subject = claims.get("sub")
    if claims.get("token_use") != "id" or not isinstance(subject, str) or not 0 < len(subject) <= 128:
        raise Unauthorized("Send the id token of a signed-in shopper.")
    return subject
