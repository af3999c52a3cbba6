# ruff: noqa: N818 - names describe the event, as in httpx and itsdangerous
"""All errors of the functions, as one tree. `runtime.http` converts them to responses.

`detail` explains the error to the caller. `slug` is the stable last part of the problem's type,
`urn:bookstore:problem:<slug>` (RFC 9457, section 3.1.1). `retry_after` is in seconds.
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class BookstoreError(Exception):
    """Root of the tree. Without a subclass it means a bug."""

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "internal-error"
    title: ClassVar[str] = "Internal error"

    def __init__(self, detail: str, *, retry_after: int | None = None, **extensions: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.retry_after = retry_after
        self.extensions = extensions


class Misconfigured(BookstoreError):
    """The function's environment lacks a required variable."""


class BadRequest(BookstoreError):
    """The request does not fit the contract."""

    status = 400
    slug = "bad-request"
    title = "The request does not fit the contract"


class Unauthorized(BookstoreError):
    """The request has no id token of a shopper, or its sign-in has ended."""

    status = 401
    slug = "unauthorized"
    title = "Sign in first"


class NotFound(BookstoreError):
    """The resource does not exist, or belongs to another shopper."""

    status = 404
    slug = "not-found"
    title = "Not found"


class MethodNotAllowed(BookstoreError):
    """The route exists, but not with this method. API Gateway refuses such requests itself."""

    status = 405
    slug = "method-not-allowed"
    title = "The route does not allow this method"


class CartLimit(BookstoreError):
    """The change would exceed a limit of the cart."""

    status = 409
    slug = "cart-limit"
    title = "The cart is full"


class PriceChanged(BookstoreError):
    """The current total differs from the total that the shopper saw."""

    status = 409
    slug = "price-changed"
    title = "The prices have changed"


class CartChanged(BookstoreError):
    """A cart line has been ordered or changed since the shopper saw it."""

    status = 409
    slug = "cart-changed"
    title = "The cart has changed"


class OutOfStock(BookstoreError):
    """No region can sell the ordered copies."""

    status = 409
    slug = "out-of-stock"
    title = "Out of stock"


class StockElsewhere(BookstoreError):
    """This region has too few copies, but another region can sell the whole order."""

    status = 409
    slug = "stock-elsewhere"
    title = "Another region has the copies"


class TooLate(BookstoreError):
    """The time to cancel the order is over."""

    status = 409
    slug = "too-late"
    title = "The order is final"


class AlreadyCancelled(BookstoreError):
    """The order to confirm has been cancelled."""

    status = 409
    slug = "already-cancelled"
    title = "The order is cancelled"


class TooLarge(BookstoreError):
    """The body is larger than any request needs."""

    status = 413
    slug = "too-large"
    title = "The body is too large"


class UnsupportedMediaType(BookstoreError):
    """The body is not JSON."""

    status = 415
    slug = "unsupported-media-type"
    title = "The body must be application/json"


class KeyReused(BookstoreError):
    """The idempotency key belongs to an order of other items."""

    status = 422
    slug = "idempotency-key-reused"
    title = "The key was used for other items"


class TooManyOrders(BookstoreError):
    """The shopper has placed the maximum number of orders in this hour."""

    status = 429
    slug = "too-many-orders"
    title = "Too many orders; try again later"


class Unavailable(BookstoreError):
    """A service that this region needs does not answer or is busy. A retry, here or elsewhere, may work."""

    status = 503
    slug = "unavailable"
    title = "The region cannot serve the request"

    def __init__(self, detail: str, **extensions: Any) -> None:
        super().__init__(detail, retry_after=1, **extensions)


class Busy(Unavailable):
    """A service throttles the request. It works, but has more requests than its limit."""


class Conflict(BookstoreError):
    """Base of lost races in DynamoDB. Stores retry them; callers never see them.

    Attributes:
        resent: whether the SDK had sent the write before. That attempt may have succeeded.
    """

    def __init__(self, detail: str, *, resent: bool) -> None:
        super().__init__(detail)
        self.resent = resent


class ConditionFailed(Conflict):
    """The condition of a write did not hold.

    Attributes:
        found: the current item in DynamoDB's notation, if the write requested it.
    """

    def __init__(self, found: Mapping[str, Any], *, resent: bool) -> None:
        super().__init__("The item has changed.", resent=resent)
        self.found = found


class TransactionCancelled(Conflict):
    """A transaction, or a single write that met one on its item, wrote nothing.

    Attributes:
        reasons: one code for each action in their order; `None` if the action was not the reason.
    """

    def __init__(self, reasons: tuple[str | None, ...], *, resent: bool = False) -> None:
        super().__init__("The transaction was cancelled.", resent=resent)
        self.reasons = reasons
