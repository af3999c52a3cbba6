import json
import uuid
from typing import Any

import pytest

from cart.handler import handle as cart_handle
from orders import handler
from orders.handler import handle
from orders.store import Orders
from runtime import clock, cursor
from runtime.errors import TransactionCancelled, Unavailable
from runtime.settings import settings
from tests.support.api_events import Answer, Shopper
from tests.support.lambda_tables import CART, ORDERS, Tables

KEY = "3b241101-e2bb-4255-8caf-4136c566a962"
ada = Shopper(handle, "ada")
bob = Shopper(handle, "bob")
adas_cart = Shopper(cart_handle, "ada")


def order(shopper: Shopper, quantities: dict[str, int], total: int, key: str = KEY) -> Answer:
    items = [{"bookId": book_id, "quantity": quantity} for book_id, quantity in quantities.items()]
    body = {"items": items, "expectedTotal": total}
    return shopper("POST", "/orders", body, headers={"IDEMPOTENCY-key": key})


def fill_cart(quantities: dict[str, int]) -> dict[str, Any]:
    for book_id, quantity in quantities.items():
        answer = adas_cart("POST", "/cart", {"bookId": book_id, "quantity": quantity})
    cart: dict[str, Any] = answer.json
    return cart


def in_cart() -> dict[str, int]:
    return {item["bookId"]: item["quantity"] for item in adas_cart("GET", "/cart").json["items"]}


@pytest.fixture(autouse=True)
def catalog(tables: Tables) -> None:
    tables.book("a", price=500)
    tables.book("b", price=299)
    tables.book("dollars", price=1, currency="USD")


def test_order_removes_copies_from_cart(tables: Tables) -> None:
    cart = fill_cart({"a": 2, "b": 3})

    placed = order(ada, {"a": 2, "b": 1}, 1299, key=cart["checkoutKey"])

    assert placed.status == 201
    assert placed.json["total"] == 1299
    assert placed.json["region"] == "eu-west-1"
    assert in_cart() == {"b": 2}


def test_order_without_cart_leaves_tombstone(tables: Tables) -> None:
    assert order(ada, {"a": 1}, 500).status == 201
    tombstone = tables.cart_line("ada", "a")
    assert tombstone is not None
    assert (tombstone["quantity"], len(tombstone["settled"])) == (0, 1)


def test_repeated_request_returns_first_order(tables: Tables) -> None:
    fill_cart({"a": 2, "b": 1})
    first = order(ada, {"a": 2, "b": 1}, 1299)
    fill_cart({"a": 1})
    tables.book("a", price=999)

    for again in (order(ada, {"b": 1, "a": 2}, 1299), order(ada, {"a": 2, "b": 1}, 1, key=KEY.upper())):
        assert (again.status, again.text) == (201, first.text)
    assert in_cart() == {"a": 1}
    assert len(tables.scan(ORDERS)) == 1


@pytest.mark.parametrize("other", [{"a": 1}, {"a": 2, "b": 1}, {"b": 2}])
def test_key_with_other_items_is_refused(tables: Tables, other: dict[str, int]) -> None:
    order(ada, {"a": 2}, 1000)

    answer = order(ada, other, 0)

    assert (answer.status, answer.json["type"]) == (422, "urn:bookstore:problem:idempotency-key-reused")
    assert len(tables.scan(ORDERS)) == 1


def test_same_key_of_two_shoppers_gives_two_orders(tables: Tables) -> None:
    mine, theirs = order(ada, {"a": 1}, 500), order(bob, {"b": 1}, 299)
    assert mine.json["orderId"] != theirs.json["orderId"]
    assert theirs.status == 201


def test_changed_price_orders_nothing(tables: Tables) -> None:
    fill_cart({"a": 1})

    answer = order(ada, {"a": 1, "b": 2}, 1)

    assert (answer.status, answer.json["type"]) == (409, "urn:bookstore:problem:price-changed")
    assert answer.json["total"] == 1098
    assert [item["unitPrice"] for item in answer.json["items"]] == [500, 299]
    assert in_cart() == {"a": 1}
    assert tables.scan(ORDERS) == []
    assert order(ada, {"a": 1, "b": 2}, 1098).status == 201


