"""What Terraform does not know of: the state's own buckets, last snapshots, and whatever still bears the tags."""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from ops.teardown.protections import empty_bucket
from stacks.settings import Settings

HOME_OF_GLOBAL_THINGS = "us-east-1"
"""Where CloudFront's certificate, its logs and Route 53's alarms are."""


def delete_state_buckets(settings: Settings) -> Iterator[str]:
    """Delete the buckets that `ops bootstrap` made; yields the name of each that was there."""
    for region in settings.regions:
        if bucket := delete_state_bucket(settings, region):
            yield bucket


def delete_state_bucket(settings: Settings, region: str) -> str | None:
    """Delete a region's bucket with every version of its states; its name if it was there."""
    if settings.state.backend != "s3":
        return None
    bucket = settings.state_bucket(region)
    s3 = _s3(region)
    with contextlib.suppress(s3.exceptions.NoSuchBucket):
        empty_bucket(bucket, region)
        s3.delete_bucket(Bucket=bucket)
        return bucket
    return None


def has_state_bucket(settings: Settings, region: str) -> bool:
    """Whether there is a place that could hold the state of `region`'s stack; files and HCP always are."""
    if settings.state.backend != "s3":
        return True
    try:
        _s3(region).head_bucket(Bucket=settings.state_bucket(region))
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchBucket"}:
            return False
        raise
    return True


def _s3(region: str) -> Any:
    return boto3.client("s3", region_name=region, config=Config(s3={"addressing_style": "path"}))


def delete_final_snapshots(settings: Settings, regions: Sequence[str]) -> Iterator[str]:
    """Delete what protected databases leave in `regions` when they go; yields the name of each.

    Snapshots that operators made are theirs, and stay.
    """
    if not settings.features.blog:
        return
    snapshot = f"{settings.name}-blog-final"
    for region in regions:
        rds = boto3.client("rds", region_name=region)
        with contextlib.suppress(rds.exceptions.DBClusterSnapshotNotFoundFault):
            rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=snapshot)
            yield snapshot


def forget_secret(settings: Settings) -> str | None:
    """Delete the blog's secret for good; its name if it was there.

    Terraform leaves it to be recovered for 30 days, in which no deployment of the same name could make another.
    """
    if not settings.features.blog:
        return None
    secret = f"{settings.name}-blog-database"
    client = boto3.client("secretsmanager", region_name=settings.primary)
    with contextlib.suppress(client.exceptions.ResourceNotFoundException):
        client.describe_secret(SecretId=secret)
        client.delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)
        return secret
    return None


def still_tagged(settings: Settings) -> list[str]:
    """ARNs of what bears this deployment's tags in any of its regions."""
    regions = dict.fromkeys([*settings.regions, HOME_OF_GLOBAL_THINGS])
    return sorted({arn for region in regions for arn in _tagged(settings, region)})


def _tagged(settings: Settings, region: str) -> Iterable[str]:
    client = boto3.client("resourcegroupstaggingapi", region_name=region)
    filters = [
        {"Key": key, "Values": [settings.all_tags[key]]} for key in ("Project", "Environment", "ManagedBy")
    ]
    try:
        for page in client.get_paginator("get_resources").paginate(TagFilters=filters):
            for each in page["ResourceTagMappingList"]:
                if not _is_going(each["ResourceARN"], region):
                    yield each["ResourceARN"]
    except ClientError as error:
        raise TagSearchError(f"{region}: the tags cannot be searched: {error}") from error


def _is_going(arn: str, region: str) -> bool:
    """Whether it is gone or sure to go, though the index knows its tags."""
    match arn.split(":")[2]:
        case "dynamodb":
            return _is_a_table_that_is_gone(arn, region)
        case "kms":
            return _is_a_key_that_is_going(arn, region)
        case _:
            return False


def _is_a_table_that_is_gone(arn: str, region: str) -> bool:
    """The index remembers a replica's tags longer than there is a replica; a table can be asked for itself."""
    dynamodb = boto3.client("dynamodb", region_name=region)
    try:
        dynamodb.describe_table(TableName=arn.rpartition("/")[2])
    except dynamodb.exceptions.ResourceNotFoundException:
        return True
    return False


def _is_a_key_that_is_going(arn: str, region: str) -> bool:
    """KMS deletes a key 30 days after it was told to, and takes nothing for it meanwhile."""
    key = boto3.client("kms", region_name=region).describe_key(KeyId=arn)["KeyMetadata"]
    return bool(key["KeyState"] == "PendingDeletion")


class TagSearchError(Exception):
    """It is not known whether anything is left; the message says why."""
