"""Copies sold, from the orders and from each region's bestsellers."""

from collections import Counter
from functools import partial
from typing import Any

import redis

from bestsellers.counts import Counts
from tests.support.waiting import wait_until


def by_orders(cloud: Any, region: str | None = None) -> dict[str, int]:
    """Copies sold by book, from all orders in one region."""
    sold: Counter[str] = Counter()
    table = cloud.table("orders", region)
    page: dict[str, Any] = {}
    while True:
        page = table.scan(
            ConsistentRead=True,
            **({"ExclusiveStartKey": page["LastEvaluatedKey"]} if page else {}),
        )
        for item in page["Items"]:
            for line in item.get("items", ()):
                sold[line["bookId"]] += int(line["quantity"])
            if item["orderId"].endswith("#cancelled"):
                sold.subtract({book: int(copies) for book, copies in item["books"].items()})
        if "LastEvaluatedKey" not in page:
            return {book: copies for book, copies in sold.items() if copies}


def of_region(cloud: Any, region: str) -> dict[str, int]:
    """A region's complete counts, read from its Redis."""
    with redis.Redis.from_url(cloud.deployment.settings.redis_url(region), decode_responses=True) as client:
        return dict(Counts(client).top(1_000_000) or [])


def wait_until_exact(cloud: Any, seconds: float = 30.0) -> None:
    """Wait until every region's counts equal the sum of its orders; fails after `seconds`."""
    for region in cloud.regions:
        wanted = by_orders(cloud, region)
        wait_until(
            partial(_ranks, cloud, region, wanted), seconds, partial(_disagreement, cloud, region, wanted)
        )


def _ranks(cloud: Any, region: str, wanted: dict[str, int]) -> bool:
    return of_region(cloud, region) == wanted


def _disagreement(cloud: Any, region: str, wanted: dict[str, int]) -> str:
    return f"{region} (ranked, ordered): {difference(of_region(cloud, region), wanted)}"


def difference(ranked: dict[str, int], ordered: dict[str, int]) -> dict[str, tuple[int, int]]:
    """Books whose counts differ."""
    return {
        book: (ranked.get(book, 0), ordered.get(book, 0))
        for book in ranked.keys() | ordered.keys()
        if ranked.get(book, 0) != ordered.get(book, 0)
    }
