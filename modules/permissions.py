"""IAM policies of roles, statement by statement. A statement for all resources must give a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from cdktf import Fn, ITerraformDependable, TerraformStack
from cdktf_cdktf_provider_aws.data_aws_caller_identity import DataAwsCallerIdentity
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocument
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

_ACCOUNTS: WeakKeyDictionary[TerraformStack, str] = WeakKeyDictionary()


def account_id(scope: Construct) -> str:
    """Return the account's number, which each stack looks up once."""
    stack = TerraformStack.of(scope)
    if stack not in _ACCOUNTS:
        _ACCOUNTS[stack] = DataAwsCallerIdentity(stack, "account").account_id
    return _ACCOUNTS[stack]


def assumed_by(scope: Construct, service: str, *, names_account: bool = True) -> str:
    """Return a trust policy that lets one AWS service assume the role, on behalf of this account only.

    The condition prevents another account from using the role through the service (confused deputy):
    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html

    Args:
        service: The service's principal.
        names_account: False for a service that does not send the account with its request: the condition refuses it.
    """
    statement: dict[str, object] = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    if names_account:
        statement["Condition"] = {"StringEquals": {"aws:SourceAccount": account_id(scope)}}
    # Not JSON text: CDKTF cannot write a reference inside it as HCL (docs/leaving-cdktf.md).
    policy: str = Fn.jsonencode({"Version": "2012-10-17", "Statement": [statement]})
    return policy


@dataclass(frozen=True)
class Statement:
    """One statement of a policy.

    Raises:
        ValueError: an action contains a wildcard, or the resource is `*` without a reason.
    """

    sid: str
    """Identifier of the statement, unique within its policy."""
    actions: tuple[str, ...]
    """Actions by their full names."""
    resources: tuple[str, ...]
    """ARNs, or `*`."""
    effect: str = "Allow"
    """`Allow` or `Deny`."""
    conditions: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    """Values by test and variable, as in a policy's JSON."""
    reason: str = ""
    """Reason that the resource is `*`."""

    def __post_init__(self) -> None:
        if any("*" in action for action in self.actions):
            raise ValueError(f"{self.sid}: write each action in full, without wildcards")
        if "*" in self.resources and not self.reason:
            raise ValueError(f"{self.sid}: a statement for all resources needs a reason")

    def as_input(self) -> dict[str, object]:
        """Return the statement in the form of the `aws_iam_policy_document` data source."""
        return {
            "sid": self.sid,
            "effect": self.effect,
            "actions": list(self.actions),
            "resources": list(self.resources),
            "condition": [
                {"test": test, "variable": variable, "values": list(values)}
                for test, variables in self.conditions.items()
                for variable, values in variables.items()
            ],
        }


class Permissions(Construct):
    """The inline policy of a role. Statements can be added until the stack is synthesized."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        role: str,
        name: str = "permissions",
        statements: Sequence[Statement] = (),
    ) -> None:
        """Create the policy.

        Args:
            role: Name of the role.
            name: Name of the inline policy.
            statements: The first statements.
        """
        super().__init__(scope, id)
        self._statements = list(statements)
        self._document = DataAwsIamPolicyDocument(self, "document", statement=self._inputs())
        self._policy = IamRolePolicy(self, "policy", name=name, role=role, policy=self._document.json)
        self._write_reasons(statements)
        self.granted: ITerraformDependable = self._policy
        """Dependency for resources that need the permissions when they are created."""

    def allow(self, *statements: Statement) -> None:
        """Add statements that are not there yet. Their reasons are written beside the policy in the Terraform."""
        self._statements.extend(each for each in statements if each not in self._statements)
        self._document.put_statement(self._inputs())
        self._write_reasons(statements)

    def _inputs(self) -> list[dict[str, object]]:
        return [statement.as_input() for statement in self._statements]

    def _write_reasons(self, new: Sequence[Statement]) -> None:
        if any(statement.reason for statement in new):
            reasons = {each.sid: each.reason for each in self._statements if each.reason}
            self._policy.add_override("//.reasons", reasons)
