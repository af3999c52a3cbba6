"""Trust policies, permissions boundary and tags with every feature on."""

import re
from collections.abc import Iterator

from tests.support.synthesis import CHANGED, Resource, shop


def roles() -> Iterator[Resource]:
    for stack in shop(**CHANGED).stacks.values():
        yield from stack.resources("aws_iam_role")


def test_roles_have_permissions_boundary() -> None:
    assert {role.body.get("permissions_boundary") for role in roles()} == {CHANGED["permissions_boundary"]}


def test_roles_without_boundary_have_none() -> None:
    for stack in shop().stacks.values():
        assert not any("permissions_boundary" in role.body for role in stack.resources("aws_iam_role"))


def test_trust_policies_name_services_only() -> None:
    service = re.compile(r'"Principal" = \{"Service" = "[a-z0-9-]+\.amazonaws\.com"\}')
    for role in roles():
        trust = role.body["assume_role_policy"]
        assert len(service.findall(trust)) == trust.count("Principal") == 1, role.address


def test_every_provider_has_default_tags() -> None:
    for stack in shop(**CHANGED).stacks.values():
        for provider in stack.document["provider"]["aws"]:
            tags = provider["default_tags"][0]["tags"]
            assert {"Project", "Environment", "ManagedBy", "CostCenter"} <= tags.keys()
