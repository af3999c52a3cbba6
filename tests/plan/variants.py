"""The settings that differ most, and which of their stacks to plan."""

from collections.abc import Mapping
from typing import Any

from tests.support.synthesis import CODECOMMIT, EVERYTHING

VARIANTS: dict[str, Mapping[str, Any]] = {
    "everything": EVERYTHING,
    "least": {
        "features": {"storefront": False, "alarms": False},
        "regions": ["us-east-1"],
        "cache": {"mode": "replicated"},
        "compute": {"architecture": "x86_64"},
    },
    "failover": {
        **CODECOMMIT,
        "routing": {"policy": "failover"},
        "state": {"backend": "local"},
        "firewall": {"requests_per_5_minutes": 0},
    },
}

AS_HCL = "failover"
"""Without the blog and web ACLs, which CDKTF cannot write as HCL."""
STACKS_AS_HCL = ("global", "dns", "eu-west-1-common", "eu-west-1", "edge")
"""The other region's stack is equal (tests/unit/stacks/test_regions.py)."""

STACKS: list[tuple[str, str]] = [
    # ap-southeast-1-common is equal to the other region's (tests/unit/stacks/test_regions.py).
    *(
        ("everything", stack)
        for stack in (
            "global",
            "dns",
            "eu-west-1-common",
            "eu-west-1",
            "ap-southeast-1",
            "eu-west-1-blog",
            "ap-southeast-1-blog",
            "blog",
            "logs",
            "edge",
        )
    ),
    *(("least", stack) for stack in ("global", "dns", "us-east-1-common", "us-east-1", "edge")),
    *((AS_HCL, stack) for stack in STACKS_AS_HCL),
]
"""Variant and stack."""
