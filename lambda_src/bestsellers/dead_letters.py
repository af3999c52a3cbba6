"""Queue for stream records that cannot be parsed."""

import json
from collections.abc import Mapping
from typing import Any

from runtime import aws

_MAX_BYTES = 250_000
"""An SQS message may have 256 KiB. Of a larger record only the keys are sent; its item is in the table."""


class DeadLetters:
    """The feeder's dead-letter queue."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, record: Mapping[str, Any], reason: str) -> None:
        """Send a record with the reason why it could not be parsed.

        Raises:
            Unavailable: the queue does not answer.
        """
        body = json.dumps({"reason": reason, "record": record}, default=str)
        if len(body) > _MAX_BYTES:
            body = json.dumps(
                {"reason": reason, "eventID": record.get("eventID"), "keys": _keys(record)}, default=str
            )
        aws.call(self._client.send_message, QueueUrl=self._url, MessageBody=body)


def _keys(record: Mapping[str, Any]) -> Any:
    change = record.get("dynamodb")
    return change.get("Keys") if isinstance(change, dict) else None
