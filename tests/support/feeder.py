"""The feeder and the rebuild as their event sources run them, past the stream; and the feeder's dead letters."""

import json
import uuid
from typing import Any


def images(cloud: Any, region: str) -> list[dict[str, Any]]:
    """Some orders as the stream brings them, in DynamoDB's notation."""
    client = cloud.deployment.client("dynamodb", region)
    found: list[dict[str, Any]] = client.scan(
        TableName=cloud.deployment.regions[region].tables["orders"], ConsistentRead=True, Limit=100
    )["Items"]
    return found


def record(image: dict[str, Any], name: str = "INSERT") -> dict[str, Any]:
    """A stream record of an order."""
    images = {"OldImage": image} if name == "REMOVE" else {"NewImage": image}
    return {
        "eventID": uuid.uuid4().hex,
        "eventName": name,
        "eventSource": "aws:dynamodb",
        "dynamodb": {"SequenceNumber": str(uuid.uuid4().int)[:21], **images},
    }


def feed(cloud: Any, region: str, records: list[dict[str, Any]]) -> None:
    """Hand records to the feeder as its event source does, at most a hundred at a time."""
    for start in range(0, len(records), 100):
        invoke(cloud, region, "bestsellers-feeder", {"Records": records[start : start + 100]})


def rebuild(cloud: Any, region: str) -> None:
    """Count a region's orders anew."""
    invoke(cloud, region, "bestsellers-rebuild", {})


def invoke(cloud: Any, region: str, function: str, event: dict[str, Any]) -> None:
    """Run a function to its end; a function that fails, fails the test."""
    answer = cloud.deployment.client("lambda", region).invoke(
        FunctionName=cloud.deployment.regions[region].functions[function], Payload=json.dumps(event)
    )
    assert "FunctionError" not in answer, answer["Payload"].read()


def count_dead_letters(cloud: Any, region: str) -> int:
    """Messages that wait in the feeder's dead-letter queue."""
    attributes = cloud.deployment.client("sqs", region).get_queue_attributes(
        QueueUrl=cloud.deployment.regions[region].feeder_dead_letter_queue_url,
        AttributeNames=["ApproximateNumberOfMessages"],
    )["Attributes"]
    return int(attributes["ApproximateNumberOfMessages"])
