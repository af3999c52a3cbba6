"""Counting of stock in two regions, without replication."""

from collections.abc import Iterator

import pytest

from ops.drill.stock_count import StockCount, count_stock
from tests.support.mocked_aws import mocked_aws
from tests.support.stock_tables import HERE, REGIONS, THERE, StockTables


@pytest.fixture
def tables() -> Iterator[StockTables]:
    with mocked_aws():
        yield StockTables()


def test_sold_copies_equal_holds(tables: StockTables) -> None:
    tables.share(HERE, received=5, spent=4, **{f"given:{THERE}": 2})
    tables.share(THERE, received=5, spent=2, restored=1)
    tables.put(HERE, "stock", {"bookId": "dune", "region": "#demand"})
    tables.hold(HERE, "one", 2)
    tables.hold(THERE, "one", 1, state="released")
    tables.hold(THERE, "two", 1)
    assert count_stock(tables.deployment) == StockCount(books=1, received=10, sold=3, moved=2)


def test_more_sold_than_received_is_oversold(tables: StockTables) -> None:
    tables.share(HERE, received=1, spent=2)
    tables.hold(HERE, "one", 2)
    assert count_stock(tables.deployment).oversold == ["2 copies of dune were sold, 1 received"]


def test_sold_copies_without_order_are_inconsistent(tables: StockTables) -> None:
    tables.share(HERE, received=5, spent=2)
    tables.hold(HERE, "one", 1)
    assert count_stock(tables.deployment).inconsistent == [
        f"{HERE}: 2 copies of dune are sold, orders have 1"
    ]


def test_order_with_two_holds_is_inconsistent(tables: StockTables) -> None:
    for region in REGIONS:
        tables.share(region, received=1, spent=1)
        tables.hold(region, "one", 1)
    assert count_stock(tables.deployment).inconsistent == [f"one has copies of {HERE} and {THERE}"]


def test_cancelled_order_with_hold_is_inconsistent(tables: StockTables) -> None:
    tables.share(HERE, received=1, spent=1)
    tables.hold(HERE, "one", 1)
    tables.put(HERE, "orders", {"customerId": "ada", "orderId": "one#cancelled", "books": {"dune": 1}})
    assert count_stock(tables.deployment).inconsistent == ["one is cancelled and has copies"]
