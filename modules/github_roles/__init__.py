"""The roles of GitHub's workflows: one that plans and one that applies, without stored keys."""

from modules.github_roles.plan_policy import PlanScope, plan_statements
from modules.github_roles.roles import GithubRoles, Repository

__all__ = ["GithubRoles", "PlanScope", "Repository", "plan_statements"]
