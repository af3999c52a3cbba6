"""Removes what prevents a resource from being destroyed: deletion protection, and the contents of buckets."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import boto3
from botocore.exceptions import ClientError

from ops.teardown.state_resources import StateResource

BATCH = 1000
"""Objects in one DeleteObjects call: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html"""
_NOT_FOUND = frozenset(
    {
        "DBClusterNotFoundFault",
        "GlobalClusterNotFoundFault",
        "LoadBalancerNotFound",
        "NoSuchBucket",
        "RepositoryNotFoundException",
        "ResourceNotFoundException",
    }
)
"""The services' codes for a resource that does not exist, from botocore's service models."""


def unprotect(resource: StateResource, default_region: str) -> str | None:
    """Make `resource` destroyable; returns a description of what was done, or None if nothing was needed.

    A state can name a resource that AWS has deleted already: of a run that was interrupted while it waited for that.
    """
    action = _ACTIONS.get(resource.type)
    try:
        return action(resource, resource.region or default_region) if action else None
    except ClientError as error:
        if error.response["Error"]["Code"] not in _NOT_FOUND:
            raise
        return "deleted already"


def empty_bucket(bucket: str, region: str, *, keys: Callable[[str], object] = lambda _: True) -> int:
    """Delete every version and delete marker of the keys for which `keys` is true; returns how many there were."""
    s3 = boto3.client("s3", region_name=region)
    deleted = 0
    for batch in _batches(each for each in _versions(s3, bucket) if keys(each["Key"])):
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": batch, "Quiet": True})
        if errors := answer.get("Errors"):
            raise ClientError({"Error": errors[0]}, "DeleteObjects")
        deleted += len(batch)
    return deleted


def _versions(s3: Any, bucket: str) -> Iterator[dict[str, str]]:
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for each in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
            yield {"Key": each["Key"], "VersionId": each["VersionId"]}


def _batches(objects: Iterable[dict[str, str]]) -> Iterator[list[dict[str, str]]]:
    # A page is listed before its objects are deleted, so deleting while listing skips nothing.
    batch: list[dict[str, str]] = []
    for each in objects:
        batch.append(each)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _bucket(resource: StateResource, region: str) -> str:
    # A bucket has no region in its ARN.
    bucket = str(resource.values["bucket"])
    return f"{empty_bucket(bucket, str(resource.values.get('region') or region))} objects deleted"


def _table(resource: StateResource, region: str) -> str:
    return _unprotect_table(str(resource.values["name"]), region)


def _replica(resource: StateResource, region: str) -> str:
    name = str(resource.values["global_table_arn"]).rpartition("/")[2]
    own = str(resource.values["arn"]).split(":")[3] or region
    return _unprotect_table(name, own)


def _unprotect_table(name: str, region: str) -> str:
    client = boto3.client("dynamodb", region_name=region)
    try:
        client.update_table(TableName=name, DeletionProtectionEnabled=False)
    except client.exceptions.ResourceInUseException:
        if client.describe_table(TableName=name)["Table"]["TableStatus"] != "DELETING":
            raise
        return "being deleted already"
    return "protection removed"


def _user_pool(resource: StateResource, region: str) -> str:
    # UpdateUserPool resets settings that are not passed. The pool is deleted next.
    client = boto3.client("cognito-idp", region_name=region)
    client.update_user_pool(UserPoolId=resource.values["id"], DeletionProtection="INACTIVE")
    return "protection removed"


def _cluster(resource: StateResource, region: str) -> str:
    client = boto3.client("rds", region_name=region)
    name = resource.values["id"]
    try:
        client.modify_db_cluster(DBClusterIdentifier=name, DeletionProtection=False, ApplyImmediately=True)
    except client.exceptions.InvalidDBClusterStateFault:
        if client.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]["Status"] != "deleting":
            raise
        return "being deleted already"
    return "protection removed"


def _global_cluster(resource: StateResource, region: str) -> str:
    client = boto3.client("rds", region_name=region)
    client.modify_global_cluster(GlobalClusterIdentifier=resource.values["id"], DeletionProtection=False)
    return "protection removed"


def _load_balancer(resource: StateResource, region: str) -> str:
    client = boto3.client("elbv2", region_name=region)
    attribute = {"Key": "deletion_protection.enabled", "Value": "false"}
    client.modify_load_balancer_attributes(LoadBalancerArn=resource.values["arn"], Attributes=[attribute])
    return "protection removed"


def _repository(resource: StateResource, region: str) -> str:
    client = boto3.client("ecr", region_name=region)
    name = str(resource.values["name"])
    deleted = 0
    for page in client.get_paginator("list_images").paginate(repositoryName=name):
        if images := page["imageIds"]:
            client.batch_delete_image(repositoryName=name, imageIds=images)
            deleted += len(images)
    return f"{deleted} images deleted"


_ACTIONS: dict[str, Callable[[StateResource, str], str]] = {
    "aws_cognito_user_pool": _user_pool,
    "aws_dynamodb_table": _table,
    "aws_dynamodb_table_replica": _replica,
    "aws_ecr_repository": _repository,
    "aws_lb": _load_balancer,
    "aws_rds_cluster": _cluster,
    "aws_rds_global_cluster": _global_cluster,
    "aws_s3_bucket": _bucket,
}
