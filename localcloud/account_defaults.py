"""Creates the resources that AWS puts into every account and the emulator does not."""

from collections.abc import Sequence
from typing import Any

import boto3

DYNAMODB_KEY = "alias/aws/dynamodb"
"""AWS creates this key in a region on DynamoDB's first use. The provider needs it to create a replica."""


def create_managed_keys(regions: Sequence[str]) -> None:
    """Create the keys that AWS manages. Safe to repeat."""
    for region in regions:
        _ensure_alias(boto3.client("kms", region_name=region), DYNAMODB_KEY)


def _ensure_alias(kms: Any, alias: str) -> None:
    pages = kms.get_paginator("list_aliases").paginate()
    if not any(known["AliasName"] == alias for page in pages for known in page["Aliases"]):
        key = kms.create_key(Description="Stand-in for the DynamoDB key that AWS manages")
        kms.create_alias(AliasName=alias, TargetKeyId=key["KeyMetadata"]["KeyId"])
