from collections.abc import Iterator
from typing import Any

import boto3
import httpx
import pytest
from boto3.dynamodb.types import TypeSerializer
from moto import mock_aws

from ops.deployment import Deployment
from ops.drill.ledger import Intent, Ledger
from ops.drill.reconcile import BESTSELLERS, Reconciliation, compare_bestsellers, reconcile
from stacks.settings import Settings
from tests.support.deployments import outputs

REGIONS = ("eu-west-1", "ap-southeast-1")
HERE, THERE = REGIONS
SORT_KEYS = {"orders": "orderId", "cart": "bookId"}


class Shop:
    """Tables of orders and carts in two regions, which replicate nothing by themselves."""

    def __init__(self) -> None:
        told = outputs(REGIONS)
        for region in REGIONS:
            told[region]["tables"] = {table: f"shop-{table}" for table in SORT_KEYS}
            for table, sort_key in SORT_KEYS.items():
                _make(region, f"shop-{table}", sort_key)
        self.deployment = Deployment.of(Settings(regions=REGIONS), told)

    def holds(self, table: str, item: dict[str, Any], *regions: str) -> None:
        """Put an item into `regions`, or into all."""
        for region in regions or REGIONS:
            stored = {name: TypeSerializer().serialize(value) for name, value in item.items()}
            boto3.client("dynamodb", region_name=region).put_item(TableName=f"shop-{table}", Item=stored)

    def reconciled(self, ledger: Ledger) -> Reconciliation:
        return reconcile(self.deployment, ledger, ["ada"])


def _make(region: str, table: str, sort_key: str) -> None:
    keys = {"customerId": "HASH", sort_key: "RANGE"}
    boto3.client("dynamodb", region_name=region).create_table(
        TableName=table,
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys.items()],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in keys],
        BillingMode="PAY_PER_REQUEST",
    )


@pytest.fixture
def shop() -> Iterator[Shop]:
    with mock_aws():
        yield Shop()


def order(order_id: str, book: str = "dune", quantity: int = 1) -> dict[str, Any]:
    items = [{"bookId": book, "quantity": quantity}]
    return {"customerId": "ada", "orderId": order_id, "items": items, "total": 900 * quantity}


def asked(*order_ids: str, key: str = "k", book: str = "dune", quantity: int = 1) -> Intent:
    """A purchase, confirmed as `order_ids`."""
    return Intent("ada", key, {book: quantity}, 900 * quantity, set(order_ids))


def test_what_was_confirmed_and_is_everywhere_is_good(shop: Shop) -> None:
    shop.holds("orders", order("one"))
    assert shop.reconciled(Ledger([asked("one")])).good


def test_an_order_that_one_region_lacks_is_lost(shop: Shop) -> None:
    shop.holds("orders", order("one"), HERE)
    assert shop.reconciled(Ledger([asked("one")])).lost == [f"one, confirmed, is not in {THERE}"]


def test_a_purchase_that_nobody_heard_of_again_may_have_come_to_one_order(shop: Shop) -> None:
    ledger = Ledger([asked("one"), asked(key="unanswered", book="emma")])
    shop.holds("orders", order("one"))
    assert shop.reconciled(ledger).good
    shop.holds("orders", order("two", "emma"))
    assert shop.reconciled(ledger).good
    shop.holds("orders", order("three", "emma"))
    assert len(shop.reconciled(ledger).doubled) == len(REGIONS)


def test_a_second_order_shows_though_others_of_the_same_books_were_asked_for(shop: Shop) -> None:
    for order_id in ("one", "two", "three"):
        shop.holds("orders", order(order_id))
    found = shop.reconciled(Ledger([asked("one", key="a"), asked("two", key="b")]))
    assert [line.split()[0] for line in found.doubled] == ["three"] * len(REGIONS)
    assert found.unasked == []


def test_a_purchase_confirmed_as_two_orders_is_doubled(shop: Shop) -> None:
    for order_id in ("one", "two"):
        shop.holds("orders", order(order_id))
    pressed_twice = Ledger([asked("one"), asked("two")])
    assert shop.reconciled(pressed_twice).doubled == ["ada was told of 2 orders for one purchase: one, two"]


