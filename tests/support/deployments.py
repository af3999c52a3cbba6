"""Deployments built from example outputs."""

from collections.abc import Sequence
from typing import Any

from ops.deployment import Deployment
from stacks.settings import LocalCloud, Settings


def outputs(regions: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Example outputs of every stack."""
    return {
        "dns": {"zone_id": "Z1"},
        "global": {
            "user_pool_id": "eu-west-1_pool",
            "user_pool_client_id": "client",
            "user_pool_region": regions[0],
        },
        **{
            region: {
                "region": region,
                "api_id": f"id-{region}",
                "api_stage": "live",
                "api_domain": f"api-{region}.bookstore.example",
                "tables": {"books": "bookstore-local-books"},
                "functions": {"bestsellers-rebuild": "bookstore-local-bestsellers-rebuild"},
                "blog_cluster": "later",
            }
            for region in regions
        },
        "edge": {
            "api_domain": "api.bookstore.example",
            "health_checks": {region: f"check-{region}" for region in regions},
            "endpoint_checks": {region: f"endpoint-{region}" for region in regions},
        },
    }


def deployment(regions: Sequence[str]) -> Deployment:
    """A deployment in `regions`."""
    return Deployment.of(settings(regions), outputs(regions))


def settings(regions: Sequence[str]) -> Settings:
    """Settings for `regions`."""
    return Settings(regions=tuple(regions), local=LocalCloud())
