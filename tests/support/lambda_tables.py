"""The application's tables in moto, with the indexes that functions query."""

from collections.abc import Iterable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from runtime import clock, dynamo
from shop.stock_rows import REGISTRY

BOOKS, CART, ORDERS, STOCK = "shop-test-books", "shop-test-cart", "shop-test-orders", "shop-test-stock"


def _attributes(names: dict[str, str]) -> list[dict[str, str]]:
    return [{"AttributeName": name, "AttributeType": kind} for name, kind in names.items()]


def _key(partition: str, sort: str | None = None) -> list[dict[str, str]]:
    key = [{"AttributeName": partition, "KeyType": "HASH"}]
    return key if sort is None else [*key, {"AttributeName": sort, "KeyType": "RANGE"}]


def _index(partition: str, sort: str, name: str) -> dict[str, Any]:
    return {"IndexName": name, "KeySchema": _key(partition, sort), "Projection": {"ProjectionType": "ALL"}}


def create_tables(client: Any) -> None:
    """Create the four empty tables."""
    client.create_table(
        TableName=BOOKS,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=_attributes({"id": "S", "category": "S", "listing": "S", "rating": "N"}),
        KeySchema=_key("id"),
        GlobalSecondaryIndexes=[
            _index("category", "rating", "category-rating"),
            _index("listing", "rating", "listing-rating"),
        ],
    )
    client.create_table(
        TableName=CART,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=_attributes({"customerId": "S", "bookId": "S"}),
        KeySchema=_key("customerId", "bookId"),
    )
    client.create_table(
        TableName=ORDERS,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=_attributes(
            {"customerId": "S", "orderId": "S", "createdAt": "S", "sweep": "S", "sweepAt": "S"}
        ),
        KeySchema=_key("customerId", "orderId"),
        LocalSecondaryIndexes=[_index("customerId", "createdAt", "customer-createdAt")],
        GlobalSecondaryIndexes=[_index("sweep", "sweepAt", "sweep")],
    )
    client.create_table(
        TableName=STOCK,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=_attributes({"bookId": "S", "region": "S"}),
        KeySchema=_key("bookId", "region"),
    )


class Tables:
    """Reads and writes the tables directly."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def refuse_once(
        self,
        monkeypatch: pytest.MonkeyPatch,
        operation: str,
        code: str = "TransactionConflictException",
        *,
        is_resent: bool = False,
    ) -> None:
        """Answer the next call of an operation with an error. One that is resent wrote before its answer was lost."""
        send = getattr(self.client, operation)
        response: Any = {"Error": {"Code": code}, "ResponseMetadata": {"RetryAttempts": int(is_resent)}}
        errors = [ClientError(response, operation)]

        def refuse(**parameters: Any) -> Any:
            if not errors:
                return send(**parameters)
            if is_resent:
                send(**parameters)
            raise errors.pop()

        monkeypatch.setattr(self.client, operation, refuse)

    def put(self, table: str, item: dict[str, Any]) -> None:
        self.client.put_item(TableName=table, Item=dynamo.dump(item))

    def put_all(self, table: str, items: Iterable[dict[str, Any]]) -> None:
        """Put many items with few requests."""
        requests = [{"PutRequest": {"Item": dynamo.dump(item)}} for item in items]
        for first in range(0, len(requests), 25):
            self.client.batch_write_item(RequestItems={table: requests[first : first + 25]})

    def scan(self, table: str) -> list[dict[str, Any]]:
        return list(dynamo.items(self.client.scan, TableName=table))

    def cart_line(self, customer_id: str, book_id: str) -> dict[str, Any] | None:
        key = dynamo.dump({"customerId": customer_id, "bookId": book_id})
        item = self.client.get_item(TableName=CART, Key=key).get("Item")
        return None if item is None else dynamo.load(item)

    def fill_cart(self, customer_id: str, book_ids: Iterable[str]) -> None:
        """Put a line with one copy of each book into the cart table."""
        now = clock.now()
        line = {
            "customerId": customer_id,
            "quantity": 1,
            "changedAt": clock.timestamp(now),
            "expiresAt": int(now.timestamp()) + 1000,
        }
        self.put_all(CART, ({**line, "bookId": book_id} for book_id in book_ids))

    def stock(self, book_id: str, region: str = "eu-west-1", **numbers: Any) -> None:
        """Put a region's share of a book's copies into the stock table."""
        self.put(STOCK, {**REGISTRY, "names": ["eu-west-1", "ap-southeast-1"]})
        self.put(STOCK, {"bookId": book_id, "region": region, "spent": 0, **numbers})

    def share(self, book_id: str, region: str = "eu-west-1") -> dict[str, Any]:
        """Return a row of the stock table."""
        key = dynamo.dump({"bookId": book_id, "region": region})
        return dynamo.load(self.client.get_item(TableName=STOCK, Key=key)["Item"])

    def book(self, book_id: str, **attributes: Any) -> dict[str, Any]:
        """Put a book into the catalog table."""
        item = {
            "id": book_id,
            "listing": "books",
            "title": f"The {book_id}",
            "author": "A. Writer",
            "category": "Fairy Tales",
            "price": 500,
            "currency": "EUR",
            "rating": 4,
            "ratingsCount": 7,
            **attributes,
        }
        self.put(BOOKS, item)
        return item
