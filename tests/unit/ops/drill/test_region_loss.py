"""RPO of a lost region: what it alone holds, found with and without it."""

from typing import Any

import pytest

from ops.drill import region_loss
from ops.drill.ledger import Ledger, Purchase
from ops.drill.region_loss import measure_data_loss
from tests.support.deployments import deployment

HERE, THERE = "eu-west-1", "ap-southeast-1"
PLACED = "2026-01-31T08:15:30.000Z"
LOST_AT = 1769847331.5
"""1.5 s after PLACED."""


@pytest.mark.parametrize(
    ("confirmed", "replicated", "reported", "actual", "oldest"),
    [
        ({"one", "two"}, {"one", "two"}, [], [], 0.0),
        ({"one", "two"}, {"one"}, ["two"], ["two"], 1.5),
        ({"one"}, {"one"}, [], [], 0.0),
    ],
    ids=["all replicated", "one waits", "unconfirmed waits"],
)
def test_data_loss_counts_unreplicated_orders(
    monkeypatch: pytest.MonkeyPatch,
    confirmed: set[str],
    replicated: set[str],
    reported: list[str],
    actual: list[str],
    oldest: float,
) -> None:
    held = {HERE: {"one", "two"}, THERE: replicated}

    def orders_of(_: Any, region: str, __: Any) -> dict[tuple[str, str], Any]:
        return {("ada", order_id): {"createdAt": PLACED} for order_id in held[region]}

    monkeypatch.setattr(region_loss, "orders_of", orders_of)
    ledger = Ledger([Purchase("ada", order_id, {}, 0, {order_id}) for order_id in confirmed])
    loss = measure_data_loss(deployment((HERE, THERE)), ledger, ["ada"], HERE, LOST_AT)
    assert (loss.reported, loss.actual, loss.oldest_seconds) == (reported, actual, oldest)
    assert loss.matches


def test_data_loss_shows_orders_gone_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(region_loss, "orders_of", lambda *_: {})
    loss = measure_data_loss(
        deployment((HERE, THERE)), Ledger([Purchase("ada", "k", {}, 0, {"one"})]), ["ada"], HERE, LOST_AT
    )
    assert (loss.reported, loss.actual) == (["one"], [])
    assert not loss.matches
