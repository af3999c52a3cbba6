"""Requests of the health checks: a read and a write of an item that does not exist, and the search index's state."""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from runtime import aws, dynamo
from runtime.errors import ConditionFailed
from shop import search_index

READ_TIMEOUT = 1.0

_making = threading.Lock()
"""The checks run in parallel and share a client. One thread creates it, the others wait."""


def client() -> Any:
    """Return a client with a short timeout and without retries."""
    with _making:
        return aws.client("dynamodb", read_timeout=READ_TIMEOUT, attempts=1)


def probe(table: str, key: Mapping[str, str]) -> Callable[[], str]:
    """Return a check that reads one item of a table once.

    The check also creates the client, so that its creation counts against the deadline.
    """

    def check() -> str:
        aws.call(client().get_item, TableName=table, Key=dynamo.dump(key))
        return "ok"

    return check


def write_probe(table: str, key: Mapping[str, str]) -> Callable[[], str]:
    """Return a check that sends one write to a table once.

    Its condition never holds, so it changes nothing, is not replicated and is in no stream. DynamoDB still needs the
    partition's leader for the answer:
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ConditionExpressions.html
    """
    (name, *_) = key

    def check() -> str:
        with suppress(ConditionFailed):
            aws.call(
                client().update_item,
                TableName=table,
                Key=dynamo.dump(key),
                UpdateExpression="REMOVE probe",
                ConditionExpression="attribute_exists(#key)",
                ExpressionAttributeNames={"#key": name},
            )
        return "ok"

    return check


def search_index_state(bucket: str) -> str:
    """Return the state of the region's search index, see `search_index.state`."""
    return search_index.state(aws.client("s3", read_timeout=READ_TIMEOUT, attempts=1), bucket)
