"""A client that lost a response repeats its request under the same identifier."""

import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.emulator import REGIONS, Emulator, aws_client

TERRAFORM = "APN/1.0 HashiCorp/1.0 Terraform/1.11.4 terraform-provider-aws/5.100.0"


def firewall(emulator: Emulator, *, agent: str, id_: str) -> Any:
    """A client whose requests all have these headers."""
    client = aws_client(emulator.layout, "wafv2", REGIONS[0])

    def rewrite(request: Any, **_: Any) -> None:
        request.headers["user-agent"] = agent
        request.headers["amz-sdk-invocation-id"] = id_

    client.meta.events.register("before-send.wafv2.*", rewrite)
    return client


def create(client: Any, name: str) -> dict[str, str]:
    """Create a web ACL and return its `Id` and `LockToken`."""
    metric = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "requests"}
    made = client.create_web_acl(
        Name=name, Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=metric
    )
    return {key: made["Summary"][key] for key in ("Id", "LockToken")}


def test_repeated_create_of_terraform_is_executed_once(shared: Emulator) -> None:
    name = f"once-{uuid.uuid4()}"
    client = firewall(shared, agent=TERRAFORM, id_=str(uuid.uuid4()))
    assert create(client, name) == create(client, name)

    with pytest.raises(ClientError, match="Duplicate"):
        create(firewall(shared, agent=TERRAFORM, id_=str(uuid.uuid4())), name)


def test_repeated_failure_is_executed_again(shared: Emulator) -> None:
    name = f"failure-{uuid.uuid4()}"
    other = shared.client("wafv2", REGIONS[0])
    made = create(other, name)
    client = firewall(shared, agent=TERRAFORM, id_=str(uuid.uuid4()))
    with pytest.raises(ClientError, match="Duplicate"):
        create(client, name)
    other.delete_web_acl(Name=name, Scope="REGIONAL", **made)
    assert create(client, name)["Id"] != made["Id"]


def test_repeated_request_of_others_is_executed_again(shared: Emulator) -> None:
    client = firewall(shared, agent="Boto3/1.0", id_=str(uuid.uuid4()))
    name = f"others-{uuid.uuid4()}"
    create(client, name)
    with pytest.raises(ClientError, match="Duplicate"):
        create(client, name)
