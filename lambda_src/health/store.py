"""The cheapest question that a table can answer: an item that is not there."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

from runtime import aws, dynamo

READ_TIMEOUT = 1.0

_making = threading.Lock()
"""The checks start at once and share a client: one makes it, the others wait."""


def client() -> Any:
    """A client that does not wait long and does not retry."""
    with _making:
        return aws.client("dynamodb", read_timeout=READ_TIMEOUT, attempts=1)


def probe(table: str, key: Mapping[str, str]) -> Callable[[], object]:
    """A check that reads one item of a table, once, without retries.

    The client is made inside the check, so that making it counts against the deadline as well.
    """

    def check() -> dict[str, Any]:
        return aws.call(client().get_item, TableName=table, Key=dynamo.dump(key))

    return check
