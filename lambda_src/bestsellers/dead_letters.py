"""Where stream records go that cannot be read."""

import json
from collections.abc import Mapping
from typing import Any

from runtime import aws

_MAX_BYTES = 250_000
"""A message holds 256 KiB in queues of any age; a record of more is named, not kept, and is in the table."""


class DeadLetters:
    """The feeder's dead-letter queue."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, record: Mapping[str, Any], reason: str) -> None:
        """Put a record away with the reason why it could not be read.

        Raises:
            Unavailable: the queue is away.
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
