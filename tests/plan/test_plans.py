"""Terraform plans every stack, for the settings that differ most."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.planning import Changes, Planned, plan
from tests.support.synthesis import EVERYTHING, shop

VARIANTS: dict[str, Mapping[str, Any]] = {
    "everything": EVERYTHING,
    "least": {
        "features": {"storefront": False, "alarms": False},
        "regions": ["us-east-1"],
        "cache": {"mode": "replicated"},
        "compute": {"architecture": "x86_64"},
    },
    "failover": {
        "routing": {"policy": "failover"},
        "state": {"backend": "local"},
        "features": {"delivery": True},
        "delivery": {"source": "codecommit", "repository": "bookstore"},
    },
}

REGIONS = ("eu-west-1", "ap-southeast-1")
PLANS = [
    *(
        ("everything", stack)
        for stack in (
            "global",
            "dns",
            "eu-west-1-common",
            "eu-west-1",
            "ap-southeast-1-common",
            "ap-southeast-1",
            "eu-west-1-blog",
            "ap-southeast-1-blog",
            "blog",
            "logs",
            "edge",
        )
    ),
    *(("least", stack) for stack in ("global", "dns", "us-east-1-common", "us-east-1", "edge")),
    ("failover", "edge"),
]


@pytest.fixture(scope="module")
def plans(secrets: str, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Changes]:
    """Changes by variant and stack, of one plan."""
    variants = {name: shop(**settings) for name, settings in VARIANTS.items()}
    stacks = {
        f"{name}-{stack}": Planned(variants[name], stack, variants[name].folder) for name, stack in PLANS
    }
    return plan(tmp_path_factory.mktemp("plans"), stacks, secrets)


@pytest.mark.parametrize(("variant", "stack"), PLANS)
def test_stack_plans_to_create_all(variant: str, stack: str, plans: Mapping[str, Changes]) -> None:
    changes = plans[f"{variant}-{stack}"]
    for resource in shop(**VARIANTS[variant])[stack].resources():
        assert changes[resource.address]["actions"] == ["create"]
