"""Invokes the feeder and the rebuild function directly."""

import json
import uuid
from typing import Any


def images(cloud: Any, region: str) -> list[dict[str, Any]]:
    """Up to 100 orders in DynamoDB's attribute notation."""
    client = cloud.deployment.client("dynamodb", region)
    found: list[dict[str, Any]] = client.scan(
        TableName=cloud.deployment.regions[region].tables["orders"], ConsistentRead=True, Limit=100
    )["Items"]
    return [image for image in found if "items" in image]


def record(image: dict[str, Any], name: str = "INSERT") -> dict[str, Any]:
    """Build a stream record of an order."""
    images = {"OldImage": image} if name == "REMOVE" else {"NewImage": image}
    return {
        "eventID": uuid.uuid4().hex,
        "eventName": name,
        "eventSource": "aws:dynamodb",
        "dynamodb": {"SequenceNumber": str(uuid.uuid4().int)[:21], **images},
    }


def feed(cloud: Any, region: str, records: list[dict[str, Any]]) -> None:
    """Invoke the feeder with records in batches of 100, the event source's limit."""
    for start in range(0, len(records), 100):
        invoke(cloud, region, "bestsellers-feeder", {"Records": records[start : start + 100]})


def rebuild(cloud: Any, region: str) -> None:
    """Invoke the rebuild of a region's bestsellers."""
    invoke(cloud, region, "bestsellers-rebuild", {})


def invoke(cloud: Any, region: str, function: str, event: dict[str, Any]) -> None:
    """Invoke a function; fails the test if it raises."""
    answer = cloud.deployment.client("lambda", region).invoke(
        FunctionName=cloud.deployment.regions[region].functions[function], Payload=json.dumps(event)
    )
    assert "FunctionError" not in answer, answer["Payload"].read()
