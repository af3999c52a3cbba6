"""Copies that a returned region had sold twice: finds the orders concerned and holds them for a decision.

A claim lets the other regions sell what a lost region had left, as far as they know. If the region had sold copies that
were not replicated, its rights are below zero by exactly that number when it returns. Its youngest orders took them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ops import items, stock
from ops.named_tables import TablesOfRegions

HELD = "#held#oversold"
"""End of the sort key that `lambda_src/shop/order_keys.py` describes."""


@dataclass(frozen=True)
class Oversold:
    """A book of which `copies` were sold twice, and the ids of the orders that are held for it, youngest first."""

    book: str
    copies: int
    orders: tuple[str, ...]


@dataclass(frozen=True)
class _Taken:
    """Copies that an order has taken from a region's share."""

    customer_id: str
    order_id: str
    created_at: str
    books: Mapping[str, int]


def hold_oversold(deployment: TablesOfRegions, region: str) -> list[Oversold]:
    """Hold the youngest orders of `region` whose copies were claimed and sold elsewhere.

    The region must have caught up with the others. A repetition holds the same orders. Raises botocore's errors.
    """
    dynamodb, table = deployment.client("dynamodb", region), deployment.regions[region].tables["orders"]
    rows = stock.grouped(stock.read(deployment, region))
    left = {book: stock.rights(shares, region) for book, shares in rows.items()}
    missing = {book: -copies for book, copies in left.items() if copies < 0}
    if not missing:
        return []
    taken = sorted(
        _taken(dynamodb, table, region), key=lambda order: (order.created_at, order.order_id), reverse=True
    )
    found = []
    for book, copies in missing.items():
        held, covered = [], 0
        for order in taken:
            if covered < copies and book in order.books:
                held.append(order.order_id)
                covered += order.books[book]
                _hold(dynamodb, table, order)
        found.append(Oversold(book, copies, tuple(held)))
    return found


def _taken(dynamodb: Any, table: str, region: str) -> Iterator[_Taken]:
    """Yield the copies that orders have now from this region. A cancelled order has none."""
    found = items.read(
        dynamodb,
        "scan",
        TableName=table,
        ProjectionExpression="customerId, orderId, createdAt, books, #state",
        ExpressionAttributeNames={"#state": "state"},
    )
    created, holds = {}, []
    for item in found:
        order_id, _, kind = item["orderId"].partition("#")
        if kind == "":
            created[item["customerId"], order_id] = item["createdAt"]
        elif kind == f"stock#{region}" and item["state"] == "held":
            holds.append((item["customerId"], order_id, item["books"]))
    for customer_id, order_id, books in holds:
        if (customer_id, order_id) in created:
            copies = {book: int(count) for book, count in books.items()}
            yield _Taken(customer_id, order_id, created[customer_id, order_id], copies)


def _hold(dynamodb: Any, table: str, order: _Taken) -> None:
    item = {
        "customerId": order.customer_id,
        "orderId": f"{order.order_id}{HELD}",
        "createdAt": f"{order.created_at}{HELD}",
    }
    dynamodb.put_item(TableName=table, Item={name: {"S": value} for name, value in item.items()})
