"""Puts the pipeline's stages together."""

from collections.abc import Sequence
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
from modules.delivery.builds import Build, Site, assumed_by, deploy_build, test_build
from modules.delivery.push_trigger import PushTrigger
from modules.delivery.source import OUTPUT, PipelineSource, Source
from modules.permissions import Permissions, Statement
from modules.support.suppression import AWS_MANAGED_KEY, suppress

BUILT = "built"
"""The artifact with the storefront's files."""


class Delivery(Construct):
    """Source, test, deploy, in the primary region; the other regions get the files by replication.

    Infrastructure is not its business: that goes through plans that people read (.github/workflows).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        source: Source,
        site: Site,
        emails: Sequence[str],
        log_retention_days: int,
    ) -> None:
        super().__init__(scope, id)
        self._name = name
        artifacts = Artifacts(self, "artifacts", name=name)
        own = PipelineSource(self, "source", name=name, source=source)
        test = test_build(self, name=name, artifacts=artifacts, log_retention_days=log_retention_days)
        deploy = deploy_build(
            self, name=name, artifacts=artifacts, site=site, log_retention_days=log_retention_days
        )
        role = IamRole(
            self,
            "role",
            name=f"{name}-pipeline",
            assume_role_policy=assumed_by("codepipeline.amazonaws.com"),
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
                Stage(name="Test", action=[_build(test, takes=OUTPUT, gives=[BUILT])]),
                Stage(name="Deploy", action=[_build(deploy, takes=BUILT, gives=[])]),
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
        self._tell_of_failures(pipeline, emails)

    def _tell_of_failures(self, pipeline: Codepipeline, emails: Sequence[str]) -> None:
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


def _build(build: Build, *, takes: str, gives: list[str]) -> Action:
    return Action(
        name=build.node.id,
        category="Build",
        owner="AWS",
        provider="CodeBuild",
        version="1",
        configuration={"ProjectName": build.name},
        input_artifacts=[takes],
        output_artifacts=gives,
    )
