"""Starts the pipeline on a push to CodeCommit."""

from typing import Any

from cdktf import Fn
from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import CloudwatchEventTarget
from cdktf_cdktf_provider_aws.iam_role import IamRole
from constructs import Construct

from modules.permissions import Permissions, Statement, assumed_by


class PushTrigger(Construct):
    """An EventBridge rule that starts a pipeline when a CodeCommit branch changes, instead of polling.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/triggering.html
    """

    def __init__(
        self, scope: Construct, id: str, *, name: str, repository_arn: str, branch: str, pipeline_arn: str
    ) -> None:
        super().__init__(scope, id)
        pattern: dict[str, Any] = {
            "source": ["aws.codecommit"],
            "detail-type": ["CodeCommit Repository State Change"],
            "resources": [repository_arn],
            "detail": {
                "event": ["referenceCreated", "referenceUpdated"],
                "referenceType": ["branch"],
                "referenceName": [branch],
            },
        }
        rule = CloudwatchEventRule(
            self,
            "pushed",
            name=f"{name}-delivery-pushed",
            description=f"A push to {branch}",
            event_pattern=Fn.jsonencode(pattern),
        )
        role = IamRole(
            self,
            "role",
            name=f"{name}-delivery-start",
            assume_role_policy=assumed_by(self, "events.amazonaws.com"),
        )
        start = Statement("Start", ("codepipeline:StartPipelineExecution",), (pipeline_arn,))
        permissions = Permissions(self, "permissions", role=role.id, statements=[start])
        CloudwatchEventTarget(
            self,
            "start",
            rule=rule.name,
            arn=pipeline_arn,
            role_arn=role.arn,
            depends_on=[permissions.granted],
        )
