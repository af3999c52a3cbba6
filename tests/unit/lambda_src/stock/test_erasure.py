"""Erasure of a person in two regions whose tables replicate as DynamoDB's do: per item, the last writer wins."""

import itertools
import uuid
from typing import Any

import boto3
import pytest

from accounts.store import Accounts
from bestsellers.feeder import sort
from runtime import aws, dynamo
from runtime.errors import TransactionCancelled, Unavailable
from runtime.identity import SignIn
from runtime.settings import settings
from shop.stock_rows import StockRows
from stock.erasure import Erasure
from stock.handler import handle
from stock.logic import Stock
from stock.models import change_of
from stock.store import StockStore
from tests.support.lambda_tables import CART, ORDERS, Tables, create_tables

HERE, THERE = "eu-west-1", "ap-southeast-1"
ADDRESS = {"name": "Ada", "street": "1 Way", "city": "Bath", "postcode": "B1", "country": "GB"}
AT = "2026-01-31T08:15:30.123Z"
Key = tuple[str, str, str]


def order() -> dict[str, Any]:
    line = {"bookId": "a", "title": "The a", "quantity": 2, "unitPrice": 500, "lineTotal": 1000}
    return {
        "customerId": "ada",
        "orderId": str(uuid.uuid4()),
        "items": [line],
        "total": 1000,
        "currency": "EUR",
        "createdAt": AT,
        "region": HERE,
        "cancellableUntil": AT,
        "address": ADDRESS,
    }


class Region:
    """One region's tables, its stream and its stock function."""

    def __init__(self, name: str, client: Any) -> None:
        own = settings()._replace(region=name)
        rows = StockRows(client, own.stock_table, name)
        self.tables = Tables(client)
        self.accounts = Accounts(client, own)
        self.stock = Stock(StockStore(client, own), rows, Erasure(client, own))
        self.written: dict[Key, tuple[int, dict[str, Any] | None]] = {}
        """Time and content of the last write of each item; None for a deleted one."""
        self.records: list[dict[str, Any]] = []

    def items(self) -> dict[Key, dict[str, Any]]:
        found = {}
        for table, sort_key in ((CART, "bookId"), (ORDERS, "orderId")):
            for item in self.tables.scan(table):
                found[table, item["customerId"], item[sort_key]] = item
        return found

    def work(self, time: "itertools.count[int]") -> None:
        """Process the stream until nothing more is written."""
        while changes := self._note(time):
            orders = [record for table, record in changes if table == ORDERS]
            self.records += orders
            for record in orders:
                if change := change_of(record):
                    self.stock.apply(change)

    def _note(self, time: "itertools.count[int]") -> list[tuple[str, dict[str, Any]]]:
        now, changes = self.items(), []
        for key in now.keys() | self.written.keys():
            before = self.written.get(key, (0, None))[1]
            if now.get(key) != before:
                self.written[key] = (next(time), now.get(key))
                changes.append((key[0], self._record(before, now.get(key))))
        return changes

    def _record(self, old: dict[str, Any] | None, new: dict[str, Any] | None) -> dict[str, Any]:
        if new is None:
            return {"eventName": "REMOVE", "dynamodb": {}}
        event = "INSERT" if old is None else "MODIFY"
        return {"eventName": event, "dynamodb": {"NewImage": dynamo.dump(new)}}

    def receive(self, key: Key, written: tuple[int, dict[str, Any] | None]) -> bool:
        """Take another region's write, unless this region has a later one."""
        if self.written.get(key, (0, None))[0] >= written[0]:
            return False
        table, customer_id, sort_value = key
        sort_key = "bookId" if table == CART else "orderId"
        old = self.items().get(key)
        if written[1] is None:
            self.tables.client.delete_item(
                TableName=table, Key=dynamo.dump({"customerId": customer_id, sort_key: sort_value})
            )
        else:
            self.tables.put(table, written[1])
        self.written[key] = written
        if table == ORDERS:
            record = self._record(old, written[1])
            self.records.append(record)
            if change := change_of(record):
                self.stock.apply(change)
        return True


class Regions:
    """Two regions. Replication is paused except in `replicate`."""

    def __init__(self) -> None:
        there = boto3.client("dynamodb", THERE)
        create_tables(there)
        self.here, self.there = Region(HERE, aws.client("dynamodb")), Region(THERE, there)
        self.time = itertools.count(1)

    def work(self) -> None:
        for region in (self.here, self.there):
            region.work(self.time)

    def replicate(self) -> None:
        """Exchange all writes, oldest first, until the regions are equal."""
        self.work()
        moved = True
        while moved:
            moved = False
            for source, target in ((self.here, self.there), (self.there, self.here)):
                for key, written in sorted(source.written.items(), key=lambda each: each[1][0]):
                    moved = target.receive(key, written) or moved
            self.work()
        assert self.here.items() == self.there.items()


@pytest.fixture
def regions(tables: Tables) -> Regions:
    return Regions()


def person(region: Region) -> list[str]:
    """Items from which the person or the cart is not gone."""
    return [
        key[2]
        for key, item in region.items().items()
        if "address" in item or (key[0] == CART and key[2] != "#revoked")
    ]


def nameless(order: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in order.items() if name != "address"}


def line(book_id: str) -> dict[str, Any]:
    return {"customerId": "ada", "bookId": book_id, "quantity": 1, "changedAt": AT, "expiresAt": 4102444800}


