"""Checks of the policy tool that a resource fails on purpose."""

from cdktf import TerraformElement


def suppress(resource: TerraformElement, *checks: str, because: str) -> None:
    """Let `resource` fail the named checkov checks, for a reason that stands beside it in the Terraform.

    `python -m policy` reads it there. checkov's own comments do not work in Terraform's JSON.

    Raises ValueError without a reason.
    """
    if not because.strip():
        raise ValueError(f"say why {resource.node.path} may fail {', '.join(checks)}")
    resource.add_override("//.checkov", dict.fromkeys(checks, because))
