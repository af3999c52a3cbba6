"""Deletes what Terraform leaves behind: state buckets, final snapshots, a secret. Searches for tagged resources."""

import contextlib
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from ops.errors import OperatorError
from ops.teardown.protections import empty_bucket
from stacks.settings import Settings

GLOBAL_RESOURCES_REGION = "us-east-1"
"""The region of CloudFront's certificate and logs and of Route 53's alarms."""


class TagSearchError(OperatorError):
    """The search for tagged resources failed, so it is unknown whether any are left."""


def delete_state_buckets(settings: Settings) -> Iterator[str]:
    """Delete the buckets that `ops bootstrap` created; yields the name of each deleted bucket."""
    for region in settings.regions:
        if bucket := delete_state_bucket(settings, region):
            yield bucket


def delete_state_bucket(settings: Settings, region: str) -> str | None:
    """Delete a region's state bucket with every version; returns its name, or None if there was none."""
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
    """Whether the region's state bucket exists. With local files and HCP Terraform, always True."""
    if settings.state.backend != "s3":
        return True
    try:
        _s3(region).head_bucket(Bucket=settings.state_bucket(region))
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchBucket"}:
            return False
        raise
    return True


def has_github_roles(settings: Settings) -> bool:
    """Whether the state of `ops bootstrap-ci`, which is in the first region's bucket, has resources."""
    if settings.state.backend != "s3":
        return False
    s3, bucket = _s3(settings.primary), settings.state_bucket(settings.primary)
    try:
        state = s3.get_object(Bucket=bucket, Key=f"{settings.name}-ci/terraform.tfstate")["Body"].read()
    except (s3.exceptions.NoSuchKey, s3.exceptions.NoSuchBucket):
        return False
    return bool(json.loads(state).get("resources"))


def _s3(region: str) -> Any:
    return boto3.client("s3", region_name=region, config=Config(s3={"addressing_style": "path"}))


def delete_final_snapshots(settings: Settings, regions: Sequence[str]) -> Iterator[str]:
    """Delete the final snapshots of the blog's databases in `regions`; yields the name of each.

    Snapshots that operators made are kept.
    """
    if not settings.features.blog:
        return
    snapshot = f"{settings.name}-blog-final"
    for region in regions:
        rds = boto3.client("rds", region_name=region)
        with contextlib.suppress(rds.exceptions.DBClusterSnapshotNotFoundFault):
            rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=snapshot)
            yield snapshot


def force_delete_secret(settings: Settings) -> str | None:
    """Delete the blog's secret without a recovery window; returns its name, or None if there was none.

    Terraform schedules its deletion in 30 days, during which no secret of the same name can be created.
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


def tagged_resources(settings: Settings) -> list[str]:
    """ARNs of resources with this deployment's tags in its regions, without those that are being deleted."""
    regions = dict.fromkeys([*settings.regions, GLOBAL_RESOURCES_REGION])
    return sorted({arn for region in regions for arn in _tagged(settings, region)})


def _tagged(settings: Settings, region: str) -> Iterable[str]:
    client = boto3.client("resourcegroupstaggingapi", region_name=region)
    filters = [
        {"Key": key, "Values": [settings.all_tags[key]]} for key in ("Project", "Environment", "ManagedBy")
    ]
    try:
        for page in client.get_paginator("get_resources").paginate(TagFilters=filters):
            for each in page["ResourceTagMappingList"]:
                if not _is_deleted(each["ResourceARN"], region):
                    yield each["ResourceARN"]
    except ClientError as error:
        raise TagSearchError(f"{region}: the tags cannot be searched: {error}") from error


def _is_deleted(arn: str, region: str) -> bool:
    """Whether a resource that the index of tags still lists is deleted, or scheduled for deletion."""
    match arn.split(":")[2]:
        case "dynamodb":
            return _is_deleted_table(arn, region)
        case "kms":
            return _is_key_pending_deletion(arn, region)
        case "cloudfront":
            return _is_deleted_distribution(arn)
        case _:
            return False


def _is_deleted_table(arn: str, region: str) -> bool:
    """The index lists a replica's tags for some time after the replica is deleted."""
    dynamodb = boto3.client("dynamodb", region_name=region)
    try:
        dynamodb.describe_table(TableName=arn.rpartition("/")[2])
    except dynamodb.exceptions.ResourceNotFoundException:
        return True
    return False


def _is_deleted_distribution(arn: str) -> bool:
    """The index lists a distribution for some time after it is deleted."""
    if ":distribution/" not in arn:
        return False
    cloudfront = boto3.client("cloudfront", region_name=GLOBAL_RESOURCES_REGION)
    try:
        cloudfront.get_distribution(Id=arn.rpartition("/")[2])
    except cloudfront.exceptions.NoSuchDistribution:
        return True
    return False


def _is_key_pending_deletion(arn: str, region: str) -> bool:
    """KMS deletes a key after its waiting period of 30 days, and charges nothing for it meanwhile."""
    key = boto3.client("kms", region_name=region).describe_key(KeyId=arn)["KeyMetadata"]
    return bool(key["KeyState"] == "PendingDeletion")
