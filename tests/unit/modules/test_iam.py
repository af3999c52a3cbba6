"""Trust policies, permissions boundary and tags with every feature on."""

import re
from collections.abc import Iterator
from typing import Any

from tests.support.synthesis import Resource, shop

BOUNDARY = "arn:aws:iam::123456789012:policy/boundary"
EVERYTHING: dict[str, Any] = {
    "features": {"storefront": True, "blog": True, "waf": True, "delivery": True, "fault_injection": True},
    "delivery": {"repository": "owner/name"},
    "blog": {"image_tag": "any"},
    "permissions_boundary": BOUNDARY,
}


def roles() -> Iterator[Resource]:
    for stack in shop(**EVERYTHING).stacks.values():
        yield from stack.resources("aws_iam_role")


def test_roles_have_permissions_boundary() -> None:
    assert {role.body.get("permissions_boundary") for role in roles()} == {BOUNDARY}


def test_roles_without_boundary_have_none() -> None:
    for stack in shop().stacks.values():
        assert not any("permissions_boundary" in role.body for role in stack.resources("aws_iam_role"))


def test_trust_policies_name_services_only() -> None:
    service = re.compile(r'"Principal" = \{"Service" = "[a-z0-9-]+\.amazonaws\.com"\}')
    for role in roles():
        trust = role.body["assume_role_policy"]
        assert len(service.findall(trust)) == trust.count("Principal") == 1, role.address


def test_every_provider_has_default_tags() -> None:
    for stack in shop(tags={"CostCenter": "books"}).stacks.values():
        for provider in stack.document["provider"]["aws"]:
            tags = provider["default_tags"][0]["tags"]
            assert {"Project", "Environment", "ManagedBy", "CostCenter"} <= tags.keys()
