"""Terraform plans every stack, for the settings that differ most."""

from collections.abc import Mapping

import pytest

from tests.plan.variants import STACKS, VARIANTS
from tests.support.planning import DEFAULT_TAGS, Changes
from tests.support.synthesis import shop, web_dist


@pytest.mark.parametrize(("variant", "stack"), STACKS)
def test_stack_plans_to_create_all(variant: str, stack: str, plans: Mapping[str, Changes]) -> None:
    changes = plans[f"{variant}-{stack}"]
    for resource in shop(**VARIANTS[variant])[stack].resources():
        assert changes[resource.address]["actions"] == ["create"]


def test_web_files_have_no_tags(plans: Mapping[str, Changes]) -> None:
    """The delivery uploads them without tags (modules/delivery/deploy.yml), and the next plan must add none."""
    objects = {
        change["after"]["key"]: change["after"]
        for address, change in plans["everything-eu-west-1"].items()
        if address.startswith("aws_s3_object.")
    }
    dist = web_dist()
    for path in dist.rglob("*.*"):
        assert not objects[path.relative_to(dist).as_posix()].get("tags_all")
    assert objects["robots.txt"]["tags_all"] == DEFAULT_TAGS, "Terraform alone writes it"
