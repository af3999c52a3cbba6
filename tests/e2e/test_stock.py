"""Stock that several regions sell: a contest for the last copies, demand in one region, a lost region's claim."""

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from client import Endpoints
from localcloud.control_room.contest import Buyer, Purchases
from ops import stock
from ops.drill.accounts import Account
from ops.drill.region_loss import EdgeFaults, RegionLost
from ops.drill.stock_count import count_stock
from ops.replication_pause import Pausing
from tests.support.api import Api, Json, item
from tests.support.cloud import Cloud, needs_every_region
from tests.support.operators import run_ops
from tests.support.own_book import own_book
from tests.support.size import sized
from tests.support.waiting import wait_until

pytestmark = needs_every_region("copies move between regions")

COPIES, SHOPPERS, ACCOUNTS = sized((20, 80, 16), (100, 400, 400))
"""Of the contest. A shopper is a purchase with a key of its own; at full size each has an own account."""
AT_ONCE = 8
"""Shoppers that order at the same time."""
LONGEST_WAIT = 2.0
"""Seconds for which a region may lack copies that another one has, if all demand is in one region."""


@pytest.fixture
def book(cloud: Cloud, home: Api, books: list[Json]) -> Iterator[Json]:
    with own_book(cloud, books[0]["id"]) as item:
        yield home.get(f"/books/{item['id']}")


@pytest.fixture
def loss(cloud: Cloud) -> Iterator[RegionLost]:
    """The loss of the second region, undone at the end of the test."""
    pausing = Pausing.of(cloud.deployment.settings)
    assert pausing is not None
    lost = RegionLost(EdgeFaults(cloud.endpoints["control_room"]), pausing)
    yield lost
    lost.heal(cloud.regions[1])


class Contest:
    """Shoppers who order one copy each, as the client library does."""

    def __init__(self, cloud: Cloud, book: Json) -> None:
        regions = {name: each["api"] for name, each in cloud.endpoints["regions"].items()}
        self._purchases = Purchases(Endpoints(cloud.endpoints["api"], regions), book, AT_ONCE)
        self._book = book
        self.sold = self._purchases.sold
        self.refused = self._purchases.refused

    def order(self, buyers: Sequence[Buyer]) -> list[Buyer]:
        """Send the orders. Returns the buyers whose copies are in a region that they cannot reach."""
        return asyncio.run(self._purchases.order(buyers))

    def order_everywhere(self, buyers: Iterable[Buyer], apis: dict[str, Api]) -> None:
        """Send each order to every region at once."""

        def send(buyer: Buyer, api: Api) -> str:
            signed_in = api.signed_in(buyer.account.shopper)
            order = signed_in.order_book(self._book, key=buyer.key)
            signed_in.close()
            return str(order["orderId"])

        for buyer in buyers:
            with ThreadPoolExecutor() as pool:
                ids = set(pool.map(send, [buyer] * len(apis), apis.values()))
            (self.sold[buyer.key],) = ids

    def inconsistent(self, cloud: Cloud) -> list[str]:
        """Errors of the book's stock and of its orders; other tests may leave some of their own."""
        counted, own = count_stock(cloud.deployment), (self._book["id"], *self.sold.values())
        errors = (*counted.oversold, *counted.inconsistent)
        return [error for error in errors if any(name in error for name in own)]


