"""The CodeBuild projects: one tests and builds, the other may write to the storefront's bucket."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cdktf_cdktf_provider_aws.codebuild_project import CodebuildProject
from cdktf_cdktf_provider_aws.codebuild_project import (
    CodebuildProjectEnvironmentEnvironmentVariable as Variable,
)
from cdktf_cdktf_provider_aws.iam_role import IamRole
from constructs import Construct

from modules.delivery.artifacts import Artifacts
from modules.permissions import Permissions, Statement, assumed_by
from modules.support.resources import log_group
from modules.support.suppression import AWS_MANAGED_KEY, suppress

TERRAFORM_VERSION = "1.11.4"
TERRAFORM_SHA256 = "1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc"
"""Checksum of the Linux archive, kept here because the server of the archive also serves its checksums."""


@dataclass(frozen=True)
class Site:
    """Where a build of the storefront is deployed."""

    bucket: str
    """Name of the primary region's web bucket."""
    bucket_arn: str
    """Its ARN."""
    distribution_id: str
    """CloudFront's distribution, whose cache is invalidated."""
    distribution_arn: str
    """Its ARN."""


class Build(Construct):
    """A CodeBuild project with its role and log. Its build specification is `<id>.yml` in this folder."""

    IMAGE = "aws/codebuild/standard:7.0"
    MINUTES = 60

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        size: str,
        variables: Mapping[str, str],
        artifacts: Artifacts,
        log_retention_days: int,
    ) -> None:
        super().__init__(scope, id)
        self.name = f"{name}-{id}"
        logs = log_group(self, "logs", name=f"/aws/codebuild/{self.name}", retention_days=log_retention_days)
        role = IamRole(
            self,
            "role",
            name=f"{self.name}-build",
            assume_role_policy=assumed_by(self, "codebuild.amazonaws.com"),
        )
        self.permissions = Permissions(self, "permissions", role=role.id)
        self.permissions.allow(
            Statement("WriteLogs", ("logs:CreateLogStream", "logs:PutLogEvents"), (f"{logs.arn}:*",))
        )
        artifacts.grant_read_write(self.permissions)
        project = CodebuildProject(
            self,
            "project",
            name=self.name,
            service_role=role.arn,
            build_timeout=self.MINUTES,
            artifacts={"type": "CODEPIPELINE"},
            source={
                "type": "CODEPIPELINE",
                "buildspec": _specification(id),
            },
            cache={"type": "S3", "location": f"{artifacts.bucket}/{artifacts.CACHE}"},
            environment={
                "type": "LINUX_CONTAINER",
                "compute_type": size,
                "image": self.IMAGE,
                "environment_variable": [Variable(name=key, value=value) for key, value in variables.items()],
            },
            logs_config={"cloudwatch_logs": {"group_name": logs.name}},
            depends_on=[self.permissions.granted],
        )
        suppress(project, {"CKV_AWS_147": AWS_MANAGED_KEY})
        self.arn: str = project.arn
        """The project's ARN, for the pipeline's role."""


def _specification(id: str) -> str:
    """Read the build's file. `${...}` is escaped, so that Terraform leaves it to the shell."""
    text = Path(__file__).with_name(f"{id}.yml").read_text(encoding="utf-8")
    return text.replace("${", "$${")


def test_build(scope: Construct, *, name: str, artifacts: Artifacts, log_retention_days: int) -> Build:
    """Add the project that runs `make test` and `make web`. Its role may write logs and artifacts only."""
    return Build(
        scope,
        "test",
        name=name,
        size="BUILD_GENERAL1_LARGE",
        # Not TERRAFORM: the repository's commands read it as the name of the program.
        variables={"TERRAFORM_VERSION": TERRAFORM_VERSION, "TERRAFORM_SHA256": TERRAFORM_SHA256},
        artifacts=artifacts,
        log_retention_days=log_retention_days,
    )


def deploy_build(
    scope: Construct, *, name: str, artifacts: Artifacts, site: Site, log_retention_days: int
) -> Build:
    """Add the project that copies the built files and invalidates those without a hash in CloudFront."""
    build = Build(
        scope,
        "deploy",
        name=name,
        size="BUILD_GENERAL1_SMALL",
        variables={"BUCKET": site.bucket, "DISTRIBUTION": site.distribution_id},
        artifacts=artifacts,
        log_retention_days=log_retention_days,
    )
    build.permissions.allow(
        Statement("PutFiles", ("s3:PutObject",), (f"{site.bucket_arn}/*",)),
        Statement("CompareFiles", ("s3:ListBucket",), (site.bucket_arn,)),
        Statement("Forget", ("cloudfront:CreateInvalidation",), (site.distribution_arn,)),
    )
    return build
