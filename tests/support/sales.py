"""Copies sold, from the orders and from each region's ranking."""

from collections import Counter
from functools import partial
from typing import Any

import redis

from bestsellers.counts import Ranking
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
        for order in page["Items"]:
            for line in order["items"]:
                sold[line["bookId"]] += int(line["quantity"])
        if "LastEvaluatedKey" not in page:
            return dict(sold)


def of_region(cloud: Any, region: str) -> dict[str, int]:
    """A region's complete ranking, read from its Redis."""
    with redis.Redis.from_url(cloud.deployment.settings.redis_url(region), decode_responses=True) as client:
        return dict(Ranking(client).top(1_000_000) or [])


def wait_until_exact(cloud: Any, seconds: float = 30.0) -> None:
    """Wait until every region's ranking equals the sum of its orders; fails after `seconds`."""
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