@pytest.mark.timeout(1200)  # at full size 400 accounts are opened
def test_contest_sells_each_copy_once(
    cloud: Cloud,
    apis: dict[str, Api],
    book: Json,
    loss: RegionLost,
    new_account: Callable[[], Account],
) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        accounts = list(pool.map(lambda _: new_account(), range(ACCOUNTS)))
    began = time.monotonic()
    stock.add(cloud.deployment, book["id"], COPIES)
    buyers = [
        Buyer(accounts[number % ACCOUNTS], cloud.regions[number % 2], str(uuid.uuid4()))
        for number in range(SHOPPERS)
    ]
    third, twice = COPIES * 3 // 10, COPIES // 20
    normal, paused, lost, rest = (
        buyers[:third],
        buyers[third : 2 * third],
        buyers[2 * third : 3 * third],
        buyers[3 * third :],
    )
    contest, far = Contest(cloud, book), cloud.regions[1]
    waiting = contest.order(normal)
    pausing = Pausing.of(cloud.deployment.settings)
    assert pausing is not None
    pausing.pause(far)
    contest.order_everywhere(paused[:twice], apis)
    waiting += contest.order(paused[twice:])
    loss.break_(far)
    waiting += contest.order(lost)
    while_lost = len(contest.sold), len(waiting)
    loss.heal(far)
    wait_until(lambda: not contest.inconsistent(cloud), 60, lambda: str(contest.inconsistent(cloud)))
    waiting = contest.order([*waiting, *rest])
    deadline = time.monotonic() + 60
    while waiting and time.monotonic() < deadline:
        waiting = contest.order(waiting)

    shares = stock.status(cloud.deployment, book["id"])
    print(
        f"{SHOPPERS} shoppers, {COPIES} copies in {len(cloud.regions)} regions: {len(contest.sold)} sold "
        f"({while_lost[0]} before the lost region was back, {while_lost[1]} shoppers waited for it), "
        f"{len(contest.refused)} refused, {sum(share.given for share in shares)} copies moved, "
        f"{time.monotonic() - began:.0f} s"
    )
    assert waiting == []
    assert (len(contest.sold), len(contest.refused)) == (COPIES, SHOPPERS - COPIES)
    assert len(set(contest.sold.values())) == COPIES
    assert {share.region: share.rights for share in shares} == dict.fromkeys(cloud.regions, 0)
    assert sum(share.sold for share in shares) == COPIES
    assert [share.in_flight for share in shares] == [0] * len(shares)
    assert contest.inconsistent(cloud) == []


def test_demand_in_one_region_gets_all_copies(cloud: Cloud, book: Json, mine: dict[str, Api]) -> None:
    copies = sized(40, 200)
    stock.add(cloud.deployment, book["id"], copies)
    here = next(iter(mine.values()))
    waits = []
    for _ in range(copies):
        key, began = str(uuid.uuid4()), time.monotonic()
        first = order(here, book, key)
        if first == 201:
            continue
        wait_until(partial(_placed, here, book, key), failure="copies of the other region")
        waits.append(time.monotonic() - began)
    print(f"{copies} copies sold in {here.region}; it waited {len(waits)} times for copies: {waits}")
    assert order(here, book, str(uuid.uuid4())) == 409
    assert {share.rights for share in stock.status(cloud.deployment, book["id"])} == {0}
    assert max(waits, default=0.0) <= LONGEST_WAIT


def order(api: Api, book: Json, key: str) -> int:
    """Order a copy and return the status: 201, or 409 if this region has none."""
    response = api.send(
        "POST",
        "/orders",
        headers={"idempotency-key": key},
        json={"items": [item(book)], "expectedTotal": book["price"]},
    )
    return response.status_code


def _placed(api: Api, book: Json, key: str) -> bool:
    return order(api, book, key) == 201


def test_returned_region_holds_orders_sold_twice(
    cloud: Cloud, book: Json, mine: dict[str, Api], loss: RegionLost
) -> None:
    near, far = cloud.regions
    here, there = mine[near], mine[far]
    pausing = Pausing.of(cloud.deployment.settings)
    assert pausing is not None
    stock.add(cloud.deployment, book["id"], 12)
    there.order_book(book)
    # A region that got its copies a moment after the other one has asked for some; the claim must not find that.
    wait_until(lambda: not any(share.wanted for share in stock.status(cloud.deployment, book["id"])))
    pausing.pause(far)
    unknown = [there.order_book(book)["orderId"] for _ in range(3)]
    loss.break_(far)
    try:
        ran("evacuate", far)
        ran("stock-claim", far, "--confirm", far, "--book", book["id"])
        sold = sum(order(here, book, str(uuid.uuid4())) == 201 for _ in range(12))
        assert sold == 11
    finally:
        loss.heal(far)
        restored = ran("restore", far)

    assert f"3 copies of {book['id']} were sold twice" in restored
    assert ", ".join(reversed(unknown)) in restored
    rights = {share.region: share.rights for share in stock.status(cloud.deployment, book["id"])}
    assert rights == {near: 0, far: -3}
    assert order(there, book, str(uuid.uuid4())) == 409
    listed = Counter(each["status"] for each in there.get("/orders", limit=100)["items"])
    assert listed == {"placed": 12, "held": 3}
    there.expect(200, "PUT", f"/orders/{unknown[0]}/cancellation")
    wait_until(lambda: _rights(cloud, book, far) == -2, failure="the cancelled copy")


def ran(*command: str) -> str:
    """Run an operator's command and return its output; fails the test if it fails."""
    result = run_ops(*command)
    assert result.exit_code == 0, result.output
    return result.output


def _rights(cloud: Any, book: Json, region: str) -> int:
    shares = {each.region: each for each in stock.status(cloud.deployment, book["id"])}
    return shares[region].rights