def test_unknown_book_is_named(tables: Tables) -> None:
    answer = order(ada, {"a": 1, "nowhere": 1}, 500)
    assert answer.status == 404
    assert "nowhere" in answer.json["detail"]


def test_order_has_one_currency(tables: Tables) -> None:
    assert order(ada, {"a": 1, "dollars": 1}, 501).status == 400
    assert order(ada, {"dollars": 1}, 1).json["currency"] == "USD"


def test_order_of_49_lines_is_one_transaction(tables: Tables) -> None:
    quantities = {tables.book(f"x{number}", price=1)["id"]: 1 for number in range(49)}
    for book_id in quantities:
        tables.stock(book_id, received=1)
    tables.fill_cart("ada", quantities)
    assert order(ada, quantities, 49).status == 201
    assert in_cart() == {}


def race(monkeypatch: pytest.MonkeyPatch, rival: Any, times: int = 1) -> None:
    """Let `rival` act between the reads and the write of a checkout."""
    place = Orders.place
    left = times

    def raced(self: Orders, *arguments: Any) -> None:
        nonlocal left
        if left:
            left -= 1
            rival()
        place(self, *arguments)

    monkeypatch.setattr(Orders, "place", raced)


def test_addition_during_checkout_stays(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_cart({"a": 2})
    race(monkeypatch, lambda: fill_cart({"a": 1}), times=2)

    assert order(ada, {"a": 2}, 1000).status == 201
    assert in_cart() == {"a": 2}


def test_removal_during_checkout_does_not_stop_order(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_cart({"a": 2})
    race(monkeypatch, lambda: adas_cart("DELETE", "/cart/{bookId}", path={"bookId": "a"}))

    assert order(ada, {"a": 2}, 1000).status == 201
    assert in_cart() == {}


def test_simultaneous_repetitions_are_one_order(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_cart({"a": 3})
    answers = []
    race(monkeypatch, lambda: answers.append(order(ada, {"a": 2}, 1000)))
    answers.append(order(ada, {"a": 2}, 1000))

    assert answers[0].text == answers[1].text
    assert len(tables.scan(ORDERS)) == 1
    assert in_cart() == {"a": 1}


@pytest.mark.parametrize("elsewhere", [0, 1])
def test_order_placed_between_reads_is_returned(
    tables: Tables, monkeypatch: pytest.MonkeyPatch, elsewhere: int
) -> None:
    """BatchGetItem may read the order before, and the stock after the same request has placed it."""
    tables.stock("a", received=1)
    tables.stock("a", "ap-southeast-1", received=elsewhere)
    first = order(ada, {"a": 1}, 500)
    find = Orders.find
    monkeypatch.setattr(Orders, "find", lambda *arguments: find(*arguments)._replace(order=None))

    second = order(ada, {"a": 1}, 500)

    assert (second.status, second.text) == (201, first.text)
    assert "wanted" not in tables.share("a")
    assert order(ada, {"a": 2}, 1000).status == 422


def test_simultaneous_key_reuse_is_refused(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = []
    race(monkeypatch, lambda: answers.append(order(ada, {"a": 2}, 1000)))
    answers.append(order(ada, {"b": 1}, 299))

    assert [answer.status for answer in answers] == [201, 422]


def test_constant_cart_changes_order_nothing(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_cart({"a": 1})
    race(monkeypatch, lambda: fill_cart({"a": 1}), times=50)

    answer = order(ada, {"a": 1}, 500)

    assert answer.status == 503
    assert tables.scan(ORDERS) == []
    assert in_cart()["a"] > 1


def test_retry_after_lost_answer_orders_once(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_cart({"a": 2})
    place = Orders.place

    def crash(self: Orders, *arguments: Any) -> None:
        place(self, *arguments)
        raise Unavailable("A service of this region does not answer; try again.")

    with monkeypatch.context() as crashing:
        crashing.setattr(Orders, "place", crash)
        assert order(ada, {"a": 2}, 1000).status == 503
    fill_cart({"a": 1})

    assert order(ada, {"a": 2}, 1000).status == 201
    assert in_cart() == {"a": 1}
    assert len(tables.scan(ORDERS)) == 1


def test_retry_in_region_without_order_keeps_copies(tables: Tables) -> None:
    """Replication may bring the changed cart line to another region before the order."""
    fill_cart({"a": 2})
    first = order(ada, {"a": 2}, 1000).json
    key = {"customerId": {"S": "ada"}, "orderId": {"S": first["orderId"]}}
    tables.client.delete_item(TableName=ORDERS, Key=key)
    fill_cart({"a": 1})

    second = order(ada, {"a": 2}, 1000).json

    unstable = {"createdAt", "cancellableUntil", "region"}
    assert {k: v for k, v in first.items() if k not in unstable} == {
        k: v for k, v in second.items() if k not in unstable
    }
    assert in_cart() == {"a": 1}


def test_transaction_conflicts_are_retried(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    def conflict() -> None:
        raise TransactionCancelled((None, "TransactionConflict"))

    race(monkeypatch, conflict, times=3)
    assert order(ada, {"a": 1}, 500).status == 201


def test_pages_list_newest_orders_first(tables: Tables) -> None:
    placed = [order(ada, {"a": 1}, 500, key=str(uuid.uuid4())).json["orderId"] for _ in range(5)]
    order(bob, {"a": 1}, 500)
    seen, following = [], None
    while True:
        query = {"limit": "2"} | ({"cursor": following} if following else {})
        page = ada("GET", "/orders", query=query).json
        seen += [item["orderId"] for item in page["items"]]
        following = page["nextCursor"]
        if following is None:
            break

    stored = {item["orderId"]: item["createdAt"] for item in tables.scan(ORDERS)}
    assert sorted(seen) == sorted(placed)
    assert [stored[order_id] for order_id in seen] == sorted((stored[one] for one in placed), reverse=True)


def test_orders_of_other_shoppers_are_hidden(tables: Tables) -> None:
    mine = order(ada, {"a": 1}, 500).json
    order(ada, {"a": 1}, 500, key=str(uuid.uuid4()))
    path = {"orderId": mine["orderId"]}
    following = ada("GET", "/orders", query={"limit": "1"}).json["nextCursor"]

    assert ada("GET", "/orders/{orderId}", path=path).json == mine
    assert ada("GET", "/orders/{orderId}", path={"orderId": mine["orderId"].upper()}).json == mine
    assert bob("GET", "/orders/{orderId}", path=path).status == 404
    assert bob("GET", "/orders").json == {"items": [], "nextCursor": None}
    assert bob("GET", "/orders", query={"cursor": following}).json["items"] == []


@pytest.mark.parametrize(
    "text",
    [
        "x",
        cursor.encode({"at": "yesterday", "id": KEY}),
        cursor.encode({"at": clock.timestamp(clock.now()), "id": "1"}),
        cursor.encode({"at": clock.timestamp(clock.now()), "id": KEY, "customerId": "ada"}),
    ],
    ids=["not a cursor", "bad time", "bad id", "extra field"],  # the text holds the time of the collection
)
def test_forged_cursor_is_refused(text: str) -> None:
    assert ada("GET", "/orders", query={"cursor": text}).status == 400


@pytest.mark.parametrize("key", ["", "1", KEY + "0", KEY.replace("-", ""), f"{KEY}\n", "{" + KEY + "}"])
def test_key_must_be_a_uuid(key: str) -> None:
    assert order(ada, {"a": 1}, 500, key=key).status == 400
    assert ada("POST", "/orders", {"items": [], "expectedTotal": 0}).status == 400


ITEM = {"bookId": "a", "quantity": 1}


@pytest.mark.parametrize("headers", [{}, {"idempotency-key": ""}, {"idempotency-key": "1"}])
def test_order_without_key_is_refused(tables: Tables, headers: dict[str, str]) -> None:
    answer = ada("POST", "/orders", {"items": [ITEM], "expectedTotal": 500}, headers=headers)
    assert (answer.status, answer.json["type"]) == (400, "urn:bookstore:problem:bad-request")
    assert tables.scan(ORDERS) == []


@pytest.mark.parametrize(
    "body",
    [
        {"items": [ITEM]},
        {"expectedTotal": 500},
        {"items": [], "expectedTotal": 0},
        {"items": [ITEM, ITEM], "expectedTotal": 1000},
        {"items": [ITEM] * 50, "expectedTotal": 500},
        {"items": ITEM, "expectedTotal": 500},
        {"items": ["a"], "expectedTotal": 500},
        {"items": [{**ITEM, "unitPrice": 1}], "expectedTotal": 1},
        {"items": [{"bookId": "a", "quantity": True}], "expectedTotal": 500},
        {"items": [ITEM], "expectedTotal": -1},
        {"items": [ITEM], "expectedTotal": 500.0},
        {"items": [ITEM], "expectedTotal": True},
        {"items": [ITEM], "expectedTotal": "500"},
        {"items": [ITEM], "expectedTotal": 10**13},
        {"items": [ITEM], "expectedTotal": 500, "customerId": "bob"},
        {"items": [ITEM], "expectedTotal": 500, "region": "us-east-1"},
        {"items": [ITEM], "expectedTotal": 500, "currency": "XXX"},
    ],
)
def test_invalid_body_is_refused(tables: Tables, body: Any) -> None:
    assert ada("POST", "/orders", body, headers={"idempotency-key": KEY}).status == 400
    assert tables.scan(ORDERS) == []
    assert tables.scan(CART) == []


@pytest.mark.parametrize(
    ("method", "resource"), [("GET", "/orders"), ("POST", "/orders"), ("GET", "/orders/{orderId}")]
)
def test_orders_require_sign_in(method: str, resource: str) -> None:
    assert Shopper(handle)(method, resource, path={"orderId": KEY}).status == 401


def test_metrics_and_logs_do_not_name_shopper(capsys: pytest.CaptureFixture[str]) -> None:
    fill_cart({"a": 1})
    capsys.readouterr()
    order(ada, {"a": 1}, 500)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    figures = {name: line[name] for line in lines for name in ("OrdersPlaced", "Revenue") if name in line}
    assert figures == {"OrdersPlaced": 1, "Revenue": 500}
    requests = [line for line in lines if line.get("message") == "request"]
    assert [(line["route"], line["status"]) for line in requests] == [("POST /orders", 201)]
    assert not any("ada" in json.dumps(line) for line in lines)


def version_of(book_id: str) -> str:
    lines = {item["bookId"]: item["version"] for item in adas_cart("GET", "/cart").json["items"]}
    return str(lines[book_id])


def order_line(version: str, quantity: int, key: str = KEY) -> Answer:
    items = [{"bookId": "a", "quantity": quantity, "lineVersion": version}]
    body = {"items": items, "expectedTotal": 500 * quantity}
    return ada("POST", "/orders", body, headers={"idempotency-key": key})


def test_line_is_paid_once() -> None:
    """A tab that was left open orders what another tab has ordered meanwhile."""
    fill_cart({"a": 2})
    version = version_of("a")
    assert order_line(version, 2).status == 201

    second = order_line(version, 2, key=str(uuid.uuid4()))

    assert (second.status, second.json["type"]) == (409, "urn:bookstore:problem:cart-changed")
    assert second.json["cart"]["items"] == []
    assert order_line(version, 2).status == 201, "a repetition gets its order"


def test_changed_line_is_not_ordered(tables: Tables) -> None:
    fill_cart({"a": 2})
    version = version_of("a")
    fill_cart({"a": 1})

    answer = order_line(version, 2)

    assert (answer.status, answer.json["cart"]["items"][0]["quantity"]) == (409, 3)
    assert tables.scan(ORDERS) == []


def test_line_changed_during_checkout_is_not_ordered(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_cart({"a": 2})
    version = version_of("a")
    race(monkeypatch, lambda: fill_cart({"a": 1}))
    assert order_line(version, 2).status == 409
    assert tables.scan(ORDERS) == []


def test_settled_line_does_not_stop_its_order(tables: Tables) -> None:
    """After a failover the line may arrive before the order that has settled it."""
    fill_cart({"a": 2})
    version = version_of("a")
    first = order_line(version, 2).json
    key = {"customerId": {"S": "ada"}, "orderId": {"S": first["orderId"]}}
    tables.client.delete_item(TableName=ORDERS, Key=key)
    assert order_line(version, 2).json["orderId"] == first["orderId"]


def test_order_takes_copies_from_stock(tables: Tables) -> None:
    tables.stock("a", received=3)
    assert adas_cart("POST", "/cart", {"bookId": "a", "quantity": 1}).json["items"][0]["book"]["stock"] == {
        "available": 3,
        "here": 3,
    }
    first = order(ada, {"a": 2}, 1000)
    assert order(ada, {"a": 2}, 1000).json["orderId"] == first.json["orderId"]
    assert tables.share("a")["spent"] == 2

    short = order(ada, {"a": 2, "b": 1}, 1299, key=str(uuid.uuid4()))
    assert (short.status, short.json["type"]) == (409, "urn:bookstore:problem:out-of-stock")
    assert short.json["items"] == [{"bookId": "a", "wanted": 2, "available": 1}]
    assert tables.share("a")["spent"] == 2


def test_stock_in_other_region_is_named(tables: Tables) -> None:
    tables.stock("a", received=1)
    tables.stock("a", "ap-southeast-1", received=5, spent=1)
    answer = order(ada, {"a": 2}, 1000)
    assert (answer.status, answer.json["type"]) == (409, "urn:bookstore:problem:stock-elsewhere")
    assert answer.json["regions"] == ["ap-southeast-1"]
    assert tables.share("a")["wanted"] == 2


@pytest.mark.parametrize("code", ["TransactionConflictException", "InternalServerError"])
@pytest.mark.parametrize(("elsewhere", "problem"), [(5, "stock-elsewhere"), (1, "out-of-stock")])
def test_short_order_with_refused_request_for_copies_is_answered(
    tables: Tables, monkeypatch: pytest.MonkeyPatch, code: str, elsewhere: int, problem: str
) -> None:
    tables.stock("a", received=0)
    tables.stock("a", "ap-southeast-1", received=elsewhere)
    tables.refuse_once(monkeypatch, "update_item", code)
    answer = order(ada, {"a": 2}, 1000)
    assert (answer.status, answer.json["type"]) == (409, f"urn:bookstore:problem:{problem}")


def test_short_order_with_conflict_requests_other_books(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    for book_id in ("a", "b"):
        tables.stock(book_id, received=1)
        tables.stock(book_id, "ap-southeast-1", received=5)
    tables.refuse_once(monkeypatch, "update_item")
    assert order(ada, {"a": 2, "b": 2}, 1598).status == 409
    assert [tables.share(book_id).get("wanted") for book_id in ("a", "b")] == [None, 2]


def test_last_copy_is_sold_once(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    tables.stock("a", received=1)
    answers: list[Answer] = []
    race(monkeypatch, lambda: answers.append(order(bob, {"a": 1}, 500)))
    answers.append(order(ada, {"a": 1}, 500))
    assert [answer.status for answer in answers] == [201, 409]
    assert tables.share("a")["spent"] == 1


def test_orders_of_an_hour_are_limited(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERS_PER_HOUR", "2")
    settings.cache_clear()
    handler._checkout.cache_clear()
    first = order(ada, {"a": 1}, 500)
    assert order(ada, {"a": 1}, 500, key=str(uuid.uuid4())).status == 201
    third = order(ada, {"a": 1}, 500, key=str(uuid.uuid4()))
    assert (third.status, third.json["type"]) == (429, "urn:bookstore:problem:too-many-orders")
    assert 0 < int(third.headers["retry-after"]) <= 3600
    assert order(ada, {"a": 1}, 500).text == first.text
    assert order(bob, {"a": 1}, 500).status == 201
    assert adas_cart("GET", "/cart").json["items"] == []


def test_page_needs_one_query(tables: Tables) -> None:
    for _ in range(9):
        order(ada, {"a": 1}, 500, key=str(uuid.uuid4()))
    queries: list[str] = []
    tables.client.meta.events.register(
        "before-call.dynamodb.Query", lambda model, **_: queries.append(model.name)
    )
    first = ada("GET", "/orders", query={"limit": "3"}).json
    assert len(queries) == 1
    ada("GET", "/orders", query={"limit": "3", "cursor": first["nextCursor"]})
    assert len(queries) == 2


def test_checkout_needs_three_requests(tables: Tables) -> None:
    tables.stock("a", received=9)
    order(ada, {"a": 1}, 500)
    calls: list[str] = []
    names = ("BatchGetItem", "GetItem", "Query", "UpdateItem", "TransactWriteItems", "PutItem")
    tables.client.meta.events.register(
        "before-call.dynamodb", lambda model, **_: calls.append(model.name) if model.name in names else None
    )
    order(ada, {"a": 1}, 500, key=str(uuid.uuid4()))
    assert calls == ["BatchGetItem", "UpdateItem", "TransactWriteItems"]


def test_order_is_final_after_its_time(tables: Tables) -> None:
    placed = order(ada, {"a": 1}, 500).json
    assert placed["status"] == "placed"
    stored = next(item for item in tables.scan(ORDERS) if item["orderId"] == placed["orderId"])
    tables.put(ORDERS, {**stored, "cancellableUntil": stored["createdAt"]})
    path = {"orderId": placed["orderId"]}
    assert ada("GET", "/orders/{orderId}", path=path).json["status"] == "final"
    late = ada("PUT", "/orders/{orderId}/cancellation", path=path)
    assert (late.status, late.json["type"]) == (409, "urn:bookstore:problem:too-late")
    assert bob("PUT", "/orders/{orderId}/cancellation", path=path).status == 404


def test_address_is_kept_with_the_order(tables: Tables) -> None:
    address = {"name": "Ada L", "street": "Quay 7", "city": "Hamburg", "postcode": "20095", "country": "DE"}
    body = {"items": [{"bookId": "a", "quantity": 1}], "expectedTotal": 500, "address": address}

    placed = ada("POST", "/orders", body, headers={"Idempotency-Key": KEY})

    assert placed.json["address"] == address
    path = {"orderId": placed.json["orderId"]}
    assert ada("GET", "/orders/{orderId}", path=path).json["address"] == address


def test_order_without_address_has_none() -> None:
    assert "address" not in order(ada, {"a": 1}, 500).json


def test_address_is_not_logged(capsys: pytest.CaptureFixture[str]) -> None:
    address = {
        "name": "Ada Lovelace",
        "street": "Quay 7",
        "city": "Hamburg",
        "postcode": "20095",
        "country": "DE",
    }
    body = {"items": [{"bookId": "a", "quantity": 1}], "expectedTotal": 500, "address": address}

    ada("POST", "/orders", body, headers={"Idempotency-Key": KEY})
    ada("POST", "/orders", {**body, "address": {**address, "country": "x"}}, headers={"Idempotency-Key": KEY})

    logged = capsys.readouterr().out
    assert logged
    assert "Lovelace" not in logged
    assert "Quay" not in logged
