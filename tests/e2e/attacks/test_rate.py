"""Throttling."""

from typing import Any


def test_throttling_response_is_configured(cloud: Any, region: str) -> None:
    """The emulator does not throttle, so this checks the configured limits and the 429 response."""
    deployed = cloud.deployment.regions[region]
    gateway = cloud.deployment.client("apigateway", region)
    refusal = gateway.get_gateway_response(restApiId=deployed.api_id, responseType="THROTTLED")
    assert refusal["statusCode"] == "429"
    assert refusal["responseParameters"]["gatewayresponse.header.x-region"] == f"'{region}'"
    template = refusal["responseTemplates"]["application/json"]
    assert '"urn:bookstore:problem:too-many-requests"' in template
    assert '"status":429' in template.replace(" ", "")
    stage = gateway.get_stage(restApiId=deployed.api_id, stageName=deployed.api_stage)
    everything = stage["methodSettings"]["*/*"]
    assert everything["throttlingRateLimit"] > 0
    assert everything["throttlingBurstLimit"] > 0
