"""Deletes what Terraform leaves behind: state buckets, final snapshots, a secret. Searches for tagged resources."""

import contextlib
import json
from collections.abc import Iterable, Iterator, Sequence

import boto3
from botocore.exceptions import ClientError

from ops.errors import OperatorError
from ops.teardown.protections import empty_bucket
from stacks.settings import Settings

GLOBAL_RESOURCES_REGION = "us-east-1"
"""The region of CloudFront's certificate and logs and of Route 53's alarms."""
_SHOWN = 5
"""How many keys of others a message names."""


class TagSearchError(OperatorError):
    """The search for tagged resources failed, so it is unknown whether any are left."""


def delete_states(settings: Settings, region: str) -> str | None:
    """Delete this deployment's states in a region's bucket with every version, and the bucket if it is empty then.

    Several deployments can share a bucket, and an operator can keep copies of states there. Returns a line that says
    what was done, or None if there is no bucket.
    """
    if settings.state.backend != "s3":
        return None
    bucket = settings.state_bucket(region)
    s3 = boto3.client("s3", region_name=region)
    with contextlib.suppress(s3.exceptions.NoSuchBucket):
        own = _state_folders(settings)
        empty_bucket(bucket, region, keys=lambda key: key.startswith(own))
        left = s3.list_object_versions(Bucket=bucket, MaxKeys=_SHOWN)
        if keys := {each["Key"] for kind in ("Versions", "DeleteMarkers") for each in left.get(kind, ())}:
            others = ", ".join(sorted(keys))
            return f"state bucket {bucket}: kept, it has more than this deployment's states: {others}"
        s3.delete_bucket(Bucket=bucket)
        return f"state bucket {bucket}: deleted"
    return None


def _state_folders(settings: Settings) -> tuple[str, ...]:
    """The folders of all stacks in state buckets, also of those whose feature is off now."""
    everything = settings.features.model_copy(update={"blog": True, "storefront": True})
    parts = settings.model_copy(update={"features": everything}).stack_regions
    return tuple(f"{settings.name}-{part}/" for part in (*parts, "ci"))


def has_state_bucket(settings: Settings, region: str) -> bool:
    """Whether the region's state bucket exists. With local files and HCP Terraform, always True."""
    if settings.state.backend != "s3":
        return True
    try:
        boto3.client("s3", region_name=region).head_bucket(Bucket=settings.state_bucket(region))
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchBucket"}:
            return False
        raise
    return True


def has_github_roles(settings: Settings) -> bool:
    """Whether the state of `ops bootstrap-ci`, which is in the first region's bucket, has resources."""
    if settings.state.backend != "s3":
        return False
    s3, bucket = boto3.client("s3", region_name=settings.primary), settings.state_bucket(settings.primary)
    try:
        state = s3.get_object(Bucket=bucket, Key=f"{settings.name}-ci/terraform.tfstate")["Body"].read()
    except (s3.exceptions.NoSuchKey, s3.exceptions.NoSuchBucket):
        return False
    return bool(json.loads(state).get("resources"))


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
            return _is_deleted_key(arn, region)
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


def _is_deleted_key(arn: str, region: str) -> bool:
    """KMS deletes a key after its waiting period of 30 days, and charges nothing for it meanwhile."""
    kms = boto3.client("kms", region_name=region)
    try:
        return bool(kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] == "PendingDeletion")
    except kms.exceptions.NotFoundException:
        return True
