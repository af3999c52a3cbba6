from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from boto3.dynamodb.types import TypeSerializer

from ops.deployment import Deployment
from ops.drill.ledger import Ledger, Purchase
from ops.drill.reconcile import BESTSELLERS, Reconciliation, compare_bestsellers, reconcile
from stacks.settings import Settings
from tests.support.deployments import outputs
from tests.support.mocked_aws import dynamodb, mocked_aws

REGIONS = ("eu-west-1", "ap-southeast-1")
HERE, THERE = REGIONS
SORT_KEYS = {"orders": "orderId", "cart": "bookId"}


class Tables:
    """Tables of orders and carts in two regions, without replication."""

    def __init__(self) -> None:
        values = outputs(REGIONS)
        for region in REGIONS:
            values[region]["tables"] = {table: f"tables-{table}" for table in SORT_KEYS}
            for table, sort_key in SORT_KEYS.items():
                _make(region, f"tables-{table}", sort_key)
        self.deployment = Deployment.of(Settings(regions=REGIONS), values)

    def holds(self, table: str, item: dict[str, Any], *regions: str) -> None:
        """Put an item into `regions`, or into all regions."""
        for region in regions or REGIONS:
            stored = {name: TypeSerializer().serialize(value) for name, value in item.items()}
            dynamodb(region).put_item(TableName=f"tables-{table}", Item=stored)

    def reconciled(self, ledger: Ledger) -> Reconciliation:
        return reconcile(self.deployment, ledger, ["ada"])


def _make(region: str, table: str, sort_key: str) -> None:
    keys = {"customerId": "HASH", sort_key: "RANGE"}
    dynamodb(region).create_table(
        TableName=table,
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys.items()],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in keys],
        BillingMode="PAY_PER_REQUEST",
    )


@pytest.fixture
def tables() -> Iterator[Tables]:
    with mocked_aws():
        yield Tables()


def order(order_id: str, book: str = "dune", quantity: int = 1) -> dict[str, Any]:
    items = [{"bookId": book, "quantity": quantity}]
    return {"customerId": "ada", "orderId": order_id, "items": items, "total": 900 * quantity}


def purchase(*order_ids: str, key: str = "k", book: str = "dune", quantity: int = 1) -> Purchase:
    """A purchase that was confirmed as `order_ids`."""
    return Purchase("ada", key, {book: quantity}, 900 * quantity, set(order_ids))


def test_confirmed_order_everywhere_is_good(tables: Tables) -> None:
    tables.holds("orders", order("one"))
    assert tables.reconciled(Ledger([purchase("one")])).good


def test_order_missing_in_one_region_is_lost(tables: Tables) -> None:
    tables.holds("orders", order("one"), HERE)
    assert tables.reconciled(Ledger([purchase("one")])).lost == [f"one, confirmed, is not in {THERE}"]


def test_unanswered_purchase_explains_one_order(tables: Tables) -> None:
    ledger = Ledger([purchase("one"), purchase(key="unanswered", book="emma")])
    tables.holds("orders", order("one"))
    assert tables.reconciled(ledger).good
    tables.holds("orders", order("two", "emma"))
    assert tables.reconciled(ledger).good
    tables.holds("orders", order("three", "emma"))
    assert len(tables.reconciled(ledger).doubled) == len(REGIONS)


def test_second_order_is_doubled(tables: Tables) -> None:
    for order_id in ("one", "two", "three"):
        tables.holds("orders", order(order_id))
    found = tables.reconciled(Ledger([purchase("one", key="a"), purchase("two", key="b")]))
    assert [line.split()[0] for line in found.doubled] == ["three"] * len(REGIONS)
    assert found.unexpected == []


def test_purchase_with_two_orders_is_doubled(tables: Tables) -> None:
    for order_id in ("one", "two"):
        tables.holds("orders", order(order_id))
    sent_twice = Ledger([purchase("one"), purchase("two")])
    assert tables.reconciled(sent_twice).doubled == ["ada has 2 orders for one purchase: one, two"]


