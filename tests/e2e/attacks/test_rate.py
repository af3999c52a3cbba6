"""Throttling by the stage's limits, which the emulator enforces as API Gateway does."""

from collections.abc import Iterator

import pytest

from tests.support.api import Api
from tests.support.cloud import Cloud

METHOD = "region/GET"


@pytest.fixture
def closed(cloud: Cloud, apis: dict[str, Api], region: str) -> Iterator[Api]:
    """The region's API, which accepts no request to `/region`."""
    deployed = cloud.deployment.regions[region]
    gateway = cloud.deployment.client("apigateway", region)
    stage = {"restApiId": deployed.api_id, "stageName": deployed.api_stage}
    assert gateway.get_stage(**stage)["methodSettings"]["*/*"]["throttlingRateLimit"] > 0
    limits = [
        {"op": "replace", "path": f"/{METHOD}/throttling/{name}", "value": "0"}
        for name in ("rateLimit", "burstLimit")
    ]
    gateway.update_stage(**stage, patchOperations=limits)
    yield apis[region]
    gateway.update_stage(**stage, patchOperations=[{"op": "remove", "path": f"/{METHOD}"}])


def test_throttled_request_is_answered_with_a_time(closed: Api) -> None:
    refused = closed.send("GET", "/region")
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "1"
    assert refused.json()["type"] == "urn:bookstore:problem:too-many-requests"


def test_throttled_region_passes_its_health_check(closed: Api) -> None:
    assert closed.send("GET", "/health").status_code == 200
