"""Replication of carts, orders and bestsellers between regions, at once or after a pause."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from ops.drill.accounts import Account
from ops.drill.concurrent_writes import SCENARIOS, ConflictingWrites
from ops.drill.failures import ReplicationPaused
from ops.drill.ledger import Ledger
from ops.drill.reconcile import reconcile
from ops.replication_pause import Pausing
from tests.support import sales
from tests.support.api import Api, Json, cart_without_stock, item
from tests.support.cloud import needs_every_region

BESTSELLER_SECONDS = 5.0 + 5.0
"""Limit from an order in one region to the bestsellers of every region; a list is reused for five of these seconds."""


def test_cart_is_equal_in_every_region(mine: dict[str, Api], books: list[Json]) -> None:
    for book, api in zip(books, mine.values(), strict=False):
        api.put_line(book["id"], 2)
    carts = [cart_without_stock(api.get("/cart")) for api in mine.values()]
    assert len(carts[0]["items"]) == len(mine)
    assert all(cart == carts[0] for cart in carts)


def test_last_write_of_line_wins_everywhere(mine: dict[str, Api], books: list[Json]) -> None:
    for quantity, api in enumerate((*mine.values(), *mine.values()), 1):
        api.put_line(books[0]["id"], quantity)
    for api in mine.values():
        assert api.get(f"/cart/{books[0]['id']}")["items"][0]["quantity"] == 2 * len(mine)


def test_order_reaches_bestsellers_everywhere(
    region: str, apis: dict[str, Api], mine: dict[str, Api], books: list[Json], cloud: Any
) -> None:
    book = books[-1]
    before = {name: sales.of_region(cloud, name).get(book["id"], 0) for name in apis}
    # Enough copies to rank first, whatever other tests order.
    lead = max(max(sales.of_region(cloud, name).values(), default=0) for name in apis)
    orders = (lead - min(before.values())) // 99 + 1
    for _ in range(orders):
        mine[region].order([item(book, 99)], 99 * book["price"])
    placed = time.monotonic()
    took: dict[str, float] = {}
    while len(took) < len(apis) and time.monotonic() - placed < 3 * BESTSELLER_SECONDS:
        for name, api in apis.items():
            first = api.get("/bestsellers", limit=1)["items"]
            sold = before[name] + 99 * orders
            if (
                name not in took
                and first
                and (first[0]["book"]["id"], first[0]["sold"]) == (book["id"], sold)
            ):
                took[name] = time.monotonic() - placed
    print(f"ordered in {region}, ranked in", {name: f"{seconds:.2f} s" for name, seconds in took.items()})
    assert took.keys() == apis.keys()
    assert max(took.values()) < BESTSELLER_SECONDS


@needs_every_region("conflicts need two regions")
def test_paused_regions_converge_after_resume(
    region: str, cloud: Any, apis: dict[str, Api], new_account: Callable[[], Account], books: list[Json]
) -> None:
    """Write the same line, the same order and other orders in every region while replication is paused."""
    pausing = Pausing.of(cloud.deployment.settings)
    assert pausing is not None
    accounts = [new_account() for _ in range(SCENARIOS)]
    addresses = {region: apis[region].url} | {name: api.url for name, api in apis.items()}
    ledger = Ledger()
    paused = ReplicationPaused(pausing)
    paused.break_(region)
    try:
        asyncio.run(ConflictingWrites(addresses, ledger, books).send_isolated(accounts))
        parted = reconcile(cloud.deployment, ledger, [account.id for account in accounts])
        assert parted.lost, "replication was not paused at all"
        assert pausing.backlog().waiting.keys() == set(cloud.regions)
    finally:
        paused.heal(region)
    found = reconcile(cloud.deployment, ledger, [account.id for account in accounts])
    # One scenario places no order, and one places an order in every region.
    assert found.confirmed == len(ledger.purchases) == SCENARIOS - 2 + len(cloud.regions)
    assert found.good, found
    sales.wait_until_exact(cloud)
