"""The deployment that end-to-end tests run against, as LOCAL_DIR and PORT_BASE name it."""

import os
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3
import pytest

from localcloud.layout import Layout
from ops.deployment import Deployment
from ops.drill.accounts import Account

ALONE = os.environ.get("ALONE_REGION")
"""The only reachable region, when `python -m tests.support.single_region` runs the tests."""


def needs_every_region(reason: str) -> pytest.MarkDecorator:
    """Skip a test that needs several regions while only one is reachable."""
    return pytest.mark.skipif(ALONE is not None, reason=reason)


@dataclass(frozen=True)
class Cloud:
    """A running local cloud."""

    layout: Layout
    endpoints: dict[str, Any]
    deployment: Deployment
    opened_before: list[Account] = field(default_factory=list)
    """Accounts opened while the user pool was reachable; used when only one region is."""

    @property
    def regions(self) -> tuple[str, ...]:
        """Reachable regions, the primary first."""
        return (ALONE,) if ALONE else tuple(self.deployment.regions)

    def table(self, name: str, region: str | None = None) -> Any:
        """A region's replica of a table, as a boto3 resource; the first reachable region by default."""
        region = region or self.regions[0]
        return _dynamodb(region).Table(self.deployment.regions[region].tables[name])


@cache
def _dynamodb(region: str) -> Any:
    """The resource that all tables of a region share, since making one takes longer than a request."""
    return boto3.resource("dynamodb", region_name=region)
