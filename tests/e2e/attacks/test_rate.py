"""Who asks too often."""

from typing import Any


def test_whoever_asks_too_often_would_be_told_to_slow_down(cloud: Any, region: str) -> None:
    """The emulator counts nobody's requests, so this is what API Gateway has been told to answer, and when."""
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
