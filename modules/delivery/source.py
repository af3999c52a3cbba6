"""The source stage: GitHub or CodeCommit."""

import json
from dataclasses import dataclass
from typing import Any

from cdktf_cdktf_provider_aws.codecommit_approval_rule_template import CodecommitApprovalRuleTemplate
from cdktf_cdktf_provider_aws.codecommit_approval_rule_template_association import (
    CodecommitApprovalRuleTemplateAssociation,
)
from cdktf_cdktf_provider_aws.codecommit_repository import CodecommitRepository
from cdktf_cdktf_provider_aws.codeconnections_connection import CodeconnectionsConnection
from cdktf_cdktf_provider_aws.codepipeline import CodepipelineStageAction as Action
from constructs import Construct

from modules.permissions import Statement

OUTPUT = "source"
"""Name of the artifact with the source."""


@dataclass(frozen=True)
class GitHub:
    """A branch on GitHub. The repository's owner confirms the connection once, in the console."""

    repository: str
    """`owner/name`."""
    branch: str
    """The branch that is delivered."""


@dataclass(frozen=True)
class CodeCommit:
    """A branch of a CodeCommit repository, which this module creates."""

    repository: str
    """The repository's name."""
    branch: str
    """The branch that is delivered."""
    approvals: int = 1
    """How many approvals a pull request into the branch needs."""


Source = GitHub | CodeCommit


class PipelineSource(Construct):
    """The source's resource, the action that reads it, and the statement for the pipeline's role."""

    def __init__(self, scope: Construct, id: str, *, name: str, source: Source) -> None:
        super().__init__(scope, id)
        self.action: Action
        self.statement: Statement
        self.repository_arn: str | None = None
        """Set for CodeCommit, which needs a trigger. A GitHub connection starts the pipeline itself."""
        if isinstance(source, GitHub):
            self._github(name, source)
        else:
            self._code_commit(name, source)

    def _github(self, name: str, source: GitHub) -> None:
        connection = CodeconnectionsConnection(self, "github", name=name[:32], provider_type="GitHub")
        configuration = {
            "ConnectionArn": connection.arn,
            "FullRepositoryId": source.repository,
            "BranchName": source.branch,
        }
        self.action = _action("CodeStarSourceConnection", configuration)
        # The action's prefix must be that of the connection's ARN, which is the service's newer name:
        # https://docs.aws.amazon.com/dtconsole/latest/userguide/security-iam-awsmanpol.html
        self.statement = Statement("ReadSource", ("codeconnections:UseConnection",), (connection.arn,))

    def _code_commit(self, name: str, source: CodeCommit) -> None:
        repository = CodecommitRepository(
            self, "code-commit", repository_name=source.repository, description="The bookstore"
        )
        self.repository_arn = repository.arn
        self._require_approval(name, source, repository)
        configuration = {
            "RepositoryName": repository.repository_name,
            "BranchName": source.branch,
            "PollForSourceChanges": "false",
        }
        self.action = _action("CodeCommit", configuration)
        self.statement = Statement(
            "ReadSource",
            (
                "codecommit:CancelUploadArchive",
                "codecommit:GetBranch",
                "codecommit:GetCommit",
                "codecommit:GetRepository",
                "codecommit:GetUploadArchiveStatus",
                "codecommit:UploadArchive",
            ),
            (repository.arn,),
        )

    def _require_approval(self, name: str, source: CodeCommit, repository: CodecommitRepository) -> None:
        """Require approvals of pull requests into the branch, from anyone.

        A direct push to the branch, if IAM allows it, needs no approval.
        https://docs.aws.amazon.com/codecommit/latest/userguide/approval-rule-templates.html
        """
        rule = {
            "Version": "2018-11-08",
            "DestinationReferences": [f"refs/heads/{source.branch}"],
            "Statements": [{"Type": "Approvers", "NumberOfApprovalsNeeded": source.approvals}],
        }
        template = CodecommitApprovalRuleTemplate(
            self,
            "approval",
            name=f"{name}-approval",
            description=f"Merges into {source.branch} are deployed",
            content=json.dumps(rule),
        )
        CodecommitApprovalRuleTemplateAssociation(
            self,
            "approval-wanted",
            approval_rule_template_name=template.name,
            repository_name=repository.repository_name,
        )


def _action(provider: str, configuration: dict[str, Any]) -> Action:
    return Action(
        name="source",
        category="Source",
        owner="AWS",
        provider=provider,
        version="1",
        configuration=configuration,
        output_artifacts=[OUTPUT],
    )
