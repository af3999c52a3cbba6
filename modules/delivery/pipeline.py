"""The pipeline and its stages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cdktf import Fn
from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import CloudwatchEventTarget
from cdktf_cdktf_provider_aws.codepipeline import Codepipeline
from cdktf_cdktf_provider_aws.codepipeline import CodepipelineArtifactStore as ArtifactStore
from cdktf_cdktf_provider_aws.codepipeline import CodepipelineStage as Stage
from cdktf_cdktf_provider_aws.codepipeline import CodepipelineStageAction as Action
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocument
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.sns_topic_policy import SnsTopicPolicy
from constructs import Construct

from modules.alarm_topic import AlarmTopic
from modules.delivery.artifacts import Artifacts
from modules.delivery.builds import Build, Site, deploy_build, test_build
from modules.delivery.push_trigger import PushTrigger
from modules.delivery.source import OUTPUT, PipelineSource, Source
from modules.permissions import Permissions, Statement, assumed_by
from modules.support.suppression import AWS_MANAGED_KEY, suppress

BUILT = "built"
"""The artifact with the storefront's files."""


@dataclass(frozen=True)
class DeliveryOptions:
    """How the pipeline reports and logs."""

    emails: Sequence[str] = ()
    """Recipients of a message when a run fails."""
    log_retention_days: int = 30
    """How long the builds' logs are kept."""


class Delivery(Construct):
    """Source, test and deploy stages in the primary region. S3 replication copies the files to other regions.

    The pipeline never changes infrastructure: people review those plans (.github/workflows).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        source: Source,
        site: Site,
        options: DeliveryOptions,
    ) -> None:
        """Create the pipeline.

        Args:
            name: Name of the deployment.
            source: Repository and branch.
            site: Where the files are deployed.
            options: How the pipeline reports and logs.
        """
        super().__init__(scope, id)
        self._name = name
        artifacts = Artifacts(self, "artifacts", name=name)
        own = PipelineSource(self, "source", name=name, source=source)
        test = test_build(self, name=name, artifacts=artifacts, log_retention_days=options.log_retention_days)
        deploy = deploy_build(
            self, name=name, artifacts=artifacts, site=site, log_retention_days=options.log_retention_days
        )
        role = IamRole(
            self,
            "role",
            name=f"{name}-pipeline",
            assume_role_policy=assumed_by(self, "codepipeline.amazonaws.com"),
        )
        permissions = Permissions(self, "permissions", role=role.id)
        artifacts.grant_read_write(permissions)
        permissions.allow(
            own.statement,
            Statement("Build", ("codebuild:BatchGetBuilds", "codebuild:StartBuild"), (test.arn, deploy.arn)),
        )
        pipeline = Codepipeline(
            self,
            "pipeline",
            name=name,
            pipeline_type="V2",
            role_arn=role.arn,
            artifact_store=[ArtifactStore(type="S3", location=artifacts.bucket)],
            stage=[
                Stage(name="Source", action=[own.action]),
                Stage(name="Test", action=[_build(test, inputs=OUTPUT, outputs=[BUILT])]),
                Stage(name="Deploy", action=[_build(deploy, inputs=BUILT, outputs=[])]),
            ],
            depends_on=[permissions.granted],
        )
        suppress(pipeline, {"CKV_AWS_219": AWS_MANAGED_KEY})
        if own.repository_arn:
            PushTrigger(
                self,
                "trigger",
                name=name,
                repository_arn=own.repository_arn,
                branch=source.branch,
                pipeline_arn=pipeline.arn,
            )
        self._notify_failures(pipeline, options.emails)

    def _notify_failures(self, pipeline: Codepipeline, emails: Sequence[str]) -> None:
        topic = AlarmTopic(self, "topic", name=f"{self._name}-delivery", emails=emails)
        pattern: dict[str, Any] = {
            "source": ["aws.codepipeline"],
            "detail-type": ["CodePipeline Pipeline Execution State Change"],
            "resources": [pipeline.arn],
            "detail": {"state": ["FAILED"]},
        }
        rule = CloudwatchEventRule(
            self,
            "failed",
            name=f"{self._name}-delivery-failed",
            description="A build or a deployment of the storefront failed",
            event_pattern=Fn.jsonencode(pattern),
        )
        CloudwatchEventTarget(self, "tell", rule=rule.name, arn=topic.arn)
        document = DataAwsIamPolicyDocument(
            self,
            "events-may-publish",
            statement=[
                {
                    "sid": "Failures",
                    "principals": [{"type": "Service", "identifiers": ["events.amazonaws.com"]}],
                    "actions": ["sns:Publish"],
                    "resources": [topic.arn],
                    "condition": [{"test": "ArnEquals", "variable": "aws:SourceArn", "values": [rule.arn]}],
                }
            ],
        )
        SnsTopicPolicy(self, "topic-policy", arn=topic.arn, policy=document.json)


def _build(build: Build, *, inputs: str, outputs: list[str]) -> Action:
    return Action(
        name=build.node.id,
        category="Build",
        owner="AWS",
        provider="CodeBuild",
        version="1",
        configuration={"ProjectName": build.name},
        input_artifacts=[inputs],
        output_artifacts=outputs,
    )
