"""The stock function on one set of tables. Region names in rows and orders stand for replicated writes."""

import uuid
from typing import Any

import pytest

from orders import handler as orders_handler
from orders.handler import handle as orders_handle
from runtime import aws, dynamo
from runtime.errors import TransactionCancelled
from runtime.settings import settings
from shop.order_keys import held_key
from shop.placed_orders import Order, OrderItem, event_item
from shop.stock_rows import REGISTRY, StockRows
from stock.erasure import Erasure
from stock.handler import handle
from stock.logic import Stock
from stock.models import ShareChanged
from stock.store import StockStore
from tests.support.api_events import Answer, Shopper
from tests.support.lambda_tables import ORDERS, STOCK, Tables

HERE, THERE = "eu-west-1", "ap-southeast-1"
ada = Shopper(orders_handle, "ada")


@pytest.fixture(autouse=True)
def catalog(tables: Tables) -> None:
    tables.book("a", price=500)
    tables.stock("a", HERE, received=10)


def order(quantity: int = 1) -> Answer:
    body = {"items": [{"bookId": "a", "quantity": quantity}], "expectedTotal": 500 * quantity}
    return ada("POST", "/orders", body, headers={"idempotency-key": str(uuid.uuid4())})


def cancel(order_id: str) -> Answer:
    return ada("PUT", "/orders/{orderId}/cancellation", path={"orderId": order_id})


def item(tables: Tables, key: str) -> dict[str, Any]:
    return next(each for each in tables.scan(ORDERS) if each["orderId"] == key)


def feed(*items: dict[str, Any]) -> None:
    records = [{"eventName": "INSERT", "dynamodb": {"NewImage": dynamo.dump(each)}} for each in items]
    handle({"Records": records}, None)


def test_cancelled_order_returns_copies_once(tables: Tables) -> None:
    order_id = order(3).json["orderId"]
    assert tables.share("a")["spent"] == 3
    cancel(order_id)
    for _ in range(3):
        feed(item(tables, f"{order_id}#cancelled"), item(tables, order_id))
    assert (tables.share("a")["spent"], tables.share("a")["restored"]) == (3, 3)
    assert item(tables, f"{order_id}#stock#{HERE}")["state"] == "released"


def test_replaced_order_returns_copies_once(tables: Tables) -> None:
    """Another region placed the same order, and its version has won."""
    order_id = order(2).json["orderId"]
    feed(item(tables, order_id))
    assert tables.share("a").get("restored", 0) == 0
    replaced = {**item(tables, order_id), "region": THERE}
    tables.put(ORDERS, replaced)
    for _ in range(2):
        feed(replaced)
    assert tables.share("a")["restored"] == 2


@pytest.mark.parametrize("is_last", ["order", "cancellation"])
def test_events_follow_replaced_order_in_the_list(tables: Tables, is_last: str) -> None:
    """An order was cancelled here; another region had placed it at another time, and its version has won."""
    tables.stock("a", HERE, received=30)
    order_id = order(2).json["orderId"]
    own = item(tables, order_id)
    replaced = {**own, "region": THERE, "createdAt": "2026-01-31T08:15:00.000Z"}
    cancel(order_id)
    for _ in range(20):  # more than a page of the list, between the two times
        assert order(1).status == 201
    tables.put(ORDERS, replaced)
    if is_last == "order":
        images = {"OldImage": dynamo.dump(own), "NewImage": dynamo.dump(replaced)}
        handle({"Records": [{"eventName": "MODIFY", "dynamodb": images}]}, None)
    else:
        feed(item(tables, f"{order_id}#cancelled"))

    listed, cursor = list[Any](), None
    while not listed or cursor:
        page = ada("GET", "/orders", query={"cursor": cursor} if cursor else {}).json
        listed, cursor = listed + page["items"], page["nextCursor"]
    assert {each["orderId"]: each["status"] for each in listed}[order_id] == "cancelled"
    assert tables.share("a")["restored"] == 2


def test_lost_event_is_found_by_sweep(tables: Tables) -> None:
    cancelled, kept = order(2).json["orderId"], order(1).json["orderId"]
    cancel(cancelled)
    assert handle({"sweep": True}, None) == {"released": 0}
    assert handle({"sweep": True, "olderThanHours": 27}, None) == {"released": 1}
    assert tables.share("a")["restored"] == 2
    assert "sweep" not in item(tables, f"{kept}#stock#{HERE}")
    assert item(tables, f"{kept}#stock#{HERE}")["state"] == "held"
    assert handle({"sweep": True, "olderThanHours": 27}, None) == {"released": 0}


