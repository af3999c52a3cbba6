"""Checkout under faults and concurrent changes: order and cart change are written together, once or not at all."""

import uuid
from typing import Any

import pytest

from tests.e2e.faults import dynamodb_proxy as fault
from tests.e2e.faults.conftest import THE_WRITE, Checkout
from tests.support.api import item

pytestmark = [pytest.mark.one_region, pytest.mark.shared]


@pytest.fixture
def home_region(cloud: Any) -> str:
    return str(cloud.regions[0])


@pytest.mark.parametrize(
    "broken",
    [
        fault.request_lost,
        fault.response_lost,
        fault.refused("InternalServerError", 500),
        fault.refused("ThrottlingException"),
        fault.refused("ProvisionedThroughputExceededException"),
        fault.refused("TransactionInProgressException"),
    ],
    ids=["request lost", "answer lost", "server error", "throttled", "over capacity", "in progress"],
)
def test_failed_write_is_retried_once(broken: fault.Fault, home_region: str, checkout: Checkout) -> None:
    book, key = checkout.books[0], str(uuid.uuid4())
    checkout.mine[home_region].put_line(book["id"], 3)
    checkout.proxy.inject(THE_WRITE, broken)
    answer = checkout.start(home_region).order(checkout.account.id, [item(book, 2)], 2 * book["price"], key)
    assert answer.status == 201, answer.text
    (order,) = checkout.stored.orders()
    assert order["orderId"] == answer.json["orderId"]
    assert checkout.stored.cart() == {book["id"]: 1}


@pytest.mark.parametrize("operation", ["GetItem", "BatchGetItem", THE_WRITE])
@pytest.mark.parametrize("code", ["ThrottlingException", "ProvisionedThroughputExceededException"])
def test_throttled_checkout_keeps_cart(
    operation: str, code: str, home_region: str, checkout: Checkout
) -> None:
    book, key = checkout.books[0], str(uuid.uuid4())
    checkout.mine[home_region].put_line(book["id"], 1)
    function = checkout.start(home_region, cold=True)
    checkout.proxy.inject(operation, *[fault.refused(code)] * 50)
    answer = function.order(checkout.account.id, [item(book)], book["price"], key)
    assert (answer.status, answer.json["type"]) == (503, "urn:bookstore:problem:unavailable")
    assert answer.headers["retry-after"] == "1"
    assert checkout.stored.orders() == []
    assert checkout.stored.cart() == {book["id"]: 1}

    checkout.proxy.clear()
    assert function.order(checkout.account.id, [item(book)], book["price"], key).status == 201
    assert len(checkout.stored.orders()) == 1
    assert checkout.stored.cart() == {}


def test_throttled_transaction_is_not_conflict(home_region: str, checkout: Checkout) -> None:
    book = checkout.books[0]
    reasons = [{"Code": "None"}, {"Code": "ThrottlingError", "Message": "slow down"}]
    checkout.proxy.inject(
        THE_WRITE, fault.refused("TransactionCanceledException", CancellationReasons=reasons)
    )
    answer = checkout.start(home_region).order(
        checkout.account.id, [item(book)], book["price"], str(uuid.uuid4())
    )
    assert answer.status == 503
    assert checkout.order_writes() == [THE_WRITE]
    assert checkout.stored.orders() == []


@pytest.mark.parametrize(("change", "left"), [(5, 3), (1, 0), (0, 0)], ids=["more", "fewer", "none"])
def test_cart_change_in_checkout_is_kept(change: int, left: int, region: str, checkout: Checkout) -> None:
    """Two copies are ordered while another device sets the line, in another region if there is one."""
    book = checkout.books[0]
    checkout.mine[region].put_line(book["id"], 2)
    elsewhere = [*checkout.mine.values()][-1]

    def set_line() -> None:
        if change:
            elsewhere.put_line(book["id"], change)
        else:
            elsewhere.expect(204, "DELETE", f"/cart/{book['id']}")

    checkout.proxy.inject(THE_WRITE, fault.preceded_by(set_line))
    answer = checkout.start(region).order(
        checkout.account.id, [item(book, 2)], 2 * book["price"], str(uuid.uuid4())
    )
    assert answer.status == 201
    assert checkout.order_writes() == [THE_WRITE] * 2, "the cancelled write is decided again"
    (order,) = checkout.stored.orders()
    assert [(line["bookId"], int(line["quantity"])) for line in order["items"]] == [(book["id"], 2)]
    assert checkout.stored.cart() == ({book["id"]: left} if left else {})


