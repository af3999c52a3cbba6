"""AWS as operators ask it when something is wrong."""

from typing import Any

import boto3
from botocore.config import Config

_IMPATIENT = Config(connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 2})


def client(service: str, region: str) -> Any:
    """A boto3 client that soon gives up: the region that it asks may be in trouble."""
    return boto3.client(service, region_name=region, config=_IMPATIENT)
