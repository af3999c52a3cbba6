"""Orders under faults, each counted once by every region's bestsellers: only these tests order meanwhile."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from ops.drill.accounts import Account
from tests.e2e.faults import dynamodb_proxy as fault
from tests.e2e.faults.conftest import THE_WRITE, Checkout, Start, StoredData
from tests.support.api import Json, item
from tests.support.lambda_process import DiedError


@pytest.mark.one_region
@pytest.mark.parametrize("happened", [False, True], ids=["before its write", "after its write"])
def test_kill_at_write_is_all_or_nothing(
    happened: bool, region: str, exact: Callable[[], None], checkout: Checkout
) -> None:
    one, two = checkout.books[:2]
    checkout.mine[region].put_line(one["id"], 2)
    checkout.mine[region].put_line(two["id"], 1)
    lines, total, key = [item(one, 2), item(two)], 2 * one["price"] + two["price"], str(uuid.uuid4())
    function = checkout.start(region)
    killed = fault.followed_by(function.kill) if happened else fault.replaced_by(function.kill)
    checkout.proxy.inject(THE_WRITE, killed)
    with pytest.raises(DiedError):
        function.order(checkout.account.id, lines, total, key)

    assert checkout.order_writes() == [THE_WRITE], "there is one write only"
    assert len(checkout.stored.orders()) == happened
    assert checkout.stored.cart() == ({} if happened else {one["id"]: 2, two["id"]: 1})

    answers = [api.order(lines, total, key=key) for api in checkout.mine.values()]
    (order,) = checkout.stored.orders()
    assert {answer["orderId"] for answer in answers} == {order["orderId"]}
    assert checkout.stored.cart() == {}


def test_same_key_in_two_regions_is_one_order(
    ahead: float,
    regions: tuple[str, str],
    account: Account,
    books: list[Json],
    start: Start,
    stored: StoredData,
    exact: Callable[[], None],
) -> None:
    """One region's clock is an hour ahead or behind."""
    functions = [start(regions[0]), start(regions[1], ahead=ahead)]
    lines, total = [item(books[0], 2)], 2 * books[0]["price"]
    for key in (str(uuid.uuid4()) for _ in range(5)):
        with ThreadPoolExecutor(2) as together:
            answers = list(together.map(lambda f, key=key: f.order(account.id, lines, total, key), functions))
        assert [answer.status for answer in answers] == [201, 201]
        assert without_status(answers[0].json) == without_status(answers[1].json)
    assert len(stored.orders()) == 5


def without_status(order: Json) -> Json:
    """The stored order: whether it can still be cancelled depends on the clock of the region that answers."""
    assert order["status"] in ("placed", "final")
    return {name: value for name, value in order.items() if name != "status"}
