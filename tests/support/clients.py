"""boto3 clients of moto."""

from functools import cache
from typing import Any

import boto3


@cache
def dynamodb(region: str) -> Any:
    """A client that tests share, since making one takes longer than a request. Use it within `mocked_aws` only."""
    return boto3.client("dynamodb", region_name=region)
