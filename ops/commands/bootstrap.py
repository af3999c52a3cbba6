"""`ops bootstrap`: creates what a deployment needs and must not own. Safe to repeat.

- The buckets of Terraform's states, one in each region: a state cannot be in a bucket that it describes.
- The service-linked roles of ECS, RDS, ElastiCache, load balancers and scaling. The first request in a new account
  creates its role and may fail, because IAM is eventually consistent.
- The role with which API Gateway writes logs: an account has one in each region, for all of its APIs.
"""

import contextlib
import json
import time
from typing import Any

import boto3
import typer

from ops.cli import DEFAULT_SETTINGS, SettingsOption
from ops.state_buckets import ensure_state_bucket
from stacks.settings import Settings

LINKED_SERVICES = (
    "ecs.amazonaws.com",
    "ecs.application-autoscaling.amazonaws.com",
    "elasticache.amazonaws.com",
    "elasticloadbalancing.amazonaws.com",
    "rds.amazonaws.com",
)
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html"""

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
"""The actions of AWS's policy for this purpose, AmazonAPIGatewayPushToCloudWatchLogs."""

IAM_ATTEMPTS = 10
IAM_PAUSE = 3.0
"""Seconds between attempts; a new role is usable after about ten."""


def bootstrap(settings: SettingsOption = DEFAULT_SETTINGS) -> None:
    """Create each region's state bucket, and let API Gateway write logs there."""
    environment = Settings.load(settings)
    for service in create_service_linked_roles(environment.primary):
        typer.echo(f"{service} has its service-linked role now")
    for region in environment.regions:
        if enable_api_gateway_logs(region, boundary=environment.permissions_boundary):
            typer.echo(f"{region}: API Gateway may write logs now")
    if environment.state.backend != "s3":
        typer.echo(f"The backend {environment.state.backend!r} keeps the state: no bucket is needed.")
        return
    for region in environment.regions:
        bucket = environment.state_bucket(region)
        created = ensure_state_bucket(bucket, region, tags=environment.all_tags)
        typer.echo(f"{region}: {bucket} {'created' if created else 'exists, configuration updated'}")


def create_service_linked_roles(region: str) -> list[str]:
    """Create the roles that the account lacks; returns the services whose role was created.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceLinkedRole.html
    """
    iam = boto3.client("iam", region_name=region)
    created = []
    for service in LINKED_SERVICES:
        # The role exists. AWS and the emulator have different errors for it.
        with contextlib.suppress(
            iam.exceptions.InvalidInputException, iam.exceptions.EntityAlreadyExistsException
        ):
            if not iam.list_roles(PathPrefix=f"/aws-service-role/{service}/")["Roles"]:
                iam.create_service_linked_role(AWSServiceName=service)
                created.append(service)
    return created


def enable_api_gateway_logs(region: str, *, boundary: str | None = None) -> bool:
    """Set API Gateway's log role in `region` unless the account has set one; returns whether it was set now.

    `boundary` is the ARN of the permissions boundary of a role that is created.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
    """
    api_gateway = boto3.client("apigateway", region_name=region)
    if api_gateway.get_account().get("cloudwatchRoleArn"):
        return False
    role = _log_writer(region, boundary)
    for attempt in range(IAM_ATTEMPTS):
        try:
            api_gateway.update_account(
                patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": role}]
            )
        except api_gateway.exceptions.BadRequestException:
            # API Gateway may not see a role that was created moments ago.
            if attempt + 1 == IAM_ATTEMPTS:
                raise
            time.sleep(IAM_PAUSE)
        else:
            break
    return True


def _log_writer(region: str, boundary: str | None) -> str:
    """ARN of the role; creates it if it does not exist.

    IAM is global, but boto3 requires a region where an endpoint is set in the environment.
    """
    iam = boto3.client("iam", region_name=region)
    limit = {"PermissionsBoundary": boundary} if boundary else {}
    with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(
            RoleName=LOG_WRITER,
            Description="API Gateway writes its logs with it, in every region of this account",
            AssumeRolePolicyDocument=json.dumps(_assumed_by("apigateway.amazonaws.com")),
            **limit,
        )
    iam.put_role_policy(
        RoleName=LOG_WRITER, PolicyName="write-logs", PolicyDocument=json.dumps(_may_write_logs())
    )
    return str(iam.get_role(RoleName=LOG_WRITER)["Role"]["Arn"])


def _assumed_by(service: str) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}],
    }


def _may_write_logs() -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": LOG_WRITER_ACTIONS, "Resource": "arn:aws:logs:*:*:*"}
    return {"Version": "2012-10-17", "Statement": [statement]}
