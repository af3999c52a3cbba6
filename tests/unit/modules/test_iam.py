"""Roles of every feature: who may take them on, and what bounds them."""

import json
from collections.abc import Iterator
from typing import Any

from tests.support.synthesis import Resource, shop

BOUNDARY = "arn:aws:iam::123456789012:policy/boundary"
EVERYTHING: dict[str, Any] = {
    "features": {"storefront": True, "blog": True, "waf": True, "delivery": True, "alarms": True},
    "delivery": {"repository": "owner/name"},
    "blog": {"image_tag": "any"},
    "permissions_boundary": BOUNDARY,
}


def roles() -> Iterator[Resource]:
    for stack in shop(**EVERYTHING).stacks.values():
        yield from stack.resources("aws_iam_role")


def test_no_role_may_exceed_the_boundary() -> None:
    assert {role.body.get("permissions_boundary") for role in roles()} == {BOUNDARY}


def test_without_a_boundary_there_is_none() -> None:
    for stack in shop().stacks.values():
        assert not any("permissions_boundary" in role.body for role in stack.resources("aws_iam_role"))


def test_every_inline_trust_policy_names_services_and_nobody_else() -> None:
    trusts = [role.body["assume_role_policy"] for role in roles()]
    for trust in trusts:
        if trust.startswith("${"):
            continue  # a policy document
        for statement in json.loads(trust)["Statement"]:
            assert set(statement["Principal"]) == {"Service"}
            assert statement["Principal"]["Service"].endswith(".amazonaws.com")


def test_the_environment_s_tags_are_on_everything_of_every_provider() -> None:
    for stack in shop(tags={"CostCenter": "books"}).stacks.values():
        for provider in stack.document["provider"]["aws"]:
            tags = provider["default_tags"][0]["tags"]
            assert {"Project", "Environment", "ManagedBy", "CostCenter"} <= tags.keys()
