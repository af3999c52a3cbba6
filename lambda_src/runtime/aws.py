"""botocore clients, created once, and the translation of their errors.

Only this module uses botocore, and it imports it with the first client. boto3 is not used, because its import
takes as long again.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from runtime import tracing
from runtime.errors import Busy, ConditionFailed, TransactionCancelled, Unavailable
from runtime.settings import settings

Call = Callable[..., dict[str, Any]]

_THROTTLES = {
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "TooManyRequestsException",  # Cognito's
}
_RETRY_LATER = {"InternalServerError", "TransactionInProgressException"}
_TRANSIENT_REASONS = {"ThrottlingError", "ProvisionedThroughputExceeded"}


@cache
def client(service: str, *, read_timeout: float = 2.5, attempts: int = 3) -> Any:
    """Return this region's client of `service`, created at first use. `read_timeout` is in seconds.

    Timeouts are short: API Gateway stops waiting after 29 s, and a retry usually succeeds sooner.
    """
    import botocore.session
    from botocore.config import Config

    config = Config(
        connect_timeout=1,
        read_timeout=read_timeout,
        retries={"mode": "standard", "total_max_attempts": attempts},
        max_pool_connections=16,
    )
    made = botocore.session.get_session().create_client(service, region_name=settings().region, config=config)
    tracing.watch(made)
    return made


def call(operation: Call, **parameters: Any) -> dict[str, Any]:
    """Run a client's operation.

    Raises:
        ConditionFailed: the condition of a write did not hold; nothing was written.
        TransactionCancelled: a condition of a transaction did not hold, or a write met a transaction on its item;
            nothing was written. The SDK does not retry it.
        Busy: the service throttles the request; nothing was written.
        Unavailable: the service does not answer or is busy. A write may have happened.
    """
    from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

    try:
        return operation(**parameters)
    except (ConnectionError, HTTPClientError) as error:
        raise Unavailable("A service of this region does not answer; try again.") from error
    except ClientError as error:
        raise _translated(error.response) or error from error


def read_body(answer: Mapping[str, Any]) -> bytes:
    """Read the whole body of S3's answer to `GetObject`, which `call` leaves unread.

    Raises:
        Unavailable: the answer breaks off, stalls, or differs from S3's checksum.
    """
    from botocore.exceptions import FlexibleChecksumError, HTTPClientError, IncompleteReadError

    try:
        content: bytes = answer["Body"].read()
    except (FlexibleChecksumError, HTTPClientError, IncompleteReadError) as error:
        raise Unavailable("The answer of S3 broke off; try again.") from error
    return content


def _translated(response: Mapping[str, Any]) -> Exception | None:
    code = response["Error"]["Code"]
    resent = response.get("ResponseMetadata", {}).get("RetryAttempts", 0) > 0
    if code == "ConditionalCheckFailedException":
        return ConditionFailed(response.get("Item", {}), resent=resent)
    if code == "TransactionConflictException":
        return TransactionCancelled(("TransactionConflict",), resent=resent)
    if code == "TransactionCanceledException":
        reasons = tuple(_reason(reason) for reason in response.get("CancellationReasons", ()))
        if _TRANSIENT_REASONS.intersection(reasons):
            return Unavailable("A service of this region is busy; try again.")
        return TransactionCancelled(reasons)
    if code in _THROTTLES:
        return Busy("A service of this region is busy; try again.")
    if code in _RETRY_LATER or response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500:
        return Unavailable("A service of this region is busy; try again.")
    return None


def _reason(reason: Mapping[str, Any]) -> str | None:
    code = reason.get("Code")
    return None if code in (None, "None") else str(code)
