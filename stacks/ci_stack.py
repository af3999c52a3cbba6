"""GitHub's roles. Not part of a deployment: `make bootstrap-ci` applies it, and only an administrator can change it."""

from cdktf import App
from constructs import Construct

from modules.github_roles import GithubRoles, PlanScope, Repository
from stacks.base_stack import BaseStack
from stacks.settings import Settings


class CiStack(BaseStack):
    """`<name>-ci`, in the first region."""

    def __init__(self, scope: Construct, id: str, *, settings: Settings) -> None:
        super().__init__(scope, id, settings=settings, region=settings.primary)
        ci = settings.ci
        roles = GithubRoles(
            self,
            "github",
            name=settings.name,
            repository=Repository(ci.repository or "", branch=ci.branch, environment=ci.environment),
            plan=_plan_scope(settings),
            create_provider=ci.create_provider,
        )
        self.finish({"plan_role": roles.plan_role, "apply_role": roles.apply_role})


def synthesize_ci(settings: Settings) -> None:
    """Write the Terraform of the stack."""
    app = App()
    CiStack(app, ci_stack_name(settings), settings=settings)
    app.synth()


def ci_stack_name(settings: Settings) -> str:
    """Return the stack's name."""
    return f"{settings.name}-ci"


def _plan_scope(settings: Settings) -> PlanScope:
    # The same actions for every region: a new region is planned before an administrator could allow it.
    buckets = f"arn:aws:s3:::{settings.state.bucket_prefix}-*"
    secret = f"arn:aws:secretsmanager:*:*:secret:{settings.name}-blog-database-*"
    return PlanScope(
        states=[f"{buckets}/{settings.name}-*/terraform.tfstate"],
        files=[f"arn:aws:s3:::{settings.name}-{kind}-*/*" for kind in ("web", "code")],
        secret=secret if settings.features.blog else None,
    )