def test_two_purchases_confirmed_as_one_order_are_one_too_few(shop: Shop) -> None:
    shop.holds("orders", order("one"))
    found = shop.reconciled(Ledger([asked("one", key="a"), asked("one", key="b")]))
    assert found.lost == ["one was confirmed for 2 purchases"]


def test_the_same_purchase_asked_for_again_is_one(shop: Shop) -> None:
    shop.holds("orders", order("one"))
    assert shop.reconciled(Ledger([asked(), asked("one")])).good


def test_an_order_of_what_nobody_wanted_is_unasked(shop: Shop) -> None:
    shop.holds("orders", order("one"))
    assert len(shop.reconciled(Ledger([asked(book="emma")])).unasked) == len(REGIONS)


@pytest.mark.parametrize("stored", [order("one", quantity=2), {**order("one"), "total": 1}])
def test_an_order_of_something_else_than_was_confirmed_is_different(
    shop: Shop, stored: dict[str, Any]
) -> None:
    shop.holds("orders", stored)
    assert len(shop.reconciled(Ledger([asked("one")])).different) == len(REGIONS)


def test_regions_that_hold_an_order_otherwise_differ(shop: Shop) -> None:
    shop.holds("orders", {**order("one"), "createdAt": "now"}, HERE)
    shop.holds("orders", {**order("one"), "createdAt": "later"}, THERE)
    assert shop.reconciled(Ledger([asked("one")])).different == [
        f"one is not the same in {THERE} as in {HERE}"
    ]


def line(book: str, quantity: int) -> dict[str, Any]:
    return {"customerId": "ada", "bookId": book, "quantity": quantity}


def test_a_cart_must_be_what_the_last_writer_left_in_every_region(shop: Shop) -> None:
    ledger = Ledger(carts={"ada": {"dune": 2}})
    shop.holds("cart", line("dune", 2))
    assert shop.reconciled(ledger).good
    shop.holds("cart", line("dune", 1))
    assert len(shop.reconciled(ledger).carts) == 1
    shop.holds("cart", line("emma", 1), THERE)
    assert "differs between regions" in shop.reconciled(ledger).carts[0]


def test_of_a_line_written_everywhere_at_once_one_writer_must_have_won(shop: Shop) -> None:
    shop.holds("cart", line("dune", 2))
    assert shop.reconciled(Ledger(contested={("ada", "dune"): {1, 2}})).good
    assert shop.reconciled(Ledger(contested={("ada", "dune"): {1, 3}})).carts


def compared(shop: Shop, monkeypatch: pytest.MonkeyPatch, ranked: dict[str, int]) -> list[str]:
    """What is wrong with a region whose best sellers are `ranked`."""
    items = [{"book": {"id": book}, "sold": sold} for book, sold in ranked.items()]
    answer = httpx.Response(200, json={"items": items[:BESTSELLERS], "stale": False})
    monkeypatch.setattr(httpx, "get", lambda *_, **__: answer)
    return compare_bestsellers(shop.deployment, HERE, "http://here/v1")


def test_best_sellers_are_the_sum_of_the_orders(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.holds("orders", order("one", "dune", 2))
    shop.holds("orders", order("two", "dune", 1))
    shop.holds("orders", order("three", "emma", 1))
    assert compared(shop, monkeypatch, {"dune": 3, "emma": 1}) == []
    assert compared(shop, monkeypatch, {"dune": 4, "emma": 1}) == [f"{HERE}: dune ranked with 4, ordered 3"]
    assert compared(shop, monkeypatch, {"dune": 3}) == [f"{HERE}: emma, ordered 1, is not ranked"]


def test_what_comes_after_the_last_place_need_not_be_ranked(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    books = {f"book-{number}": 2 for number in range(BESTSELLERS)}
    for book in books:
        shop.holds("orders", order(book, book, 2))
    shop.holds("orders", order("last", "emma", 1))
    assert compared(shop, monkeypatch, {**books, "emma": 1}) == []


def test_best_sellers_that_are_stale_prove_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = httpx.Response(200, json={"items": [], "stale": True})
    monkeypatch.setattr(httpx, "get", lambda *_, **__: answer)
    assert "stale" in compare_bestsellers(shop.deployment, HERE, "http://here/v1")[0]
