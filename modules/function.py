"""A Lambda function with a role of its own that may do exactly what it was granted."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.lambda_function import LambdaFunction
from cdktf_cdktf_provider_aws.lambda_function_event_invoke_config import LambdaFunctionEventInvokeConfig
from cdktf_cdktf_provider_aws.lambda_permission import LambdaPermission
from constructs import Construct

from modules.permissions import Permissions, Statement
from modules.support.resources import DeadLetterQueue, log_group
from modules.support.stack_files import Archives
from modules.support.suppression import AWS_MANAGED_KEY, suppress

_ASSUMED_BY_LAMBDA = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)

_TRACE = Statement(
    "Trace",
    ("xray:PutTraceSegments", "xray:PutTelemetryRecords"),
    ("*",),
    reason="X-Ray has no resources that these actions could be narrowed to",
)

_NETWORK_INTERFACES = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)

_PLAIN_FUNCTION = (
    "Concurrency kept for one function is taken from the others; callers see a failure, and event sources have a dead "
    "letter queue of their own; what needs no Redis is no safer in a VPC; the role that deploys decides whose code runs"
)


@dataclass(frozen=True)
class Platform:
    """What all functions of a region have in common."""

    name: str
    """The deployment's name, which every function's name begins with."""
    region: str
    archives: Archives
    folder: Path
    """Of the functions' stack, where Terraform runs and finds their archives."""
    runtime: str = "python3.13"
    architecture: Literal["arm64", "x86_64"] = "arm64"
    log_retention_days: int = 30


@dataclass(frozen=True)
class Placement:
    """Where in a VPC a function runs."""

    subnet_ids: tuple[str, ...]
    security_group_ids: tuple[str, ...]


@dataclass(frozen=True)
class Code:
    """What a function runs: a domain's folder, the handler in it, and the packages it needs beside boto3."""

    domain: str
    handler: str = "handler"
    packages: tuple[str, ...] = ()

    @property
    def entry_point(self) -> str:
        """The handler as Lambda wants it."""
        return f"{self.domain}.{self.handler}.handle"


class Function(Construct):
    """A function, its log group, its role. It is given permissions by the `grant_*` of what it uses."""

    MEMORY = 512
    """MB. CPU grows with it, and with less of it a cold start takes longer than it saves."""
    TIMEOUT = 10
    """Seconds; API Gateway gives up after 29, shoppers sooner."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        platform: Platform,
        code: Code,
        environment: Mapping[str, str],
        placement: Placement | None = None,
        timeout: int = TIMEOUT,
        description: str = "",
    ) -> None:
        super().__init__(scope, id)
        self.name = f"{platform.name}-{id}"
        self._logs = log_group(
            self, "logs", name=f"/aws/lambda/{self.name}", retention_days=platform.log_retention_days
        )
        role = IamRole(
            self, "role", name=f"{self.name}-{platform.region}", assume_role_policy=_ASSUMED_BY_LAMBDA
        )
        self.permissions = Permissions(self, "permissions", role=role.id)
        self.permissions.allow(self._write_logs(), _TRACE, *(self._join_network() if placement else ()))
        archive = platform.archives.of(code.domain, packages=code.packages)
        self._function = LambdaFunction(
            self,
            "function",
            function_name=self.name,
            description=description,
            role=role.arn,
            runtime=platform.runtime,
            architectures=[platform.architecture],
            handler=code.entry_point,
            filename=archive.write_into(platform.folder),
            source_code_hash=archive.sha256,
            memory_size=self.MEMORY,
            timeout=timeout,
            tracing_config={"mode": "Active"},
            environment={"variables": {"SHOP_NAME": platform.name, "LOG_LEVEL": "INFO", **environment}},
            vpc_config=placement
            and {
                "subnet_ids": list(placement.subnet_ids),
                "security_group_ids": list(placement.security_group_ids),
            },
            depends_on=[self._logs, self.permissions.granted],
        )
        suppress(
            self._function,
            {
                "CKV_AWS_173": AWS_MANAGED_KEY,
                **dict.fromkeys(
                    ("CKV_AWS_115", "CKV_AWS_116", "CKV_AWS_117", "CKV_AWS_272"), _PLAIN_FUNCTION
                ),
            },
        )
        self.arn: str = self._function.arn
        """What event sources and schedules name."""
        self.invoke_arn: str = self._function.invoke_arn
        """What an API's integration calls."""
        self.log_group_name: str = self._logs.name
        """Where its lines are."""

    def allow_invocation(self, id: str, *, principal: str, source_arn: str) -> None:
        """Let an AWS service call it, on behalf of one source."""
        LambdaPermission(
            self,
            f"invoked-by-{id}",
            function_name=self._function.function_name,
            action="lambda:InvokeFunction",
            principal=principal,
            source_arn=source_arn,
        )

    def send_failures_to(self, queue: DeadLetterQueue) -> None:
        """Keep asynchronous calls that failed in spite of Lambda's retries."""
        queue.grant_send(self.permissions)
        LambdaFunctionEventInvokeConfig(
            self,
            "failures",
            function_name=self._function.function_name,
            maximum_retry_attempts=2,
            maximum_event_age_in_seconds=6 * 3600,
            destination_config={"on_failure": {"destination": queue.arn}},
            depends_on=[self.permissions.granted],
        )

    def _write_logs(self) -> Statement:
        return Statement("WriteLogs", ("logs:CreateLogStream", "logs:PutLogEvents"), (f"{self._logs.arn}:*",))

    def _join_network(self) -> tuple[Statement, Statement]:
        """What Lambda does on the function's behalf, and the code's own hands kept off it.

        Rule: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html, on required permissions and
        on denying them to the function's own code.
        """
        reason = "Lambda makes the interfaces and cannot work with narrower resources"
        own = {"ArnLike": {"lambda:SourceFunctionArn": [f"arn:aws:lambda:*:*:function:{self.name}"]}}
        return (
            Statement("JoinNetwork", _NETWORK_INTERFACES, ("*",), reason=reason),
            Statement(
                "NotByItsCode",
                _NETWORK_INTERFACES,
                ("*",),
                effect="Deny",
                conditions=own,
                reason="a refusal is widest",
            ),
        )
