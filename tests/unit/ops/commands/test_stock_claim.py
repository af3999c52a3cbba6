"""`ops stock-claim` on the tables of two regions."""

from collections.abc import Iterator

import pytest

from ops import stock
from ops.commands import stock_claim
from ops.errors import OperatorError
from ops.named_tables import TablesOfRegions
from ops.traffic import Traffic
from stacks.settings import Settings
from tests.support.mocked_aws import dynamodb, mocked_aws
from tests.support.operators import SETTINGS, WITH_NEW_REGION, Route53, run_ops
from tests.support.stock_tables import HERE, THERE, StockTables


@pytest.fixture(autouse=True)
def stock_tables(monkeypatch: pytest.MonkeyPatch) -> Iterator[StockTables]:
    """The second region has five copies left, which the first one knows."""
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mocked_aws():
        tables = StockTables(f"{SETTINGS.name}-")
        tables.share(HERE, received=5, spent=0)
        tables.put(HERE, "stock", {"bookId": "dune", "region": THERE, "received": 5, "spent": 0})
        yield tables


@pytest.fixture(autouse=True)
def traffic(monkeypatch: pytest.MonkeyPatch) -> Traffic:
    """The second region is evacuated, and the settings have a third one that is not deployed."""
    switch = Traffic(WITH_NEW_REGION, route53=Route53())
    switch.evacuate(THERE)
    monkeypatch.setattr(stock_claim, "Traffic", lambda _: switch)
    monkeypatch.setattr(Settings, "load", lambda _: SETTINGS)
    return switch


def run() -> tuple[int, str]:
    result = run_ops("stock-claim", THERE, "--confirm", THERE)
    return result.exit_code, result.output


def claimed() -> int:
    """The copies that the first region has claimed from the second one."""
    item = dynamodb(HERE).get_item(
        TableName=f"{SETTINGS.name}-stock", Key={"bookId": {"S": "dune"}, "region": {"S": HERE}}
    )["Item"]
    return int(item.get(f"claimed:{THERE}", {"N": "0"})["N"])


def test_claim_shares_copies_of_lost_region() -> None:
    code, output = run()

    assert code == 0, output
    assert "5 copies of 1 books were claimed" in output
    assert f"make restore REGION={THERE}" in output
    assert claimed() == 5


def test_claim_of_serving_region_exits_1(traffic: Traffic) -> None:
    traffic.restore(THERE)

    code, output = run()

    assert code == 1
    assert f"make evacuate REGION={THERE}" in output
    assert claimed() == 0


def test_claim_gives_undeployed_region_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Settings, "load", lambda _: WITH_NEW_REGION)

    code, output = run()

    assert code == 0, output
    assert claimed() == 5


@pytest.mark.parametrize("fails", [False, True])
def test_claim_of_restored_region_exits_1(
    traffic: Traffic, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    """`make restore` has checked the stock before the claims were written."""
    claim = stock.claim

    def restored_meanwhile(deployment: TablesOfRegions, lost: str, only: str | None = None) -> dict[str, int]:
        claims = claim(deployment, lost, only)
        traffic.restore(lost)
        if fails:
            raise OperatorError("some shares were left out")
        return claims

    monkeypatch.setattr(stock, "claim", restored_meanwhile)

    code, output = run()

    assert code == 1
    assert f"{THERE} was restored meanwhile" in output
    assert f"make evacuate REGION={THERE}, then make restore REGION={THERE}" in output
    assert claimed() == 5
