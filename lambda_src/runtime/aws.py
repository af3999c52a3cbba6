"""AWS services as the stores see them: clients made once, failures as the shop's own errors.

This is the only module that knows botocore, and it loads it with the first client: a cold start pays for it
once, when there is something to ask. boto3 is left alone, since importing it doubles that price.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from runtime import tracing
from runtime.errors import ConditionFailed, TransactionCancelled, Unavailable
from runtime.settings import settings

Call = Callable[..., dict[str, Any]]

_RETRY_LATER = {
    "InternalServerError",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "TransactionInProgressException",
}
_TRANSIENT_REASONS = {"ThrottlingError", "ProvisionedThroughputExceeded"}


@cache
def client(service: str, *, read_timeout: float = 2.5, attempts: int = 3) -> Any:
    """A client of this region, made at first use and kept.

    Timeouts are short because API Gateway gives up after 29 s and shoppers sooner: a retry beats a wait.
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
        ConditionFailed, TransactionCancelled: a race was lost; nothing was written.
        Unavailable: the service is away or busy. A write may have happened all the same.
    """
    from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

    try:
        return operation(**parameters)
    except (ConnectionError, HTTPClientError) as error:
        raise Unavailable("The shop's data cannot be reached just now; try again.") from error
    except ClientError as error:
        raise _translated(error.response) or error from error


def _translated(response: Mapping[str, Any]) -> Exception | None:
    code = response["Error"]["Code"]
    if code == "ConditionalCheckFailedException":
        resent = response.get("ResponseMetadata", {}).get("RetryAttempts", 0) > 0
        return ConditionFailed(response.get("Item", {}), resent=resent)
    if code == "TransactionConflictException":
        return TransactionCancelled(("TransactionConflict",))
    if code == "TransactionCanceledException":
        reasons = tuple(_reason(reason) for reason in response.get("CancellationReasons", ()))
        if _TRANSIENT_REASONS.intersection(reasons):
            return Unavailable("The shop is busy; try again.")
        return TransactionCancelled(reasons)
    if code in _RETRY_LATER or response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500:
        return Unavailable("The shop is busy; try again.")
    return None


def _reason(reason: Mapping[str, Any]) -> str | None:
    code = reason.get("Code")
    return None if code in (None, "None") else str(code)