def test_order_for_two_purchases_is_lost(tables: Tables) -> None:
    tables.holds("orders", order("one"))
    found = tables.reconciled(Ledger([purchase("one", key="a"), purchase("one", key="b")]))
    assert found.lost == ["one was confirmed for 2 purchases"]


def test_repeated_purchase_counts_once(tables: Tables) -> None:
    tables.holds("orders", order("one"))
    assert tables.reconciled(Ledger([purchase(), purchase("one")])).good


def test_order_without_purchase_is_unexpected(tables: Tables) -> None:
    tables.holds("orders", order("one"))
    assert len(tables.reconciled(Ledger([purchase(book="emma")])).unexpected) == len(REGIONS)


@pytest.mark.parametrize("stored", [order("one", quantity=2), {**order("one"), "total": 1}])
def test_order_with_other_lines_is_inconsistent(tables: Tables, stored: dict[str, Any]) -> None:
    tables.holds("orders", stored)
    assert len(tables.reconciled(Ledger([purchase("one")])).inconsistent) == len(REGIONS)


def test_order_differing_by_region_is_inconsistent(tables: Tables) -> None:
    tables.holds("orders", {**order("one"), "createdAt": "now"}, HERE)
    tables.holds("orders", {**order("one"), "createdAt": "later"}, THERE)
    assert tables.reconciled(Ledger([purchase("one")])).inconsistent == [
        f"one is not the same in {THERE} as in {HERE}"
    ]


def line(book: str, quantity: int) -> dict[str, Any]:
    return {"customerId": "ada", "bookId": book, "quantity": quantity}


def test_cart_must_match_last_write(tables: Tables) -> None:
    ledger = Ledger(carts={"ada": {"dune": 2}})
    tables.holds("cart", line("dune", 2))
    assert tables.reconciled(ledger).good
    tables.holds("cart", line("dune", 1))
    assert len(tables.reconciled(ledger).carts) == 1
    tables.holds("cart", line("emma", 1), THERE)
    assert "differs between regions" in tables.reconciled(ledger).carts[0]


def test_contested_line_has_one_winner(tables: Tables) -> None:
    tables.holds("cart", line("dune", 2))
    assert tables.reconciled(Ledger(contested={("ada", "dune"): {1, 2}})).good
    assert tables.reconciled(Ledger(contested={("ada", "dune"): {1, 3}})).carts


def compared(tables: Tables, monkeypatch: pytest.MonkeyPatch, ranked: dict[str, int]) -> list[str]:
    """Compare a region whose bestsellers are `ranked`; returns the differences."""
    items = [{"book": {"id": book}, "sold": sold} for book, sold in ranked.items()]
    answer = httpx.Response(200, json={"items": items[:BESTSELLERS], "stale": False})
    monkeypatch.setattr(httpx, "get", lambda *_, **__: answer)
    return compare_bestsellers(tables.deployment, HERE, "http://here/v1")


def test_bestsellers_equal_sum_of_orders(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    tables.holds("orders", order("one", "dune", 2))
    tables.holds("orders", order("two", "dune", 1))
    tables.holds("orders", order("three", "emma", 1))
    assert compared(tables, monkeypatch, {"dune": 3, "emma": 1}) == []
    assert compared(tables, monkeypatch, {"dune": 4, "emma": 1}) == [f"{HERE}: dune ranked with 4, ordered 3"]
    assert compared(tables, monkeypatch, {"dune": 3}) == [f"{HERE}: emma, ordered 1, is not ranked"]


def test_books_below_last_rank_are_ignored(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    books = {f"book-{number}": 2 for number in range(BESTSELLERS)}
    for book in books:
        tables.holds("orders", order(book, book, 2))
    tables.holds("orders", order("last", "emma", 1))
    assert compared(tables, monkeypatch, {**books, "emma": 1}) == []


def test_stale_bestsellers_are_wrong(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = httpx.Response(200, json={"items": [], "stale": True})
    monkeypatch.setattr(httpx, "get", lambda *_, **__: answer)
    assert "stale" in compare_bestsellers(tables.deployment, HERE, "http://here/v1")[0]
