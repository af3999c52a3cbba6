"""Terraform plans every stack, for the settings that differ most."""

from collections.abc import Mapping

import pytest

from tests.plan.variants import STACKS, VARIANTS
from tests.support.planning import Changes
from tests.support.synthesis import shop


@pytest.mark.parametrize(("variant", "stack"), STACKS)
def test_stack_plans_to_create_all(variant: str, stack: str, plans: Mapping[str, Changes]) -> None:
    changes = plans[f"{variant}-{stack}"]
    for resource in shop(**VARIANTS[variant])[stack].resources():
        assert changes[resource.address]["actions"] == ["create"]
