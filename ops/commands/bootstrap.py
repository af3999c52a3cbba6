"""`ops bootstrap`: what a deployment stands on and must not own.

- The buckets that Terraform keeps its state in, one in each region: a state cannot live in a bucket that it
  describes itself.
- The role with which API Gateway writes logs: an account has one a region, for all of its APIs.

All of it is safe to repeat: what is there is brought to the wanted configuration, and nothing else changes.
"""

import contextlib
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import boto3
import typer
from botocore.config import Config
from botocore.exceptions import ClientError
from rich.console import Console

from ops.region_commands import exit_codes
from stacks.settings import Settings

NONCURRENT_DAYS = 90
"""Days that an old version of a state stays: long enough to notice a bad apply."""


LOG_WRITER = "api-gateway-log-writer"
LOG_WRITER_ACTIONS = (
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:DescribeLogGroups",
    "logs:DescribeLogStreams",
    "logs:FilterLogEvents",
    "logs:GetLogEvents",
    "logs:PutLogEvents",
)
"""Those of AWS's own policy for the purpose, AmazonAPIGatewayPushToCloudWatchLogs."""

IAM_ATTEMPTS = 10
IAM_PAUSE = 3.0
"""Seconds between attempts; a new role takes about ten to be known."""


class BucketRefusedError(Exception):
    """The bucket of a region cannot be had; the message names the fix."""


@exit_codes()
def bootstrap(
    settings: Annotated[Path, typer.Option(envvar="SETTINGS", help="The environment's TOML file.")] = Path(
        "settings/local.toml"
    ),
) -> None:
    """Make each region's state bucket and let API Gateway write logs there; safe to repeat."""
    console = Console()
    environment = Settings.load(settings)
    for region in environment.regions:
        if let_api_gateway_log(region):
            console.print(f"{region}: API Gateway may write logs now")
    if environment.state.backend != "s3":
        console.print(f"State is kept by the backend {environment.state.backend!r}: no bucket is needed.")
        return
    for region in environment.regions:
        bucket = environment.state_bucket(region)
        try:
            made = ensure_state_bucket(bucket, region, tags=environment.all_tags)
        except BucketRefusedError as refusal:
            console.print(f"[red]{refusal}[/red]")
            raise typer.Exit(1) from refusal
        console.print(f"{region}: {bucket} {'made' if made else 'was there, configuration renewed'}")


def ensure_state_bucket(bucket: str, region: str, *, tags: Mapping[str, str]) -> bool:
    """Make `bucket` in `region` unless it is there, and give it the configuration a Terraform state needs.

    Returns whether it was made now. Raises BucketRefusedError if the name is somebody else's or if the bucket
    lives in another region, where it would be lost together with that region.
    """
    s3 = boto3.client("s3", region_name=region, config=Config(s3={"addressing_style": "path"}))
    made = _create(s3, bucket, region)
    _refuse_foreign_region(s3, bucket, region)
    _configure(s3, bucket, tags)
    return made


def let_api_gateway_log(region: str) -> bool:
    """Give API Gateway in `region` a role to write logs with, unless the account has given it one.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
    Returns whether it was given one now.
    """
    api_gateway = boto3.client("apigateway", region_name=region)
    if api_gateway.get_account().get("cloudwatchRoleArn"):
        return False
    role = _log_writer()
    for attempt in range(IAM_ATTEMPTS):
        try:
            api_gateway.update_account(
                patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": role}]
            )
        except api_gateway.exceptions.BadRequestException:
            # A role that was made a moment ago is not known everywhere yet.
            if attempt + 1 == IAM_ATTEMPTS:
                raise
            time.sleep(IAM_PAUSE)
        else:
            break
    return True


def _log_writer() -> str:
    """ARN of the role, made if need be."""
    iam = boto3.client("iam")
    with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(
            RoleName=LOG_WRITER,
            Description="API Gateway writes its logs with it, in every region of this account",
            AssumeRolePolicyDocument=json.dumps(_assumed_by("apigateway.amazonaws.com")),
        )
    iam.put_role_policy(
        RoleName=LOG_WRITER, PolicyName="write-logs", PolicyDocument=json.dumps(_may_write_logs())
    )
    return str(iam.get_role(RoleName=LOG_WRITER)["Role"]["Arn"])


def _create(s3: Any, bucket: str, region: str) -> bool:
    location = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as missing:
        if missing.response["Error"]["Code"] not in {"404", "NoSuchBucket"}:
            raise BucketRefusedError(
                f"{bucket}: {missing}. The name may be taken by another account: choose another `state.bucket_prefix`."
            ) from missing
        s3.create_bucket(Bucket=bucket, ObjectOwnership="BucketOwnerEnforced", **location)
        s3.get_waiter("bucket_exists").wait(Bucket=bucket)
        return True
    return False


def _refuse_foreign_region(s3: Any, bucket: str, region: str) -> None:
    # us-east-1 answers None, for the time when it was the only region.
    actual = s3.get_bucket_location(Bucket=bucket).get("LocationConstraint") or "us-east-1"
    if actual != region:
        raise BucketRefusedError(
            f"{bucket} lives in {actual}, not in {region}: move its states away, delete it, bootstrap again."
        )


def _configure(s3: Any, bucket: str, tags: Mapping[str, str]) -> None:
    """Versioned, encrypted, over TLS only, never public.

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


def _assumed_by(service: str) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}],
    }


def _may_write_logs() -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": LOG_WRITER_ACTIONS, "Resource": "arn:aws:logs:*:*:*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


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
