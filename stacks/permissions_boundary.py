"""The most that any role of a stack may be allowed, where an organization demands a boundary."""

from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.iam_role import IamRole


def bound_roles(stack: TerraformStack, boundary: str | None) -> None:
    """Put `boundary`, the ARN of a policy, on every role of `stack`; call it when all of them are there."""
    if boundary is None:
        return
    for construct in stack.node.find_all():
        if isinstance(construct, IamRole):
            construct.permissions_boundary = boundary
