"""GitHub's roles: who may assume them, and what the plan role may read."""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from cdktf import App

from stacks.ci_stack import CiStack
from stacks.settings import Settings
from tests.support.synthesis import CHANGED, CODECOMMIT, ON_AWS, Stack, new_folder, shop

INLINE_POLICY_LIMIT = 10_240
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
SERVICES = {
    "api_gateway": "apigateway",
    "apigatewayv2": "apigateway",
    "cloudwatch_event": "events",
    "cloudwatch_log": "logs",
    "cognito": "cognito-idp",
    "db": "rds",
    "flow": "ec2",
    "internet": "ec2",
    "lb": "elasticloadbalancing",
    **dict.fromkeys(("default", "eip", "nat", "route", "security", "subnet", "vpc"), "ec2"),
    "appautoscaling": "application-autoscaling",
}
"""Services by the beginning of a resource type's name, where it is not the service's own."""
DATA = {
    "cognito-idp:AdminGetUser",
    "cognito-idp:ListUsers",
    "dynamodb:BatchGetItem",
    "dynamodb:GetItem",
    "dynamodb:GetRecords",
    "dynamodb:PartiQLSelect",
    "dynamodb:Query",
    "dynamodb:Scan",
    "kms:Decrypt",
    "logs:FilterLogEvents",
    "logs:GetLogEvents",
    "logs:StartQuery",
    "secretsmanager:BatchGetSecretValue",
    "secretsmanager:GetSecretValue",
    "sqs:ReceiveMessage",
    "ssm:GetParameter",
}
READING = re.compile(r"(BatchGet|Describe|View|Get|List|GET)")


@cache
def ci(*, blog: bool = False, **changes: Any) -> Stack:
    folder = new_folder()
    app = App(outdir=str(folder))
    values = {**ON_AWS, "features": {"blog": blog}, "ci": {"repository": "someone/bookstore", **changes}}
    CiStack(app, "bookstore-prod-ci", settings=Settings(**values))
    app.synth()
    return Stack(json.loads((folder / "stacks/bookstore-prod-ci/cdk.tf.json").read_text()))


def trust(stack: Stack, role: str) -> Mapping[str, Any]:
    """The condition of a role's trust policy."""
    text = stack.find("aws_iam_role", name=f"bookstore-prod-{role}").body["assume_role_policy"]
    (condition,) = re.findall(r'"StringEquals" = \{(.*?)\}', text) or [text]
    return {
        "audience": "sts.amazonaws.com" in condition,
        "subjects": set(re.findall(r"repo:[^\"]+", condition)),
        "conditions": set(re.findall(r"String\w+|Null|ForA\w+", text)),
    }


def statements(stack: Stack) -> list[dict[str, Any]]:
    (document,) = stack.data("aws_iam_policy_document")
    found: list[dict[str, Any]] = document.body["statement"]
    return found


def actions(stack: Stack) -> set[str]:
    return {action for statement in statements(stack) for action in statement["actions"]}


def test_apply_role_trusts_environment_only() -> None:
    found = trust(ci(), "apply")
    assert found["subjects"] == {"repo:someone/bookstore:environment:production"}
    assert found["audience"]
    assert found["conditions"] == {"StringEquals"}


def test_plan_role_trusts_pull_requests_and_branch() -> None:
    found = trust(ci(branch="stable"), "plan")
    assert found["subjects"] == {
        "repo:someone/bookstore:pull_request",
        "repo:someone/bookstore:ref:refs/heads/stable",
    }
    assert found["audience"]
    assert found["conditions"] == {"StringEquals"}


def test_plan_role_only_reads() -> None:
    for action in actions(ci(blog=True)):
        assert READING.match(action.partition(":")[2]), action
    assert not ci().find("aws_iam_role", name="bookstore-prod-plan").body.get("managed_policy_arns")
    (attachment,) = ci().resources("aws_iam_role_policy_attachment")
    assert "apply" in attachment.body["role"]


def test_plan_role_reads_no_data() -> None:
    assert not actions(ci()) & DATA
    assert actions(ci(blog=True)) & DATA == {"secretsmanager:GetSecretValue"}


def test_plan_role_reads_states_and_uploads_only() -> None:
    objects = {
        resource
        for statement in statements(ci())
        if "s3:GetObject" in statement["actions"]
        for resource in statement["resources"]
    }
    assert objects == {
        "arn:aws:s3:::books-example-state-*/bookstore-prod-*/terraform.tfstate",
        "arn:aws:s3:::bookstore-prod-code-*/*",
        "arn:aws:s3:::bookstore-prod-web-*/*",
    }


def test_plan_role_opens_blog_secret_only() -> None:
    (opened,) = [
        each for each in statements(ci(blog=True)) if "secretsmanager:GetSecretValue" in each["actions"]
    ]
    assert opened["resources"] == ["arn:aws:secretsmanager:*:*:secret:bookstore-prod-blog-database-*"]
    assert opened["actions"] == ["secretsmanager:GetSecretValue"]


def test_plan_role_covers_every_service() -> None:
    services = {action.partition(":")[0] for action in actions(ci(blog=True))}
    for settings in (CHANGED, CODECOMMIT):
        for stack in shop(**settings).stacks.values():
            for resource in stack.resources():
                assert service(resource.kind) in services, resource.kind


def test_plan_role_reads_web_acls_of_what_they_protect() -> None:
    """AWS asks for permission on the protected resource too.

    https://docs.aws.amazon.com/waf/latest/APIReference/API_GetWebACLForResource.html
    """
    reads = {
        "aws_cognito_user_pool": "cognito-idp:GetWebACLForResource",
        "aws_lb": "elasticloadbalancing:DescribeLoadBalancers",
        "aws_api_gateway_stage": "apigateway:GET",
    }
    arns = [
        resource.body["resource_arn"]
        for stack in shop(**CHANGED).stacks.values()
        for resource in stack.resources("aws_wafv2_web_acl_association")
    ]
    assert [arn for arn in arns if not any(kind in arn for kind in reads)] == []
    assert {action for kind, action in reads.items() if any(kind in arn for arn in arns)} <= actions(
        ci(blog=True)
    )


def service(kind: str) -> str:
    name = kind.removeprefix("aws_")
    for start in sorted(SERVICES, key=len, reverse=True):
        if name.startswith(f"{start}_") or name == start:
            return SERVICES[start]
    return name.partition("_")[0]


def test_plan_policy_fits_inline() -> None:
    policy = [
        {"Sid": each["sid"], "Effect": "Allow", "Action": each["actions"], "Resource": each["resources"]}
        for each in statements(ci(blog=True))
    ]
    size = len(json.dumps({"Version": "2012-10-17", "Statement": policy}, separators=(",", ":")))
    assert size < INLINE_POLICY_LIMIT


@pytest.mark.parametrize("create", [True, False])
def test_identity_provider_is_created_or_found(create: bool) -> None:
    stack = ci(create_provider=create)
    assert bool(stack.resources("aws_iam_openid_connect_provider")) == create
    assert bool(stack.data("aws_iam_openid_connect_provider")) != create


def test_roles_have_permissions_boundary() -> None:
    folder = new_folder()
    app = App(outdir=str(folder))
    boundary = "arn:aws:iam::123456789012:policy/boundary"
    settings = Settings(**{**ON_AWS, "permissions_boundary": boundary, "ci": {"repository": "a/b"}})
    stack = CiStack(app, "ci", settings=settings)
    app.synth()
    del stack
    written = Stack(json.loads((folder / "stacks/ci/cdk.tf.json").read_text()))
    assert {role.body["permissions_boundary"] for role in written.resources("aws_iam_role")} == {boundary}
