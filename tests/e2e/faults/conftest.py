from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Protocol

import pytest

from ops.drill.accounts import Account
from tests.e2e.faults.dynamodb_proxy import DynamoDbProxy, dynamodb_proxy
from tests.support import sales
from tests.support.api import Api, Json
from tests.support.lambda_process import Deployed, Function

THE_WRITE = "TransactWriteItems"
"""The one call that writes an order and takes its lines from the cart."""
HOUR = 3600.0


class Start(Protocol):
    """A function of a region, running behind the proxy. `ahead` shifts its clock, in seconds; a cold one keeps nothing
    of earlier requests.
    """

    def __call__(
        self, region: str, name: str = "orders", *, ahead: float = 0.0, cold: bool = False
    ) -> Function: ...


@pytest.fixture(scope="module")
def running_proxy(cloud: Any) -> Iterator[DynamoDbProxy]:
    with dynamodb_proxy(cloud.endpoints["aws_endpoint"]) as running:
        yield running


@pytest.fixture
def proxy(running_proxy: DynamoDbProxy) -> Iterator[DynamoDbProxy]:
    """The proxy without faults and recorded calls."""
    running_proxy.reset()
    yield running_proxy
    running_proxy.reset()


@pytest.fixture(scope="module")
def start(cloud: Any, running_proxy: DynamoDbProxy) -> Iterator[Start]:
    """Starts a function, or returns it if it runs: as on Lambda, a process serves one request after the other."""
    running: dict[tuple[str, str, float], Function] = {}
    with ExitStack() as stack:

        def started(region: str, name: str = "orders", *, ahead: float = 0.0, cold: bool = False) -> Function:
            place = (region, name, ahead)
            if cold and place in running:
                running[place].kill()
            if place not in running or not running[place].alive:
                deployed = Deployed.read(cloud, region, name)
                running[place] = stack.enter_context(
                    deployed.start(f"{name}.handler", endpoint=running_proxy.endpoint, ahead=ahead)
                )
            return running[place]

        yield started


class StoredData:
    """One shopper's items in the tables of every region."""

    def __init__(self, cloud: Any, account: Account) -> None:
        self._cloud = cloud
        self._id = account.id

    def orders(self) -> list[Json]:
        """The orders. Fails when regions differ."""
        return self._same("orders")

    def cart(self) -> dict[str, int]:
        """Copies in the cart by book. Fails when regions differ."""
        return {line["bookId"]: int(line["quantity"]) for line in self._same("cart") if int(line["quantity"])}

    def changed_at(self, book_id: str) -> str:
        """Time of the last change of a book's line."""
        (line,) = (line for line in self._same("cart") if line["bookId"] == book_id)
        return str(line["changedAt"])

    def _same(self, table: str) -> list[Json]:
        found = [self._items(table, region) for region in self._cloud.regions]
        assert all(items == found[0] for items in found), f"the regions differ: {found}"
        return found[0]

    def _items(self, table: str, region: str) -> list[Json]:
        items: list[Json] = self._cloud.table(table, region).query(
            KeyConditionExpression="customerId = :id",
            ExpressionAttributeValues={":id": self._id},
            ConsistentRead=True,
        )["Items"]
        return [item for item in items if "#" not in str(item.get("orderId", item.get("bookId")))]


@pytest.fixture
def stored(cloud: Any, account: Account) -> StoredData:
    """The shopper's data, read from the tables."""
    return StoredData(cloud, account)


@dataclass(frozen=True)
class Checkout:
    """A shopper at checkout, with the means to inject faults."""

    account: Account
    mine: dict[str, Api]
    """API client of each region, signed in as the shopper."""
    books: list[Json]
    proxy: DynamoDbProxy
    start: Start
    stored: StoredData

    def order_writes(self) -> list[str]:
        """The writes without the ones that count a shopper's orders of an hour, which are no part of an order."""
        return [write for write in self.proxy.writes if write != "UpdateItem"]


@pytest.fixture
def checkout(
    account: Account,
    mine: dict[str, Api],
    books: list[Json],
    proxy: DynamoDbProxy,
    start: Start,
    stored: StoredData,
) -> Checkout:
    return Checkout(account, mine, books, proxy, start, stored)


@pytest.fixture
def exact(cloud: Any) -> Iterator[Callable[[], None]]:
    """Waits until every region's bestsellers equal the orders. Checked before and after the test too."""

    def wait() -> None:
        sales.wait_until_exact(cloud)

    wait()
    yield wait
    wait()


@pytest.fixture(params=[HOUR, -HOUR], ids=["ahead", "behind"])
def ahead(request: pytest.FixtureRequest) -> float:
    """Skew of the second clock in seconds."""
    return float(request.param)


@pytest.fixture
def regions(cloud: Any) -> tuple[str, str]:
    """Two regions, or the same one twice."""
    return cloud.regions[0], cloud.regions[-1]
