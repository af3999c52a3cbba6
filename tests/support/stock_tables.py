"""Tables of orders and stock in two regions of moto."""

from typing import Any

from boto3.dynamodb.types import TypeSerializer

from ops.deployment import Deployment
from stacks.settings import Settings
from tests.support.deployments import outputs
from tests.support.mocked_aws import dynamodb

REGIONS = ("eu-west-1", "ap-southeast-1")
HERE, THERE = REGIONS
KEYS = {"orders": ("customerId", "orderId"), "stock": ("bookId", "region")}


class StockTables:
    """Tables in two regions that do not replicate."""

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix
        deployed = outputs(REGIONS)
        for region in REGIONS:
            deployed[region]["tables"] = {table: f"{prefix}{table}" for table in KEYS}
            for table, keys in KEYS.items():
                dynamodb(region).create_table(
                    TableName=f"{prefix}{table}",
                    KeySchema=[
                        {"AttributeName": name, "KeyType": kind}
                        for name, kind in zip(keys, ("HASH", "RANGE"), strict=True)
                    ],
                    AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in keys],
                    BillingMode="PAY_PER_REQUEST",
                )
        self.deployment = Deployment.of(Settings(regions=REGIONS), deployed)

    def put(self, region: str, table: str, item: dict[str, Any]) -> None:
        """Put an item."""
        stored = {name: TypeSerializer().serialize(value) for name, value in item.items()}
        dynamodb(region).put_item(TableName=f"{self._prefix}{table}", Item=stored)

    def share(self, region: str, **numbers: int) -> None:
        """Put a region's own row of the book."""
        self.put(region, "stock", {"bookId": "dune", "region": region, **numbers})

    def order(self, region: str, order: str, created_at: str) -> None:
        """Put an order without its lines."""
        self.put(region, "orders", {"customerId": "ada", "orderId": order, "createdAt": created_at})

    def hold(self, region: str, order: str, copies: int, state: str = "held") -> None:
        """Put the copies that a region has taken for an order."""
        key = {"customerId": "ada", "orderId": f"{order}#stock#{region}"}
        self.put(region, "orders", {**key, "region": region, "books": {"dune": copies}, "state": state})
