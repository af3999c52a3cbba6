from cdktf import TerraformStack

from modules.github_roles import GithubRoles, PlanScope, Repository


def example(stack: TerraformStack) -> None:
    GithubRoles(
        stack,
        "github",
        name="bookstore-prod",
        repository=Repository("owner/name", branch="main", environment="production"),
        plan=PlanScope(
            states=["arn:aws:s3:::books-state-eu-west-1/bookstore-prod-*"],
            files=["arn:aws:s3:::bookstore-prod-web-eu-west-1/*"],
        ),
    )
