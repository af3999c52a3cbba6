"""Reads for the health checks: an item that does not exist, the cheapest read of a table; the search index's state."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

from runtime import aws, dynamo
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


def search_index_state(bucket: str) -> str:
    """Return the state of the region's search index, see `search_index.state`."""
    return search_index.state(aws.client("s3", read_timeout=READ_TIMEOUT, attempts=1), bucket)
