"""A Lambda function with a log group and a role of its own. The role has no permissions beyond those granted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.lambda_alias import LambdaAlias
from cdktf_cdktf_provider_aws.lambda_function import LambdaFunction
from cdktf_cdktf_provider_aws.lambda_function_event_invoke_config import LambdaFunctionEventInvokeConfig
from cdktf_cdktf_provider_aws.lambda_permission import LambdaPermission
from constructs import Construct

from modules.code_bucket import CodeBucket
from modules.permissions import Permissions, Statement, assumed_by
from modules.support.resources import DeadLetterQueue, log_group
from modules.support.stack_files import Archive, Archives
from modules.support.suppression import AWS_MANAGED_KEY, suppress

_TRACE = Statement(
    "Trace",
    ("xray:PutTraceSegments", "xray:PutTelemetryRecords"),
    ("*",),
    reason="X-Ray has no resource-level permissions for these actions",
)

_NETWORK_INTERFACES = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)

_CHECKS_NOT_APPLIED = (
    "Reserved concurrency would be taken from the other functions; synchronous callers receive the error and event "
    "sources have their own dead-letter queue; a function that does not use Redis gains nothing from a VPC; the role "
    "that deploys decides which code runs, so code signing adds nothing"
)


@dataclass(frozen=True)
class Platform:
    """Properties that all functions of a region share."""

    name: str
    """Name of the deployment. Names of functions start with it."""
    region: str
    """AWS region."""
    archives: Archives
    """Source of the functions' code."""
    folder: Path
    """Folder of the stack, see `modules.support.stack_files.stack_folder`. Archives are written into it."""
    runtime: str = "python3.13"
    """Lambda runtime."""
    architecture: Literal["arm64", "x86_64"] = "arm64"
    """Instruction set. `arm64` costs a fifth less per second."""
    log_retention_days: int = 30
    """How long CloudWatch keeps the logs."""
    code_bucket: CodeBucket | None = None
    """Bucket for the functions' code. None: Terraform sends it to Lambda, one function after the other."""
    alias: str | None = None
    """Alias of a published version that callers invoke, for canary deployments. None: they invoke the newest code."""


@dataclass(frozen=True)
class Placement:
    """Subnets and security groups of a function inside a VPC."""

    subnet_ids: tuple[str, ...]
    """Subnets, one in each zone."""
    security_group_ids: tuple[str, ...]
    """Security groups of the function's network interfaces."""


@dataclass(frozen=True)
class Code:
    """The code of a function."""

    domain: str
    """Folder with the code, below the sources of `Platform.archives`."""
    handler: str = "handler"
    """Module in that folder with the function `handle`."""
    packages: tuple[str, ...] = ()
    """Installed distributions that the code needs. Lambda provides boto3."""

    @property
    def entry_point(self) -> str:
        """Lambda's `handler` argument."""
        return f"{self.domain}.{self.handler}.handle"


@dataclass(frozen=True)
class FunctionOptions:
    """Configuration of one function."""

    description: str = ""
    """Description in the Lambda console."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Environment variables, in addition to `SHOP_NAME` and `LOG_LEVEL`."""
    placement: Placement | None = None
    """Where the function runs in a VPC. None: outside of any VPC."""
    timeout: int = 10
    """Seconds. API Gateway waits 29 seconds at most."""
    reserved_concurrency: int | None = None
    """Concurrent invocations that are kept for this function, and its limit. The account must keep 100 unreserved:
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html"""
    memory: int = 512
    """MB. The CPU share grows with it; a smaller value makes cold starts slower than it saves."""