def test_cart_always_changing_is_not_ordered(home_region: str, checkout: Checkout) -> None:
    book, key = checkout.books[0], str(uuid.uuid4())
    checkout.mine[home_region].put_line(book["id"], 1)
    function = checkout.start(home_region)
    quantities = iter(range(2, 60))
    checkout.proxy.inject(
        THE_WRITE,
        *[fault.preceded_by(lambda: checkout.mine[home_region].put_line(book["id"], next(quantities)))] * 50,
    )
    answer = function.order(checkout.account.id, [item(book)], book["price"], key)
    assert answer.status == 503
    assert checkout.stored.orders() == []
    assert checkout.stored.cart() == {book["id"]: next(quantities) - 1}

    checkout.proxy.clear()
    before = checkout.stored.cart()[book["id"]]
    assert function.order(checkout.account.id, [item(book)], book["price"], key).status == 201
    assert checkout.stored.cart() == {book["id"]: before - 1}


def test_concurrent_same_key_is_one_order(region: str, checkout: Checkout) -> None:
    book, key = checkout.books[0], str(uuid.uuid4())
    checkout.mine[region].put_line(book["id"], 3)
    elsewhere = [*checkout.mine.values()][-1]
    checkout.proxy.inject(
        THE_WRITE, fault.preceded_by(lambda: elsewhere.order([item(book, 2)], 2 * book["price"], key=key))
    )
    answer = checkout.start(region).order(checkout.account.id, [item(book, 2)], 2 * book["price"], key)
    assert answer.status == 201
    (order,) = checkout.stored.orders()
    assert order["orderId"] == answer.json["orderId"]
    assert order["region"] == elsewhere.region
    assert checkout.stored.cart() == {book["id"]: 1}


def test_concurrent_key_for_two_carts_first_wins(region: str, checkout: Checkout) -> None:
    one, two = checkout.books[:2]
    key = str(uuid.uuid4())
    checkout.mine[region].put_line(one["id"], 1)
    checkout.mine[region].put_line(two["id"], 1)
    elsewhere = [*checkout.mine.values()][-1]
    checkout.proxy.inject(
        THE_WRITE, fault.preceded_by(lambda: elsewhere.order([item(two)], two["price"], key=key))
    )
    answer = checkout.start(region).order(checkout.account.id, [item(one)], one["price"], key)
    assert (answer.status, answer.json["type"]) == (422, "urn:bookstore:problem:idempotency-key-reused")
    (order,) = checkout.stored.orders()
    assert [line["bookId"] for line in order["items"]] == [two["id"]]
    assert checkout.stored.cart() == {one["id"]: 1}


def test_concurrent_line_changes_both_kept(region: str, checkout: Checkout) -> None:
    book = checkout.books[0]
    elsewhere = [*checkout.mine.values()][-1]
    checkout.proxy.inject(
        "PutItem", fault.preceded_by(lambda: elsewhere.expect(200, "POST", "/cart", json=item(book, 2)))
    )
    answer = checkout.start(region, "cart").send(checkout.account.id, "POST", "/cart", item(book, 3))
    assert answer.status == 200
    assert checkout.order_writes() == ["PutItem"] * 2
    assert checkout.stored.cart() == {book["id"]: 5}


@pytest.mark.parametrize(
    "broken", [fault.request_lost, fault.response_lost, fault.refused("ThrottlingException")]
)
def test_addition_response_lost_adds_once(broken: fault.Fault, home_region: str, checkout: Checkout) -> None:
    checkout.proxy.inject("PutItem", broken)
    answer = checkout.start(home_region, "cart").send(
        checkout.account.id, "POST", "/cart", item(checkout.books[0], 2)
    )
    assert answer.status == 200
    assert checkout.stored.cart() == {checkout.books[0]["id"]: 2}


def test_addition_unknown_outcome_is_not_repeated(home_region: str, checkout: Checkout) -> None:
    """The response is lost, and another device changes the line before the retry."""
    book = checkout.books[0]
    other = checkout.mine[home_region]
    checkout.proxy.inject(
        "PutItem", fault.followed_by(lambda: other.expect(200, "POST", "/cart", json=item(book, 3)))
    )
    answer = checkout.start(home_region, "cart").send(checkout.account.id, "POST", "/cart", item(book, 2))
    assert answer.status == 503
    assert "read it before" in answer.json["detail"]
    assert checkout.stored.cart() == {book["id"]: 5}
