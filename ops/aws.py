"""AWS clients for commands that run during an outage, and AWS errors as text for operators."""

from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)

from ops.errors import OperatorError

_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
_INVALID = frozenset({"InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch"})


def client(service: str, region: str, *, read_timeout: int = 5) -> Any:
    """A boto3 client with short timeouts: the region may be in trouble. `read_timeout` is in seconds."""
    config = Config(connect_timeout=3, read_timeout=read_timeout, retries={"total_max_attempts": 2})
    return boto3.client(service, region_name=region, config=config)


def invoke(function: str, region: str) -> None:
    """Invoke a function and wait up to two minutes. Raises OperatorError with its answer when it fails."""
    patient = Config(read_timeout=120, retries={"total_max_attempts": 1})
    answer = boto3.client("lambda", region_name=region, config=patient).invoke(FunctionName=function)
    if "FunctionError" in answer:
        raise OperatorError(f"{function} failed: {answer['Payload'].read().decode(errors='replace')}")


def explain(error: BotoCoreError | ClientError) -> str:
    """A message for an operator: whether AWS was reached, and what to do."""
    match error:
        case NoCredentialsError() | PartialCredentialsError():
            return (
                f"no AWS credentials here, no request was sent ({error}): sign in with `aws sso login` or set "
                f"AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
            )
        case ProfileNotFound():
            return (
                f"{error}, no request was sent: set AWS_PROFILE to a profile of `aws configure list-profiles`"
            )
        case SSOError() | TokenRetrievalError() | CredentialRetrievalError():
            return (
                f"the AWS credentials cannot be renewed, no request was sent ({error}): run `aws sso login`"
            )
        case EndpointConnectionError():
            address = urlsplit(error.kwargs["endpoint_url"])
            return f"no answer from {address.scheme}://{address.netloc}; if it is a local cloud, run: make up"
        case ClientError():
            return _refusal(error)
        case _:
            return f"the request to AWS failed: {error}"


def _refusal(error: ClientError) -> str:
    code = error.response.get("Error", {}).get("Code", "")
    if code in _EXPIRED:
        return f"the AWS credentials have expired ({error}): run `aws sso login` or renew them"
    if code in _INVALID:
        return f"AWS does not know these credentials ({error}): check AWS_PROFILE or AWS_ACCESS_KEY_ID"
    return f"AWS refused: {error}"
