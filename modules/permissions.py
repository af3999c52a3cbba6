"""What an IAM role may do, one statement at a time, with a reason wherever AWS takes no narrower resource."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocument
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct


@dataclass(frozen=True)
class Statement:
    """One statement of a policy.

    Raises:
        ValueError: it allows every action, or every resource without saying why.
    """

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    effect: str = "Allow"
    conditions: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    """Test to variable to values, as in a policy's JSON."""
    reason: str = ""
    """Why the resource is `*`."""

    def __post_init__(self) -> None:
        if any("*" in action for action in self.actions):
            raise ValueError(f"{self.sid}: name each action")
        if "*" in self.resources and not self.reason:
            raise ValueError(f"{self.sid}: say why the resource cannot be narrower")

    def as_input(self) -> dict[str, object]:
        """The statement as the Terraform data source wants it."""
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
    """A role's own policy; what is allowed later is added to the same document."""

    def __init__(self, scope: Construct, id: str, *, role: str) -> None:
        super().__init__(scope, id)
        self._statements: list[Statement] = []
        self._document = DataAwsIamPolicyDocument(self, "document")
        self._policy = IamRolePolicy(
            self, "policy", name="permissions", role=role, policy=self._document.json
        )
        self.granted: ITerraformDependable = self._policy
        """What to depend on in order to wait for the permissions."""

    def allow(self, *statements: Statement) -> None:
        """Add statements; their reasons are kept beside the policy, for its readers and its tests."""
        self._statements.extend(statements)
        self._document.put_statement([statement.as_input() for statement in self._statements])
        if any(statement.reason for statement in statements):
            reasons = {each.sid: each.reason for each in self._statements if each.reason}
            self._policy.add_override("//.reasons", reasons)
