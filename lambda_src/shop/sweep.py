"""The index `sweep` of the Orders table: items that a schedule reads again while they have `sweep` and `sweepAt`."""

from contextlib import suppress
from typing import Any

from runtime import aws
from runtime.errors import TransactionCancelled
from runtime.settings import Settings


def remove(client: Any, settings: Settings, key: dict[str, Any]) -> None:
    """Remove the item with this key, in DynamoDB's notation, from the index.

    If a transaction is changing the item, it is left as it is: the transaction removes these attributes or writes
    newer ones.

    Raises:
        Unavailable: DynamoDB does not answer or is busy.
    """
    with suppress(TransactionCancelled):
        aws.call(
            client.update_item,
            TableName=settings.orders_table,
            Key=key,
            UpdateExpression="REMOVE sweep, sweepAt",
        )
