"""Checkout, cut off and crossed: an order is placed once or not at all, and its copies leave the cart with it."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from ops.drilling.accounts import Account
from tests.e2e.api import Api, Json, item
from tests.e2e.faults import between as fault
from tests.e2e.faults.between import Between
from tests.e2e.faults.conftest import Books, Start
from tests.e2e.faults.function import DiedError

THE_WRITE = "TransactWriteItems"


@pytest.fixture
def home_region(cloud: Any) -> str:
    return str(cloud.regions[0])


@pytest.mark.parametrize("happened", [False, True], ids=["before its write", "after its write"])
def test_a_function_killed_at_its_only_write_leaves_all_or_nothing(
    happened: bool,
    region: str,
    account: Account,
    mine: dict[str, Api],
    books: list[Json],
    between: Between,
    start: Start,
    kept: Books,
    exact: Callable[[], None],
) -> None:
    one, two = books[:2]
    mine[region].put_line(one["id"], 2)
    mine[region].put_line(two["id"], 1)
    lines, total, key = [item(one, 2), item(two)], 2 * one["price"] + two["price"], str(uuid.uuid4())
    function = start(region)
    killed = fault.followed_by(function.kill) if happened else fault.lost_with(function.kill)
    between.lay(THE_WRITE, killed)
    with pytest.raises(DiedError):
        function.order(account.id, lines, total, key)

    assert between.writes == [THE_WRITE], "there are not two between which it could die"
    assert len(kept.orders()) == happened
    assert kept.cart() == ({} if happened else {one["id"]: 2, two["id"]: 1})

    answers = [api.order(lines, total, key=key) for api in mine.values()]
    (order,) = kept.orders()
    assert {answer["orderId"] for answer in answers} == {order["orderId"]}
    assert kept.cart() == {}


@pytest.mark.parametrize(
    "broken",
    [
        fault.lost,
        fault.unheard,
        fault.refused("InternalServerError", 500),
        fault.refused("ThrottlingException"),
        fault.refused("ProvisionedThroughputExceededException"),
        fault.refused("TransactionInProgressException"),
    ],
    ids=["request lost", "answer lost", "server error", "throttled", "over capacity", "in progress"],
)
def test_a_write_that_fails_once_is_written_once(
    broken: fault.Fault,
    home_region: str,
    account: Account,
    mine: dict[str, Api],
    books: list[Json],
    between: Between,
    start: Start,
    kept: Books,
) -> None:
    book, key = books[0], str(uuid.uuid4())
    mine[home_region].put_line(book["id"], 3)
    between.lay(THE_WRITE, broken)
    answer = start(home_region).order(account.id, [item(book, 2)], 2 * book["price"], key)
    assert answer.status == 201, answer.text
    (order,) = kept.orders()
    assert order["orderId"] == answer.json["orderId"]
    assert kept.cart() == {book["id"]: 1}


@pytest.mark.parametrize("operation", ["GetItem", "BatchGetItem", THE_WRITE])
@pytest.mark.parametrize("code", ["ThrottlingException", "ProvisionedThroughputExceededException"])
def test_while_dynamodb_throttles_nothing_is_ordered_and_nothing_is_lost(
    operation: str,
    code: str,
    home_region: str,
    account: Account,
    mine: dict[str, Api],
    books: list[Json],
    between: Between,
    start: Start,
    kept: Books,
) -> None:
    book, key = books[0], str(uuid.uuid4())
    mine[home_region].put_line(book["id"], 1)
    function = start(home_region)
    between.lay(operation, *[fault.refused(code)] * 50)
    answer = function.order(account.id, [item(book)], book["price"], key)
    assert (answer.status, answer.json["type"]) == (503, "urn:bookstore:problem:unavailable")
    assert answer.headers["retry-after"] == "1"
    assert kept.orders() == []
    assert kept.cart() == {book["id"]: 1}

    between.clear()
    assert function.order(account.id, [item(book)], book["price"], key).status == 201
    assert len(kept.orders()) == 1
    assert kept.cart() == {}


def test_a_transaction_that_is_throttled_inside_is_not_taken_for_a_lost_race(
    home_region: str,
    account: Account,
    books: list[Json],
    between: Between,
    start: Start,
    kept: Books,
) -> None:
    book = books[0]
    reasons = [{"Code": "None"}, {"Code": "ThrottlingError", "Message": "slow down"}]
    between.lay(THE_WRITE, fault.refused("TransactionCanceledException", CancellationReasons=reasons))
    answer = start(home_region).order(account.id, [item(book)], book["price"], str(uuid.uuid4()))
    assert answer.status == 503
    assert between.writes == [THE_WRITE]
    assert kept.orders() == []


@pytest.mark.parametrize(("change", "left"), [(5, 3), (1, 0), (0, 0)], ids=["more", "fewer", "none"])
def test_a_cart_that_changes_while_it_is_checked_out_keeps_what_was_added(
    change: int,
    left: int,
    region: str,
    account: Account,
    mine: dict[str, Api],
    books: list[Json],
    between: Between,
    start: Start,
    kept: Books,
) -> None:
    """Two copies are ordered while another device, in another region where there is one, sets the line."""
    book = books[0]
    mine[region].put_line(book["id"], 2)
    elsewhere = [*mine.values()][-1]

    def set_line() -> None:
        if change:
            elsewhere.put_line(book["id"], change)
        else:
            elsewhere.expect(204, "DELETE", f"/cart/{book['id']}")

    between.lay(THE_WRITE, fault.after(set_line))
    answer = start(region).order(account.id, [item(book, 2)], 2 * book["price"], str(uuid.uuid4()))
    assert answer.status == 201
    assert between.writes == [THE_WRITE] * 2, "the first is cancelled, the second is decided anew"
    (order,) = kept.orders()
    assert [(line["bookId"], int(line["quantity"])) for line in order["items"]] == [(book["id"], 2)]
    assert kept.cart() == ({book["id"]: left} if left else {})


def test_a_cart_that_never_stands_still_is_not_ordered(
    home_region: str,
    account: Account,
    mine: dict[str, Api],
    books: list[Json],
    between: Between,
    start: Start,
    kept: Books,
) -> None:
    book, key = books[0], str(uuid.uuid4())
    mine[home_region].put_line(book["id"], 1)
    function = start(home_region)
    quantities = iter(range(2, 60))
    between.lay(
        THE_WRITE, *[fault.after(lambda: mine[home_region].put_line(book["id"], next(quantities)))] * 50
    )
    answer = function.order(account.id, [item(book)], book["price"], key)
    assert answer.status == 503
    assert kept.orders() == []
    assert kept.cart() == {book["id"]: next(quantities) - 1}

    between.clear()
    before = kept.cart()[book["id"]]
    assert function.order(account.id, [item(book)], book["price"], key).status == 201
    assert kept.cart() == {book["id"]: before - 1}


def test_one_request_twice_at_one_instant_is_one_order(
    region: str,
    account: Account,
    mine: dict[str, Api],
    books: list[Json],
    between: Between,
    start: Start,
    kept: Books,
) -> None:
    book, key = books[0], str(uuid.uuid4())
    mine[region].put_line(book["id"], 3)
    elsewhere = [*mine.values()][-1]
    between.lay(THE_WRITE, fault.after(lambda: elsewhere.order([item(book, 2)], 2 * book["price"], key=key)))
    answer = start(region).order(account.id, [item(book, 2)], 2 * book["price"], key)
    assert answer.status == 201
    (order,) = kept.orders()
    assert order["orderId"] == answer.json["orderId"]
    assert order["region"] == elsewhere.region
    assert kept.cart() == {book["id"]: 1}


def test_one_key_for_two_carts_at_one_instant_is_the_first_ones(
    region: str,
    account: Account,
    mine: dict[str, Api],
    books: list[Json],
    between: Between,
    start: Start,
    kept: Books,
) -> None:
    one, two = books[:2]
    key = str(uuid.uuid4())
    mine[region].put_line(one["id"], 1)
    mine[region].put_line(two["id"], 1)
    elsewhere = [*mine.values()][-1]
    between.lay(THE_WRITE, fault.after(lambda: elsewhere.order([item(two)], two["price"], key=key)))
    answer = start(region).order(account.id, [item(one)], one["price"], key)
    assert (answer.status, answer.json["type"]) == (422, "urn:bookstore:problem:idempotency-key-reused")
    (order,) = kept.orders()
    assert [line["bookId"] for line in order["items"]] == [two["id"]]
    assert kept.cart() == {one["id"]: 1}


def test_a_cart_line_that_is_changed_elsewhere_at_one_instant_loses_neither_change(
    region: str,
    account: Account,
    mine: dict[str, Api],
    books: list[Json],
    between: Between,
    start: Start,
    kept: Books,
) -> None:
    book = books[0]
    elsewhere = [*mine.values()][-1]
    between.lay("PutItem", fault.after(lambda: elsewhere.expect(200, "POST", "/cart", json=item(book, 2))))
    answer = start(region, "cart").send(account.id, "POST", "/cart", item(book, 3))
    assert answer.status == 200
    assert between.writes == ["PutItem"] * 2
    assert kept.cart() == {book["id"]: 5}


@pytest.mark.parametrize("broken", [fault.lost, fault.unheard, fault.refused("ThrottlingException")])
def test_an_addition_whose_answer_is_lost_adds_once(
    broken: fault.Fault,
    home_region: str,
    account: Account,
    books: list[Json],
    between: Between,
    start: Start,
    kept: Books,
) -> None:
    between.lay("PutItem", broken)
    answer = start(home_region, "cart").send(account.id, "POST", "/cart", item(books[0], 2))
    assert answer.status == 200
    assert kept.cart() == {books[0]["id"]: 2}