class Function(Construct):
    """A function, its log group and its role. Other modules grant permissions with their `grant_*` methods."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        platform: Platform,
        code: Code,
        options: FunctionOptions = FunctionOptions(),
    ) -> None:
        """Create the function `<name>-<id>`.

        Args:
            platform: What all functions of the region share.
            code: The code to run.
            options: Configuration of this function.

        Raises:
            UnfitPackageError: a package in `code` contains compiled code.
        """
        super().__init__(scope, id)
        self.name = f"{platform.name}-{id}"
        """Name of the function."""
        self._logs = log_group(
            self, "logs", name=f"/aws/lambda/{self.name}", retention_days=platform.log_retention_days
        )
        role = IamRole(
            self,
            "role",
            name=f"{self.name}-{platform.region}",
            assume_role_policy=assumed_by(self, "lambda.amazonaws.com"),
        )
        placement = options.placement
        first = (self._write_logs(), _TRACE, *(self._join_network() if placement else ()))
        self.permissions = Permissions(self, "permissions", role=role.id, statements=first)
        """Permissions of the function's role."""
        archive = platform.archives.of(code.domain, packages=code.packages)
        self._function = LambdaFunction(
            self,
            "function",
            function_name=self.name,
            description=options.description,
            role=role.arn,
            runtime=platform.runtime,
            architectures=[platform.architecture],
            handler=code.entry_point,
            **_code(archive, platform),
            source_code_hash=archive.sha256,
            memory_size=options.memory,
            timeout=options.timeout,
            reserved_concurrent_executions=options.reserved_concurrency,
            publish=True if platform.alias else None,
            tracing_config={"mode": "Active"},
            environment={
                "variables": {"SHOP_NAME": platform.name, "LOG_LEVEL": "INFO", **options.environment}
            },
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
                    ("CKV_AWS_115", "CKV_AWS_116", "CKV_AWS_117", "CKV_AWS_272"), _CHECKS_NOT_APPLIED
                ),
            },
        )
        self._alias = self._alias_of_first_version(platform.alias) if platform.alias else None
        self._invoked = self._alias or self._function
        self.arn: str = self._invoked.arn
        """ARN for event sources and schedules."""

    @property
    def invoke_arn(self) -> str:
        """URI for API Gateway integrations."""
        arn: str = self._invoked.invoke_arn
        return arn

    @property
    def unqualified_arn(self) -> str:
        """ARN without the alias."""
        arn: str = self._function.arn
        return arn

    @property
    def version(self) -> str:
        """The newest published version, with `Platform.alias`."""
        version: str = self._function.version
        return version

    @property
    def log_group_name(self) -> str:
        """Name of the function's log group."""
        name: str = self._logs.name
        return name

    def allow_invocation(self, id: str, *, principal: str, source_arn: str) -> Sequence[ITerraformDependable]:
        """Allow an AWS service to invoke the function on behalf of one source.

        `id` names the permission within this construct, `principal` is the service, for example
        `events.amazonaws.com`. Returns the permission for the alias, if there is one, which callers must wait for.
        """
        permission = {
            "function_name": self._function.function_name,
            "action": "lambda:InvokeFunction",
            "principal": principal,
            "source_arn": source_arn,
        }
        # Kept beside the alias's own: callers use it until they are switched to the alias.
        LambdaPermission(self, f"invoked-by-{id}", **permission)
        if self._alias is None:
            return ()
        return (LambdaPermission(self, f"alias-invoked-by-{id}", qualifier=self._alias.name, **permission),)

    def send_failures_to(self, queue: DeadLetterQueue) -> None:
        """Send asynchronous events to `queue` when they fail after Lambda's two retries."""
        queue.grant_send(self.permissions)
        LambdaFunctionEventInvokeConfig(
            self,
            "failures",
            function_name=self._function.function_name,
            qualifier=self._alias.name if self._alias else None,
            maximum_retry_attempts=2,
            maximum_event_age_in_seconds=6 * 3600,
            destination_config={"on_failure": {"destination": queue.arn}},
            depends_on=[self.permissions.granted],
        )

    def _alias_of_first_version(self, name: str) -> LambdaAlias:
        return LambdaAlias(
            self,
            "alias",
            name=name,
            function_name=self._function.function_name,
            function_version=self._function.version,
            # CodeDeploy moves the alias to later versions.
            lifecycle={"ignore_changes": ["function_version", "routing_config"]},
        )

    def _write_logs(self) -> Statement:
        return Statement("WriteLogs", ("logs:CreateLogStream", "logs:PutLogEvents"), (f"{self._logs.arn}:*",))

    def _join_network(self) -> tuple[Statement, Statement]:
        """Permissions that Lambda needs to connect the function to the VPC, denied to the function's own code.

        https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
        """
        own_code = {"ArnLike": {"lambda:SourceFunctionArn": [f"arn:aws:lambda:*:*:function:{self.name}"]}}
        return (
            Statement(
                "JoinNetwork",
                _NETWORK_INTERFACES,
                ("*",),
                reason="Lambda creates the network interfaces and does not support narrower resources",
            ),
            Statement(
                "DenyNetworkInterfacesToCode",
                _NETWORK_INTERFACES,
                ("*",),
                effect="Deny",
                conditions=own_code,
                reason="a Deny statement should cover all resources",
            ),
        )


def _code(archive: Archive, platform: Platform) -> dict[str, str]:
    """Arguments of a function that say where its code is."""
    if platform.code_bucket is None:
        return {"filename": archive.write_into(platform.folder)}
    uploaded = platform.code_bucket.upload(archive, platform.folder)
    return {"s3_bucket": uploaded.bucket, "s3_key": uploaded.key}
