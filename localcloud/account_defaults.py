"""What an AWS account holds before anyone deploys to it, and an emulator does not."""

from collections.abc import Sequence
from typing import Any

import boto3

DYNAMODB_KEY = "alias/aws/dynamodb"
"""AWS makes this key in a region when DynamoDB first needs it; the provider looks it up to make a replica."""


def lay_foundation(regions: Sequence[str]) -> None:
    """Make the keys that AWS manages itself; safe to repeat."""
    for region in regions:
        _ensure_alias(boto3.client("kms", region_name=region), DYNAMODB_KEY)


def _ensure_alias(kms: Any, alias: str) -> None:
    pages = kms.get_paginator("list_aliases").paginate()
    if not any(known["AliasName"] == alias for page in pages for known in page["Aliases"]):
        key = kms.create_key(Description="Stands for the key that AWS manages for DynamoDB")
        kms.create_alias(AliasName=alias, TargetKeyId=key["KeyMetadata"]["KeyId"])
