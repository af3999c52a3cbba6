"""Terraform plans every stack, for the settings that differ most."""

from typing import Any

import pytest

from tests.plan.conftest import Planner
from tests.support.planning import EVERYTHING
from tests.support.synthesis import shop

VARIANTS: dict[str, dict[str, Any]] = {
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
            "eu-west-1",
            "ap-southeast-1",
            "eu-west-1-blog",
            "ap-southeast-1-blog",
            "edge",
        )
    ),
    *(("least", stack) for stack in ("global", "us-east-1", "edge")),
    ("failover", "edge"),
]


@pytest.mark.parametrize(("variant", "stack"), PLANS)
def test_stack_plans_to_create_all(variant: str, stack: str, planned: Planner) -> None:
    of = shop(**VARIANTS[variant])
    changes = planned(of, stack, of.folder)
    for resource in of[stack].resources():
        assert changes[resource.address]["actions"] == ["create"]
