"""Counts the copies of all books, and compares the stock with the orders that have taken copies."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from ops import items, stock
from ops.deployment import Deployment
from ops.items import Item

HOLD, CANCELLED = "#stock#", "#cancelled"
"""Sort keys of the Orders table: copies that a region has taken for an order, and a cancellation."""


@dataclass(frozen=True)
class StockCount:
    """Copies of the counted books in all regions.

    Attributes:
        books: counted books.
        received: copies that operators added.
        sold: copies of orders that are not cancelled.
        moved: copies that regions gave to each other.
        oversold: books of which more copies were sold than received.
        inconsistent: differences between the stock and the orders.
    """

    books: int = 0
    received: int = 0
    sold: int = 0
    moved: int = 0
    oversold: list[str] = field(default_factory=list)
    inconsistent: list[str] = field(default_factory=list)


def count_stock(deployment: Deployment) -> StockCount:
    """Read each region's own rows and holds consistently, and compare them.

    Holds of duplicated and cancelled orders are released after the order was replicated: count again for some seconds.
    """
    rows = [
        row for region in deployment.regions for row in stock.read(deployment, region) if row.region == region
    ]
    received, sold = Counter[str](), Counter[str]()
    for row in rows:
        received[row.book] += row.received
        sold[row.book] += row.sold
    taken, inconsistent = _taken(deployment)
    inconsistent += [
        f"{row.region}: {row.sold} copies of {row.book} are sold, orders have {taken[row.region, row.book]}"
        for row in rows
        if row.sold != taken[row.region, row.book]
    ]
    return StockCount(
        books=len(received),
        received=received.total(),
        sold=sold.total(),
        moved=sum(sum(row.given.values()) for row in rows),
        oversold=[
            f"{sold[book]} copies of {book} were sold, {received[book]} received"
            for book in received
            if sold[book] > received[book]
        ],
        inconsistent=inconsistent,
    )


def _taken(deployment: Deployment) -> tuple[Counter[tuple[str, str]], list[str]]:
    """Copies that orders have, by region and book, and orders whose copies are wrong."""
    taken = Counter[tuple[str, str]]()
    regions: dict[str, list[str]] = {}
    cancelled = set()
    for region in deployment.regions:
        for item in _events(deployment, region):
            order_id, _, kind = item["orderId"].partition("#")
            if kind == CANCELLED[1:]:
                cancelled.add(order_id)
            elif item["region"] == region and item["state"] == "held":
                regions.setdefault(order_id, []).append(region)
                taken.update({(region, book): int(copies) for book, copies in item["books"].items()})
    wrong = [f"{order} is cancelled and has copies" for order in sorted(cancelled & regions.keys())]
    for order, holders in sorted(regions.items()):
        if len(holders) > 1:
            wrong.append(f"{order} has copies of {' and '.join(holders)}")
    return taken, wrong


def _events(deployment: Deployment, region: str) -> Iterator[Item]:
    """Yield a region's holds and cancellations."""
    return items.read(
        deployment.client("dynamodb", region),
        "scan",
        TableName=deployment.regions[region].tables["orders"],
        FilterExpression="contains(orderId, :hold) OR contains(orderId, :cancelled)",
        ExpressionAttributeValues={":hold": {"S": HOLD}, ":cancelled": {"S": CANCELLED}},
    )
