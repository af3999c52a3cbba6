"""GitHub as an identity provider, and the roles that its workflows assume."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdktf import Fn
from cdktf_cdktf_provider_aws.data_aws_iam_openid_connect_provider import DataAwsIamOpenidConnectProvider
from cdktf_cdktf_provider_aws.iam_openid_connect_provider import IamOpenidConnectProvider
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct

from modules.github_roles.plan_policy import PlanScope, plan_statements
from modules.permissions import Permissions

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
APPLY_SECONDS = 7200
"""A deployment of several regions takes longer than the default of an hour."""


@dataclass(frozen=True)
class Repository:
    """The repository, branch and environment that may assume the roles."""

    name: str
    """`owner/name`."""
    branch: str
    """The branch that is deployed, which may be planned like every pull request."""
    environment: str
    """The environment whose jobs may apply. GitHub must limit it to the branch."""

    @property
    def planners(self) -> Sequence[str]:
        """The subjects of tokens that may plan. Pull requests of forks get no token."""
        return [f"repo:{self.name}:pull_request", f"repo:{self.name}:ref:refs/heads/{self.branch}"]

    @property
    def appliers(self) -> Sequence[str]:
        """The subject of tokens that may apply."""
        return [f"repo:{self.name}:environment:{self.environment}"]


class GithubRoles(Construct):
    """`<name>-plan` may read what a plan reads, `<name>-apply` may do everything below the permissions boundary.

    Tokens of other repositories, branches and environments are refused:
    https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        repository: Repository,
        plan: PlanScope,
        create_provider: bool = True,
    ) -> None:
        """Create the roles.

        Args:
            name: Prefix of the roles' names.
            repository: Who may assume them.
            plan: What the plan role reads besides configuration.
            create_provider: Whether to create the identity provider. An account has one for all repositories.
        """
        super().__init__(scope, id)
        provider = self._provider(create_provider)
        planner = IamRole(
            self,
            "plan",
            name=f"{name}-plan",
            description="Plans of GitHub's workflows",
            assume_role_policy=_trust(provider, repository.planners),
        )
        Permissions(self, "plan_permissions", role=planner.name, statements=plan_statements(plan))
        applier = IamRole(
            self,
            "apply",
            name=f"{name}-apply",
            description="Deployments of GitHub's workflows",
            assume_role_policy=_trust(provider, repository.appliers),
            max_session_duration=APPLY_SECONDS,
        )
        IamRolePolicyAttachment(self, "apply_everything", role=applier.name, policy_arn=ADMINISTRATOR)
        self.plan_role: str = planner.arn
        """ARN of the role that plans."""
        self.apply_role: str = applier.arn
        """ARN of the role that applies."""

    def _provider(self, create: bool) -> str:
        address = f"https://{ISSUER}"
        arn: str
        if create:
            # AWS checks GitHub's certificate with its own list of authorities, so no thumbprint is needed.
            arn = IamOpenidConnectProvider(self, "github", url=address, client_id_list=[AUDIENCE]).arn
        else:
            arn = DataAwsIamOpenidConnectProvider(self, "github", url=address).arn
        return arn


def _trust(provider: str, subjects: Sequence[str]) -> str:
    condition: Mapping[str, object] = {
        "StringEquals": {f"{ISSUER}:aud": AUDIENCE, f"{ISSUER}:sub": list(subjects)}
    }
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": condition,
    }
    policy: str = Fn.jsonencode({"Version": "2012-10-17", "Statement": [statement]})
    return policy
