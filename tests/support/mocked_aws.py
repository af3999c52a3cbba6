"""AWS in process (moto)."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import boto3
from moto import mock_aws


@contextmanager
def mocked_aws() -> Iterator[None]:
    """An AWS account without resources. boto3 keeps its session, which has read the descriptions of the services."""
    with mock_aws():
        boto3.DEFAULT_SESSION = _session()
        yield


@cache
def dynamodb(region: str) -> Any:
    """A client that tests share, since making one takes longer than a request. Use it within `mocked_aws` only."""
    return boto3.client("dynamodb", region_name=region)


@cache
def _session() -> boto3.Session:
    return boto3.Session()
