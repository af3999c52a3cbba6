"""The S3 buckets that hold Terraform's states, one in each region."""

import contextlib
import json
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.exceptions import ClientError

from ops.aws import client
from ops.errors import OperatorError
from stacks.settings import Settings

NONCURRENT_DAYS = 90
"""Days that an old version of a state is kept."""


class BucketRefusedError(OperatorError):
    """A region's state bucket cannot be used. The message says how to fix it."""


def ensure_state_bucket(bucket: str, region: str, *, tags: Mapping[str, str]) -> bool:
    """Create `bucket` in `region` unless it exists, and configure it for Terraform's states.

    Returns whether it was created. Raises BucketRefusedError if another account has the name, or if the bucket is in
    another region, with which it would be lost.
    """
    s3 = boto3.client("s3", region_name=region)
    created = _create(s3, bucket, region)
    _refuse_other_region(s3, bucket, region)
    _configure(s3, bucket, tags)
    return created


class PrimaryMovedError(OperatorError):
    """The first region of the settings is not the one of the first deployment. The message says how to fix it."""


def check_primary(settings: Settings) -> None:
    """Raises PrimaryMovedError if the global stack's state is in the bucket of a region that is not the first one.

    The first region holds the zone, the user pool and the base tables. With another first region Terraform would create
    them again there, and the bookstore would start empty. Where the state is in its place, no other region is asked: it
    may be lost.
    """
    if settings.state.backend != "s3" or _has_global_state(settings, settings.primary):
        return
    for region in settings.regions[1:]:
        if _has_global_state(settings, region):
            raise PrimaryMovedError(
                f"{settings.name} was first deployed with {region} as its first region, where its zone, user pool and "
                f"base tables are. Put {region} first in `regions` again."
            )


def _has_global_state(settings: Settings, region: str) -> bool:
    bucket, key = settings.state_bucket(region), f"{settings.name}-global/terraform.tfstate"
    try:
        client("s3", region).head_object(Bucket=bucket, Key=key)
    except ClientError as missing:
        if missing.response["Error"]["Code"] not in {"404", "NoSuchBucket", "NoSuchKey"}:
            raise
        return False
    return True


def _create(s3: Any, bucket: str, region: str) -> bool:
    location = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as missing:
        if missing.response["Error"]["Code"] not in {"404", "NoSuchBucket"}:
            raise BucketRefusedError(
                f"{bucket}: {missing}. Another account may have the name: choose another `state.bucket_prefix`."
            ) from missing
        # botocore sends a request again if its answer is lost. The bucket is then there already.
        with contextlib.suppress(s3.exceptions.BucketAlreadyOwnedByYou):
            s3.create_bucket(Bucket=bucket, ObjectOwnership="BucketOwnerEnforced", **location)
        s3.get_waiter("bucket_exists").wait(Bucket=bucket)
        return True
    return False


def _refuse_other_region(s3: Any, bucket: str, region: str) -> None:
    # S3 returns None for us-east-1.
    actual = s3.get_bucket_location(Bucket=bucket).get("LocationConstraint") or "us-east-1"
    if actual != region:
        raise BucketRefusedError(
            f"{bucket} is in {actual}, not in {region}: move its states away, delete it, run bootstrap again."
        )


def _configure(s3: Any, bucket: str, tags: Mapping[str, str]) -> None:
    """Versioned, encrypted, TLS only, no public access.

    https://developer.hashicorp.com/terraform/language/backend/s3
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
    """
    s3.put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        },
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(_tls_only(bucket)))
    s3.put_bucket_lifecycle_configuration(
        Bucket=bucket,
        LifecycleConfiguration={
            "Rules": [
                {
                    "ID": "forget-old-states",
                    "Status": "Enabled",
                    "Filter": {"Prefix": ""},
                    "NoncurrentVersionExpiration": {"NoncurrentDays": NONCURRENT_DAYS},
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
                }
            ]
        },
    )
    if tags:
        s3.put_bucket_tagging(
            Bucket=bucket,
            Tagging={"TagSet": [{"Key": key, "Value": value} for key, value in sorted(tags.items())]},
        )


def _tls_only(bucket: str) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "RefusePlainHttp",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }
