"""Orders of a returned region whose copies were sold twice."""

from collections.abc import Iterator

import pytest

from ops.oversold import Oversold, hold_oversold
from tests.support.mocked_aws import mocked_aws
from tests.support.stock_tables import HERE, THERE, StockTables


@pytest.fixture
def tables() -> Iterator[StockTables]:
    """Three orders in a returned region, and a claim of two of its three copies."""
    with mocked_aws():
        made = StockTables()
        made.share(HERE, received=3, spent=3)
        made.put(HERE, "stock", {"bookId": "dune", "region": THERE, f"claimed:{HERE}": 2})
        for number, order in enumerate(("first", "second", "third")):
            made.order(HERE, order, f"2026-01-31T08:00:0{number}.000Z")
            made.hold(HERE, order, 1)
        yield made


def held(tables: StockTables) -> set[str]:
    items = tables.deployment.client("dynamodb", HERE).scan(TableName="orders")["Items"]
    return {item["orderId"]["S"] for item in items if "#held" in item["orderId"]["S"]}


def test_youngest_orders_are_held(tables: StockTables) -> None:
    assert hold_oversold(tables.deployment, HERE) == [Oversold("dune", 2, ("third", "second"))]
    assert held(tables) == {"third#held#oversold", "second#held#oversold"}


def test_repetition_holds_same_orders(tables: StockTables) -> None:
    first = hold_oversold(tables.deployment, HERE)
    assert hold_oversold(tables.deployment, HERE) == first


def test_cancelled_order_is_not_held(tables: StockTables) -> None:
    tables.share(HERE, received=3, spent=3, restored=1)
    tables.hold(HERE, "third", 1, state="released")
    assert hold_oversold(tables.deployment, HERE) == [Oversold("dune", 1, ("second",))]


def test_region_with_rights_holds_nothing(tables: StockTables) -> None:
    tables.share(HERE, received=5, spent=3)
    assert hold_oversold(tables.deployment, HERE) == []
    assert held(tables) == set()
