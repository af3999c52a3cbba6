# ruff: noqa: N818 - the names say what happened, as those of httpx and itsdangerous do
"""Everything that can go wrong, as one tree; `runtime.http` alone turns it into responses.

An error says what happened in `detail`, in words for the caller. `slug` is the stable last part of the
problem's type, `urn:bookstore:problem:<slug>` (RFC 9457, section 3.1.1).
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class ShopError(Exception):
    """Root of the tree: the shop could not do what it was asked."""

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "internal-error"
    title: ClassVar[str] = "The shop made a mistake"

    def __init__(self, detail: str, **extensions: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extensions = extensions


class Misconfigured(ShopError):
    """The function was deployed without something that it needs."""


class BadRequest(ShopError):
    """The request does not fit the contract."""

    status = 400
    slug = "bad-request"
    title = "The request does not fit the contract"


class Unauthorized(ShopError):
    """There is no id token of a shopper."""

    status = 401
    slug = "unauthorized"
    title = "Sign in first"


class NotFound(ShopError):
    """There is no such thing, or it is another shopper's."""

    status = 404
    slug = "not-found"
    title = "There is no such thing"


class MethodNotAllowed(ShopError):
    """The route exists, the method does not; API Gateway never lets such a request through."""

    status = 405
    slug = "method-not-allowed"
    title = "The route does not know this method"


class CartLimit(ShopError):
    """The cart would hold more than it may."""

    status = 409
    slug = "cart-limit"
    title = "The cart is full"


class PriceChanged(ShopError):
    """The total that the shopper was shown is not the total of now."""

    status = 409
    slug = "price-changed"
    title = "The prices have changed"


class TooLarge(ShopError):
    """The body is larger than any request needs."""

    status = 413
    slug = "too-large"
    title = "The body is too large"


class UnsupportedMediaType(ShopError):
    """The body is not JSON."""

    status = 415
    slug = "unsupported-media-type"
    title = "The body must be application/json"


class KeyReused(ShopError):
    """The idempotency key belongs to an order of other items."""

    status = 422
    slug = "idempotency-key-reused"
    title = "The key was used before for other items"


class Unavailable(ShopError):
    """Something that this region needs is away or busy; a retry, here or in another region, may work."""

    status = 503
    slug = "unavailable"
    title = "Something this region needs is away"


class Conflict(ShopError):
    """Base of lost races in DynamoDB. A store retries them; they are no answer to a caller."""


class ConditionFailed(Conflict):
    """The item is not what the write was conditioned on.

    Attributes:
        found: the item as it is, in DynamoDB's notation, where the write asked for it.
        resent: whether the SDK had sent the write before, so that it may have happened then.
    """

    def __init__(self, found: Mapping[str, Any], *, resent: bool) -> None:
        super().__init__("The item has changed.")
        self.found = found
        self.resent = resent


class TransactionCancelled(Conflict):
    """None of a transaction was written.

    Attributes:
        reasons: one code for each of its actions in their order, `None` where the action was not at fault.
    """

    def __init__(self, reasons: tuple[str | None, ...]) -> None:
        super().__init__("The transaction was cancelled.")
        self.reasons = reasons
