"""Each order is sent three times, partly to several regions at once, and must exist once."""

import random
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from ops.drill.accounts import Account
from tests.support import sales
from tests.support.api import Api, Json, item
from tests.support.size import sized

ORDERS, SHOPPERS, SENDS = sized(60, 200), 8, 3


@dataclass(frozen=True)
class Purchase:
    """One purchase: shopper, key, lines, and the region of each of its requests."""

    account: Account
    key: str
    book: Json
    quantity: int
    regions: tuple[str, ...]


def test_orders_sent_three_times_exist_once(
    cloud: Any, apis: dict[str, Api], new_account: Callable[[], Account], books: list[Json]
) -> None:
    chance = random.Random(20)
    accounts = [new_account() for _ in range(SHOPPERS)]
    purchases = [
        Purchase(
            account=accounts[number % SHOPPERS],
            key=str(uuid.UUID(int=chance.getrandbits(128), version=4)),
            book=chance.choice(books),
            quantity=chance.randint(1, 5),
            # Half of the orders belong to each region; every second one is also sent to the other region at
            # once.
            regions=sends(cloud.regions, number),
        )
        for number in range(ORDERS)
    ]

    def send(purchase: Purchase) -> list[Json]:
        def to(region: str) -> Json:
            api = apis[region].signed_in(purchase.account.shopper)
            try:
                return api.order(
                    [item(purchase.book, purchase.quantity)],
                    purchase.book["price"] * purchase.quantity,
                    key=purchase.key,
                )
            finally:
                api.close()

        with ThreadPoolExecutor(SENDS) as together:
            return list(together.map(to, purchase.regions))

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, purchases))

    for same in answers:
        assert len({answer["orderId"] for answer in same}) == 1
        assert len({answer["total"] for answer in same}) == 1
    confirmed = {same[0]["orderId"] for same in answers}
    assert len(confirmed) == ORDERS

    for region in cloud.regions:
        stored = [order for account in accounts for order in orders_of(cloud, region, account)]
        assert Counter(order["orderId"] for order in stored) == Counter(confirmed)
    sales.wait_until_exact(cloud)


def sends(regions: tuple[str, ...], number: int) -> tuple[str, ...]:
    """Three requests: to one region, or alternating between both."""
    turned = regions[number % len(regions) :] + regions[: number % len(regions)]
    return (turned[0],) * SENDS if number % 4 < 2 else (turned * SENDS)[:SENDS]


def orders_of(cloud: Any, region: str, account: Account) -> list[Json]:
    """An account's orders in one region's table."""
    found: list[Json] = cloud.table("orders", region).query(
        KeyConditionExpression="customerId = :id",
        ExpressionAttributeValues={":id": account.id},
        ConsistentRead=True,
    )["Items"]
    return [item for item in found if "#" not in item["orderId"]]