def test_sweep_finds_late_cancellation_of_held_order(tables: Tables) -> None:
    order_id = order(2).json["orderId"]
    made = Order.from_item(item(tables, order_id))
    tables.put(ORDERS, event_item(made, held_key(order_id, OLDER), {}))
    assert handle({"sweep": True, "olderThanHours": 27}, None) == {"released": 0}
    cancel(order_id)
    assert handle({"sweep": True, "olderThanHours": 27}, None) == {"released": 1}
    assert tables.share("a")["restored"] == 2


def test_sweep_finds_cancellation_at_the_end_of_a_long_time(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANCEL_MINUTES", str(7 * 24 * 60))
    for cached in (settings, orders_handler._checkout):
        cached.cache_clear()
    order_id = order(2).json["orderId"]
    assert handle({"sweep": True, "olderThanHours": 7 * 24}, None) == {"released": 0}
    cancel(order_id)
    assert handle({"sweep": True, "olderThanHours": 8 * 24 + 3}, None) == {"released": 1}


def test_sweep_checks_holds_before_erasures(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    cancelled = order(2).json["orderId"]
    cancel(cancelled)
    handle({"erase": "ben"}, None)

    def time_out(*_: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(Erasure, "erase", time_out)
    with pytest.raises(TimeoutError):
        handle({"sweep": True, "olderThanHours": 27}, None)
    assert tables.share("a")["restored"] == 2


def test_failed_release_does_not_delay_rest_of_sweep(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        cancel(order(2).json["orderId"])
    handle({"erase": "ben"}, None)
    erased: list[str] = []
    monkeypatch.setattr(Erasure, "erase", lambda _, customer_id: erased.append(customer_id))
    tables.refuse_once(monkeypatch, "transact_write_items")
    with pytest.raises(ExceptionGroup) as caught:
        handle({"sweep": True, "olderThanHours": 27}, None)
    assert len(caught.value.exceptions) == 1
    assert (tables.share("a")["restored"], erased) == (2, ["ben"])


def test_sweep_during_release_continues(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = [order(1).json["orderId"] for _ in range(2)]
    tables.refuse_once(monkeypatch, "update_item")
    assert handle({"sweep": True, "olderThanHours": 27}, None) == {"released": 0}
    assert ["sweep" in item(tables, f"{each}#stock#{HERE}") for each in kept].count(True) == 1


def test_interrupted_release_is_repeated(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    order_id = order(2).json["orderId"]
    cancel(order_id)
    marker = item(tables, f"{order_id}#cancelled")

    def conflict(*_: Any) -> None:
        raise TransactionCancelled(("TransactionConflict",))

    with monkeypatch.context() as conflicting:
        conflicting.setattr("stock.store.release_writes", conflict)
        with pytest.raises(TransactionCancelled):
            feed(marker)
    feed(marker)
    assert tables.share("a")["restored"] == 2


def placed(order_id: str, second: int, version: str | None = "2026-01-31T08:00:00.000Z/1") -> Order:
    created_at = f"2026-01-31T08:15:{second:02}.000Z"
    line = OrderItem("a", "The a", 1, 500, version)
    return Order("ada", order_id, (line,), "EUR", created_at, THERE, created_at)


OLDER, YOUNGER, OTHER = (str(uuid.UUID(int=number)) for number in (3, 2, 1))


@pytest.mark.parametrize("arrivals", [(OLDER, YOUNGER), (YOUNGER, OLDER)])
def test_overlapping_order_is_held(tables: Tables, arrivals: tuple[str, str]) -> None:
    """Two regions consumed the same version of a line. The younger order waits for the shopper."""
    made = {OLDER: placed(OLDER, 1), YOUNGER: placed(YOUNGER, 2)}
    direct = placed(OTHER, 3, version=None)
    tables.put(ORDERS, direct.to_item())
    for order_id in arrivals:
        tables.put(ORDERS, made[order_id].to_item())
        feed(made[order_id].to_item())
    feed(direct.to_item())

    listed = {each["orderId"]: each for each in ada("GET", "/orders").json["items"]}
    assert {order_id: each["status"] for order_id, each in listed.items()} == {
        OLDER: "final",
        YOUNGER: "held",
        OTHER: "final",
    }
    assert listed[YOUNGER]["overlaps"] == [OLDER]

    kept = ada("PUT", "/orders/{orderId}/confirmation", path={"orderId": YOUNGER})
    assert (kept.status, kept.json["status"]) == (200, "final")
    assert cancel(YOUNGER).status == 409


def test_held_order_can_be_cancelled_late(tables: Tables) -> None:
    for made in (placed(OLDER, 1), placed(YOUNGER, 2)):
        tables.put(ORDERS, made.to_item())
        feed(made.to_item())
    assert cancel(YOUNGER).json["status"] == "cancelled"
    assert cancel(YOUNGER).json["status"] == "cancelled"
    again = ada("PUT", "/orders/{orderId}/confirmation", path={"orderId": YOUNGER})
    assert (again.status, again.json["type"]) == (409, "urn:bookstore:problem:already-cancelled")


def stock_of(region: str) -> Stock:
    client, own = aws.client("dynamodb"), settings()._replace(region=region)
    rows = StockRows(client, own.stock_table, region)
    return Stock(StockStore(client, own), rows, Erasure(client, own))


def balance(region: str) -> None:
    stock_of(region).apply(ShareChanged("a"))


def test_copies_move_to_region_that_asks(tables: Tables) -> None:
    tables.stock("a", THERE, received=0)
    balance(THERE)
    assert tables.share("a", THERE)["wanted"] > 0
    balance(HERE)
    share = tables.share("a", HERE)
    assert share[f"given:{THERE}"] == share["spent"] == 5
    balance(THERE)
    assert tables.share("a", THERE)["wanted"] == 0
    for region in (HERE, THERE, HERE):
        balance(region)
    assert tables.share("a", HERE) == share


def test_removed_region_gets_no_copies(tables: Tables) -> None:
    """It asked for copies and was removed. The function has read the names of the regions before."""
    balance(THERE)
    warm = stock_of(HERE)
    warm.apply(ShareChanged("other"))
    tables.put(STOCK, {**REGISTRY, "names": [HERE]})
    warm.apply(ShareChanged("a"))
    assert f"given:{THERE}" not in tables.share("a", HERE)


def test_grant_whose_answer_is_lost_is_given_once(tables: Tables) -> None:
    """botocore sends the write again, although the first one has happened."""
    tables.stock("a", THERE, received=0)
    balance(THERE)
    lost: list[object] = []

    def lose_first(**answer: object) -> float | None:
        lost.append(answer)
        return 0.0 if len(lost) == 1 else None

    events = tables.client.meta.events
    events.register_first("needs-retry.dynamodb.UpdateItem", lose_first)
    try:
        balance(HERE)
    finally:
        events.unregister("needs-retry.dynamodb.UpdateItem", lose_first)
    assert len(lost) == 2
    share = tables.share("a", HERE)
    assert share[f"given:{THERE}"] == share["spent"] == 5


def test_region_without_row_asks_for_copies(tables: Tables) -> None:
    balance(THERE)
    assert tables.share("a", THERE)["wanted"] > 0
    balance(HERE)
    assert tables.share("a", HERE)[f"given:{THERE}"] == 5


def test_claimed_region_must_ask_again(tables: Tables) -> None:
    """It asked, was lost, and an operator claimed its share."""
    balance(THERE)
    tables.stock("a", HERE, received=10, **{f"claims:{THERE}": 1})
    balance(HERE)
    assert f"given:{THERE}" not in tables.share("a", HERE)

    balance(THERE)
    assert tables.share("a", THERE)["claimsSeen"] == 1
    balance(HERE)
    assert tables.share("a", HERE)[f"given:{THERE}"] == 5
    share = tables.share("a", THERE)
    balance(THERE)
    assert tables.share("a", THERE) == share | {"wanted": 0, "wantedAt": tables.share("a", THERE)["wantedAt"]}


def test_old_demand_is_removed(tables: Tables) -> None:
    tables.stock("a", HERE, received=10, **{"demand:2020-01-01T08": 5})
    balance(HERE)
    assert "demand:2020-01-01T08" not in tables.share("a")


def test_unreadable_record_is_skipped(tables: Tables, capsys: pytest.CaptureFixture[str]) -> None:
    handle({"Records": [{"eventName": "INSERT"}, {"eventName": "REMOVE"}]}, None)
    printed = capsys.readouterr().out
    assert "unreadable record" in printed
    assert '"StockRecordsUnreadable":1' in printed, "the metric of an alarm"
    assert len(tables.scan(STOCK)) == 2
