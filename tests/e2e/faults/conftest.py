from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

from localcloud.layout import Layout
from ops.drill.accounts import Account
from tests.e2e.faults.dynamodb_proxy import Between, standing_between
from tests.support import sales
from tests.support.api import Api, Json
from tests.support.lambda_process import Deployed, Function
from tests.support.ports import free_base


class Start(Protocol):
    """Starts a function of a region: its DynamoDB directly or behind a proxy, its clock ahead or not."""

    def __call__(self, region: str, name: str = "orders", *, ahead: float = 0.0) -> Function: ...


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """Where no other local cloud is."""
    return Layout(free_base(), tmp_path / "local")


@pytest.fixture
def between(cloud: Any) -> Iterator[Between]:
    with standing_between(cloud.endpoints["aws_endpoint"]) as proxy:
        yield proxy


@pytest.fixture
def start(cloud: Any, between: Between) -> Iterator[Start]:
    """Functions behind the proxy; they end with the test."""
    with ExitStack() as stack:

        def started(region: str, name: str = "orders", *, ahead: float = 0.0) -> Function:
            deployed = Deployed.read(cloud, region, name)
            return stack.enter_context(
                deployed.start(f"{name}.handler", endpoint=between.endpoint, ahead=ahead)
            )

        yield started


class Books:
    """What the tables of every region say of one shopper."""

    def __init__(self, cloud: Any, account: Account) -> None:
        self._cloud = cloud
        self._id = account.id

    def orders(self) -> list[Json]:
        """The orders, if every region has the same."""
        return self._same("orders")

    def cart(self) -> dict[str, int]:
        """Copies in the cart by book, if every region has the same."""
        return {line["bookId"]: int(line["quantity"]) for line in self._same("cart") if int(line["quantity"])}

    def changed_at(self, book_id: str) -> str:
        """When the line of a book last changed."""
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
        return items


@pytest.fixture
def kept(cloud: Any, account: Account) -> Books:
    """The shopper's data, past the functions."""
    return Books(cloud, account)


@dataclass(frozen=True)
class Checkout:
    """A shopper at a checkout that something may happen to."""

    account: Account
    mine: dict[str, Api]
    """The API of each region, as the shopper sees it."""
    books: list[Json]
    between: Between
    start: Start
    kept: Books


@pytest.fixture
def checkout(
    account: Account, mine: dict[str, Api], books: list[Json], between: Between, start: Start, kept: Books
) -> Checkout:
    return Checkout(account, mine, books, between, start, kept)


@pytest.fixture
def exact(cloud: Any) -> Iterator[Callable[[], None]]:
    """Waits until every region's best sellers are what the orders add up to; so they are before and after."""

    def wait() -> None:
        sales.wait_until_exact(cloud)

    wait()
    yield wait
    wait()
