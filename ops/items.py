"""Reads items of DynamoDB tables as Python values. Numbers are decimals."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from boto3.dynamodb.types import TypeDeserializer

Item = dict[str, Any]


def plain(item: Mapping[str, Any]) -> Item:
    """Return an item in DynamoDB's attribute notation as Python values."""
    deserialize = TypeDeserializer().deserialize
    return {name: deserialize(value) for name, value in item.items()}


def read(client: Any, operation: Literal["query", "scan"], **request: Any) -> Iterator[Item]:
    """Yield the items of all pages, read consistently. Raises botocore's errors."""
    pages = client.get_paginator(operation).paginate(**request, ConsistentRead=True)
    return (plain(item) for page in pages for item in page["Items"])


def of_customer(client: Any, table: str, customer_id: str) -> Iterator[Item]:
    """Yield a customer's items of one table, by its full name. Raises botocore's errors."""
    return read(
        client,
        "query",
        TableName=table,
        KeyConditionExpression="customerId = :customer",
        ExpressionAttributeValues={":customer": {"S": customer_id}},
    )
