"""Books and Stock tables in process (moto), for tests of the catalog's loader."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.support.mocked_aws import dynamodb

REGION = "eu-west-1"


@dataclass
class Region:
    """A region with a Books and a Stock table."""

    tables: dict[str, str]


class Deployment:
    """Tables in process; a test may replace a region's client by one that fails."""

    def __init__(self, *regions: str) -> None:
        self.regions = {region: Region({"books": "shop-books", "stock": "shop-stock"}) for region in regions}
        self.clients = {region: dynamodb(region) for region in regions}
        for region in regions:
            create_tables(self.clients[region])

    def client(self, service: str, region: str) -> Any:
        assert service == "dynamodb"
        return self.clients[region]


class BatchWriteInterceptor:
    """A client whose BatchWriteItem is passed to `intercept`."""

    def __init__(self, client: Any, intercept: Callable[[Any, dict[str, Any]], dict[str, Any]]) -> None:
        self._client = client
        self._intercept = intercept

    def batch_write_item(self, **request: Any) -> dict[str, Any]:
        return self._intercept(self._client, request)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


def create_tables(client: Any) -> None:
    for name, keys in (("shop-books", {"id": "HASH"}), ("shop-stock", {"bookId": "HASH", "region": "RANGE"})):
        client.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in keys.items()],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
            BillingMode="PAY_PER_REQUEST",
        )


def items(client: Any) -> dict[str, dict[str, Any]]:
    pages = client.get_paginator("scan").paginate(TableName="shop-books")
    return {item["id"]["S"]: item for page in pages for item in page["Items"]}
