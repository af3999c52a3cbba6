"""A shopper deletes the account while a region is cut off: the person is erased there as well, after replication."""

import uuid
from functools import partial
from typing import Any

import pytest

from ops.drill.accounts import Account
from ops.drill.failures import ReplicationPaused
from ops.replication_pause import Pausing
from tests.support import sales
from tests.support.api import Api, Json, item
from tests.support.cloud import needs_every_region
from tests.support.waiting import wait_until

ADDRESS = {"name": "Ada", "street": "1 Way", "city": "Bath", "postcode": "B1", "country": "GB"}


def order(api: Api, book: Json) -> str:
    """Order a copy with a delivery address and return the order's id."""
    body = {"items": [item(book)], "expectedTotal": book["price"], "address": ADDRESS}
    headers = {"idempotency-key": str(uuid.uuid4())}
    return str(api.expect(201, "POST", "/orders", headers=headers, json=body)["orderId"])


def stored(cloud: Any, table: str, region: str, customer_id: str) -> list[Json]:
    """A customer's items in a region's table."""
    found: list[Json] = cloud.table(table, region).query(
        KeyConditionExpression="customerId = :id",
        ExpressionAttributeValues={":id": customer_id},
        ConsistentRead=True,
    )["Items"]
    return found


def orders_of(cloud: Any, region: str, customer_id: str) -> dict[str, Json]:
    """A customer's orders in a region, by id."""
    return {
        each["orderId"]: each
        for each in stored(cloud, "orders", region, customer_id)
        if "#" not in each["orderId"]
    }


def is_erased(cloud: Any, region: str, customer_id: str) -> bool:
    """Whether a region has the request to erase the person, and neither a cart nor an address."""
    keys = {each["orderId"] for each in stored(cloud, "orders", region, customer_id)}
    cart = {each["bookId"] for each in stored(cloud, "cart", region, customer_id)}
    named = [each for each in orders_of(cloud, region, customer_id).values() if "address" in each]
    return "#erased" in keys and cart == {"#revoked"} and not named


@needs_every_region("pauses replication between two regions")
def test_erasure_during_pause_reaches_every_region(
    cloud: Any, mine: dict[str, Api], account: Account, books: list[Json]
) -> None:
    (here, api), (there, other) = list(mine.items())[:2]
    pausing = Pausing.of(cloud.deployment.settings)
    assert pausing is not None
    placed = {order(api, books[7])}
    wait_until(lambda: orders_of(cloud, there, account.id).keys() == placed)
    paused = ReplicationPaused(pausing)
    paused.break_(there)
    try:
        placed.add(order(other, books[7]))
        other.put_line(books[8]["id"], 2)
        api.put_line(books[9]["id"], 1)
        api.expect(204, "DELETE", "/account")
        api.expect(401, "GET", "/cart")
        wait_until(lambda: is_erased(cloud, here, account.id))
        assert books[8]["id"] in {each["bookId"] for each in stored(cloud, "cart", there, account.id)}
        assert all("address" in each for each in orders_of(cloud, there, account.id).values())
    finally:
        paused.heal(there)

    for region, each in mine.items():
        wait_until(partial(is_erased, cloud, region, account.id))
        each.expect(401, "GET", "/orders")
        kept = orders_of(cloud, region, account.id)
        assert kept.keys() == placed
        assert all(one["items"] and one["total"] == books[7]["price"] for one in kept.values())
    sales.wait_until_exact(cloud)  # also counts the orders of the erased person

    shared = cloud.deployment.shared
    lambdas = cloud.deployment.client("lambda", shared.user_pool_region)
    run = lambdas.invoke(FunctionName=f"{cloud.deployment.settings.name}-accounts-cleaner")
    assert "FunctionError" not in run, run["Payload"].read()
    cognito = cloud.deployment.client("cognito-idp", shared.user_pool_region)
    with pytest.raises(cognito.exceptions.UserNotFoundException):
        cognito.admin_get_user(UserPoolId=shared.user_pool_id, Username=account.email)