def sold(region: Region) -> list[Any]:
    """Events that the bestsellers count."""
    events, unreadable = sort(region.records)
    assert unreadable == []
    return events


def test_erasure_while_paused_reaches_every_region(regions: Regions) -> None:
    known, unknown = order(), order()
    regions.here.tables.put(ORDERS, known)
    regions.here.tables.put(CART, line("a"))
    regions.replicate()
    regions.there.tables.put(ORDERS, unknown)
    regions.there.tables.put(CART, line("b"))
    regions.there.tables.put(CART, {"customerId": "ada", "bookId": f"#orders#{THERE}#1", "orders": 1})

    regions.here.accounts.delete(SignIn("ada", 0))
    regions.work()
    assert person(regions.here) == []
    assert person(regions.there)

    regions.replicate()
    assert person(regions.here) == person(regions.there) == []
    for region in (regions.here, regions.there):
        orders = {key[2]: item for key, item in region.items().items() if "total" in item}
        assert orders == {each["orderId"]: nameless(each) for each in (known, unknown)}
        assert len(sold(region)) == 2


def test_order_that_arrives_after_erasure_loses_person(regions: Regions) -> None:
    """A third region placed it before it knew of the erasure."""
    regions.here.accounts.delete(SignIn("ada", 0))
    regions.replicate()
    late = order()
    regions.there.receive((ORDERS, "ada", late["orderId"]), (next(regions.time), late))
    regions.replicate()
    assert person(regions.here) == person(regions.there) == []
    assert [len(sold(region)) for region in (regions.here, regions.there)] == [1, 1]


def test_operator_erases_each_region(tables: Tables) -> None:
    tables.put(ORDERS, order())
    tables.put(CART, line("a"))
    assert handle({"erase": "ada"}, None) == {"cart": 1, "addresses": 1, "orders": 1}
    assert handle({"erase": "ada"}, None) == {"cart": 0, "addresses": 0, "orders": 1}


def test_operator_does_not_lower_revocation(tables: Tables) -> None:
    """A region whose clock is ahead has ended the sign-ins."""
    ended = {"customerId": "ada", "bookId": "#revoked", "before": 4102444800, "expiresAt": 4102444801}
    tables.put(CART, ended)
    handle({"erase": "ada"}, None)
    assert tables.scan(CART) == [ended]
    assert [item["orderId"] for item in tables.scan(ORDERS)] == ["#erased"]


def test_operator_advances_revocation(tables: Tables) -> None:
    tables.put(CART, {"customerId": "ada", "bookId": "#revoked", "before": 1, "expiresAt": 4102444800})
    handle({"erase": "ada"}, None)
    (ended,) = tables.scan(CART)
    assert ended["before"] > 1


def test_sweep_repeats_recent_erasure(tables: Tables) -> None:
    """A request that was under way wrote a cart line after the erasure."""
    handle({"erase": "ada"}, None)
    tables.put(CART, line("a"))
    handle({"sweep": True}, None)
    assert [item["bookId"] for item in tables.scan(CART)] == ["#revoked"]


def test_interrupted_erasure_has_removed_addresses_of_read_pages(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page has one item: the request, then an order. The page of the third order is not answered."""
    for _ in range(3):
        tables.put(ORDERS, order())
    query, answers = tables.client.query, list[Any]()

    def answer(**parameters: Any) -> Any:
        if parameters["TableName"] != ORDERS:
            return query(**parameters)
        if len(answers) == 3:
            raise Unavailable("A service of this region does not answer; try again.")
        answers.append(query(**parameters, Limit=1))
        return answers[-1]

    with monkeypatch.context() as interrupted:
        interrupted.setattr(tables.client, "query", answer)
        with pytest.raises(Unavailable):
            handle({"erase": "ada"}, None)

    assert ["address" in item for item in tables.scan(ORDERS) if "total" in item].count(True) == 1
    assert handle({"erase": "ada"}, None) == {"cart": 0, "addresses": 1, "orders": 3}


def test_erasure_reads_no_more_than_it_needs(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    tables.put(ORDERS, order())
    tables.put(CART, line("a"))
    query, attributes = tables.client.query, set[str]()

    def answer(**parameters: Any) -> Any:
        found = query(**parameters)
        attributes.update(name for item in found["Items"] for name in item)
        return found

    monkeypatch.setattr(tables.client, "query", answer)
    assert handle({"erase": "ada"}, None) == {"cart": 1, "addresses": 1, "orders": 1}
    assert attributes == {"bookId", "orderId", "address"}


def test_failed_erasure_does_not_delay_others(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    for customer_id in ("ada", "ben"):
        handle({"erase": customer_id}, None)
        tables.put(CART, {**line("a"), "customerId": customer_id})
    first = next(Erasure(tables.client, settings()).pending())
    erase = Erasure.erase

    def erase_or_fail(self: Erasure, customer_id: str) -> dict[str, int]:
        if customer_id == first:
            raise TransactionCancelled(("TransactionConflict",))
        return erase(self, customer_id)

    monkeypatch.setattr(Erasure, "erase", erase_or_fail)
    with pytest.raises(ExceptionGroup) as caught:
        handle({"sweep": True}, None)
    assert len(caught.value.exceptions) == 1
    assert [item["customerId"] for item in tables.scan(CART) if item["bookId"] == "a"] == [first]
