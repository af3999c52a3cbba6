"""Sign-ins that have ended: tokens of earlier sign-ins are refused.

An id token is valid for an hour, and API Gateway does not ask Cognito whether its shopper has signed out since
(docs/adr/0041-refuse-tokens-by-a-revocation-item.md). An item of the Cart table says until when sign-ins have ended.
It is one item for each shopper, so that reading it costs the same after any number of sign-outs.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from runtime import dynamo
from runtime.dynamo import Item, Keys
from runtime.errors import Unauthorized
from runtime.identity import SignIn
from runtime.parallel import side_by_side

KEY = "#revoked"
"""Sort key of the item. It sorts after the counters of orders and before the lines."""

KEPT_FOR = timedelta(days=31)
"""Longer than any token of a sign-in works: the refresh token for 30 days (`modules/identity.py`), and the last id
token that it gets for a day at most. That token still has the `auth_time` of the sign-in:
https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html
https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse"""

T = TypeVar("T")


def revocation(customer_id: str, before: int) -> Item:
    """Return the item that ends all sign-ins until the epoch second `before`."""
    return {
        "customerId": customer_id,
        "bookId": KEY,
        "before": before,
        "expiresAt": before + int(KEPT_FOR.total_seconds()),
    }


def require_current(sign_in: SignIn, items: Iterable[Item]) -> None:
    """Check a sign-in against items of the shopper's cart, which include the revocation if there is one.

    Raises:
        Unauthorized: the sign-in has ended.
    """
    for item in items:
        if item["bookId"] == KEY and sign_in.at <= item["before"]:
            raise Unauthorized("You have signed out; sign in again.")


def put_if_current(table: str, sign_in: SignIn, moment: datetime) -> dict[str, Any]:
    """Return the parameters of PutItem that ends the sign-ins, if this one has not ended.

    This sign-in ends also if the user pool, whose clock says when it began, is ahead of this function. So `before`
    only grows.
    """
    item = revocation(sign_in.customer_id, max(int(moment.timestamp()), sign_in.at))
    return _put_after(table, item, sign_in.at)


def put_if_later(table: str, customer_id: str, moment: datetime) -> dict[str, Any]:
    """Return the parameters of PutItem that ends all sign-ins until `moment`, unless later ones have ended."""
    before = int(moment.timestamp())
    return _put_after(table, revocation(customer_id, before), before)


def _put_after(table: str, item: Item, second: int) -> dict[str, Any]:
    """Return the parameters of PutItem, with the condition that the item's `before` is earlier than `second`."""
    return {
        "TableName": table,
        "Item": dynamo.dump(item),
        "ConditionExpression": "attribute_not_exists(bookId) OR #before < :second",
        "ExpressionAttributeNames": {"#before": "before"},
        "ExpressionAttributeValues": dynamo.dump({":second": second}),
    }


class Revocations:
    """Reads of the item, for routes that read no cart."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def checked(self, sign_in: SignIn, read: Callable[[], T]) -> T:
        """Return the result of `read`, beside which the revocation is read.

        Raises:
            Unauthorized: the sign-in has ended.
            Unavailable: DynamoDB does not answer or is busy.
        """
        return side_by_side(lambda: self._require_current(sign_in), read)[1]

    def _require_current(self, sign_in: SignIn) -> None:
        keys = Keys(self._table, [{"customerId": sign_in.customer_id, "bookId": KEY}], consistent=True)
        require_current(sign_in, dynamo.batch_get(self._client, keys)[self._table])
