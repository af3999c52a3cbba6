import threading
from collections.abc import Iterator
from typing import Any

import pytest

from ops import replication_lag
from ops.commands import restore
from ops.commands.restore import await_ready
from ops.errors import RefusedError
from ops.replication_lag import BEATS, lag, lag_behind, reported_latency
from ops.traffic import Traffic
from stacks.settings import Settings
from tests.support.mocked_aws import mocked_aws
from tests.support.operators import CART, REGIONS, SETTINGS, Route53, deploy_cart_tables, probe, run_ops
from tests.support.stock_tables import StockTables
from tests.support.waiting import TIMEOUT_SECONDS

PRIMARY, OTHER = REGIONS
BOTH_WELL = {PRIMARY: 200, OTHER: 200}


Clients = dict[tuple[str, str], Any]


@pytest.fixture(autouse=True)
def clients(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clients]:
    """The clients of the commands by service and region; a test may replace them."""
    monkeypatch.setattr(restore, "POLL", 0.01)
    monkeypatch.setattr(replication_lag, "POLL", 0.01)
    with mocked_aws():
        made: Clients = {("dynamodb", region): client for region, client in deploy_cart_tables().items()}
        made |= {("cloudwatch", region): Metrics(0) for region in REGIONS}
        monkeypatch.setattr(replication_lag, "client", lambda service, region: made[service, region])
        yield made


@pytest.fixture
def replicated(clients: Clients) -> None:
    """Both regions use one table, so that replication is immediate."""
    clients["dynamodb", OTHER] = clients["dynamodb", PRIMARY]


def ignore(_: str) -> None:
    """Discard the report."""


class Metrics:
    """CloudWatch with one data point of a latency in milliseconds."""

    def __init__(self, milliseconds: float) -> None:
        self._milliseconds = milliseconds

    def get_metric_statistics(self, **request: Any) -> Any:
        assert request["Namespace"] == "AWS/DynamoDB"
        return {"Datapoints": [{"Timestamp": request["EndTime"], "Average": self._milliseconds}]}


def heartbeats_left(clients: Clients) -> int:
    return sum(clients["dynamodb", region].scan(TableName=CART)["Count"] for region in REGIONS)


class TestLag:
    @pytest.mark.usefixtures("replicated")
    def test_lag_of_replicated_write_is_measured(self, clients: Clients) -> None:
        assert lag(SETTINGS, PRIMARY, OTHER, timeout=TIMEOUT_SECONDS) is not None
        assert heartbeats_left(clients) == 0

    def test_lag_after_timeout_is_none(self, clients: Clients) -> None:
        assert lag(SETTINGS, PRIMARY, OTHER, timeout=0.05) is None
        assert heartbeats_left(clients) == 0

    def test_lag_with_one_lost_heartbeat_is_none(self, clients: Clients) -> None:
        class LosesOne:
            def batch_get_item(self, RequestItems: Any) -> Any:  # noqa: N803  boto3's own
                keys = RequestItems[CART]["Keys"][1:]
                found = clients["dynamodb", PRIMARY].batch_get_item(RequestItems={CART: {"Keys": keys}})
                assert found["Responses"][CART]
                return found

        clients["dynamodb", OTHER] = LosesOne()

        assert lag(SETTINGS, PRIMARY, OTHER, timeout=0.05) is None

    def test_heartbeats_have_own_keys_and_expire(self, clients: Clients) -> None:
        seen: list[Any] = []
        real = clients["dynamodb", PRIMARY]

        class Spy:
            def batch_write_item(self, RequestItems: Any) -> Any:  # noqa: N803  boto3's own
                seen.extend(RequestItems[CART])
                return real.batch_write_item(RequestItems=RequestItems)

        clients["dynamodb", PRIMARY] = Spy()
        lag(SETTINGS, PRIMARY, OTHER, timeout=0.05)

        items = [request["PutRequest"]["Item"] for request in seen if "PutRequest" in request]
        assert len({item["customerId"]["S"] for item in items}) == BEATS
        assert all(item["customerId"]["S"].startswith("_heartbeat-") for item in items)
        assert all("expiresAt" in item for item in items)

    def test_lag_retries_unprocessed_items(self, clients: Clients) -> None:
        real = clients["dynamodb", PRIMARY]

        class Busy:
            def batch_write_item(self, RequestItems: Any) -> Any:  # noqa: N803  boto3's own
                first, *rest = RequestItems[CART]
                real.batch_write_item(RequestItems={CART: [first]})
                return {"UnprocessedItems": {CART: rest} if rest else {}}

        clients["dynamodb", PRIMARY], clients["dynamodb", OTHER] = Busy(), real

        assert lag(SETTINGS, PRIMARY, OTHER, timeout=TIMEOUT_SECONDS) is not None
        assert real.scan(TableName=CART)["Count"] == 0

    @pytest.mark.usefixtures("replicated")
    def test_lag_behind_unmeasurable_is_none(self, clients: Clients) -> None:
        assert lag_behind(SETTINGS, [PRIMARY], OTHER, timeout=TIMEOUT_SECONDS) is not None
        assert lag_behind(SETTINGS, [], OTHER, timeout=TIMEOUT_SECONDS) is None
        clients["dynamodb", PRIMARY].delete_table(TableName=CART)
        assert lag_behind(SETTINGS, [PRIMARY], OTHER, timeout=TIMEOUT_SECONDS) is None

    def test_reported_latency_is_in_seconds(self, clients: Clients) -> None:
        clients["cloudwatch", PRIMARY] = Metrics(1500)
        assert reported_latency(SETTINGS, PRIMARY, OTHER) == 1.5


class TestAwaitReady:
    @pytest.mark.usefixtures("replicated")
    def test_await_ready_unhealthy_region_raises(self) -> None:
        with pytest.raises(RefusedError, match="HTTP 503"):
            await_ready(SETTINGS, probe({PRIMARY: 503, OTHER: 200}), PRIMARY, timeout=0, report=ignore)

    def test_await_ready_without_replication_raises(self) -> None:
        with pytest.raises(RefusedError, match=f"not caught up with {OTHER}"):
            await_ready(SETTINGS, probe(BOTH_WELL), PRIMARY, timeout=0, report=ignore)

    @pytest.mark.usefixtures("replicated")
    def test_await_ready_with_backlog_raises(self, clients: Clients) -> None:
        clients["cloudwatch", OTHER] = Metrics(60_000)

        with pytest.raises(RefusedError, match="not caught up"):
            await_ready(SETTINGS, probe(BOTH_WELL), PRIMARY, timeout=0, report=ignore)

    def test_await_ready_alone_returns(self) -> None:
        await_ready(SETTINGS, probe({PRIMARY: 200}), PRIMARY, timeout=0, report=ignore)

    def test_await_ready_waits_for_replication(self, clients: Clients) -> None:
        stop = threading.Event()
        replicating = threading.Thread(target=_replicate, args=(clients, stop))
        replicating.start()
        try:
            await_ready(SETTINGS, probe(BOTH_WELL), PRIMARY, timeout=TIMEOUT_SECONDS, report=ignore)
        finally:
            stop.set()
            replicating.join()


@pytest.mark.usefixtures("replicated")
class TestCommand:
    @pytest.fixture(autouse=True)
    def stock(self) -> StockTables:
        return StockTables(f"{SETTINGS.name}-")

    @pytest.fixture(autouse=True)
    def traffic(self, monkeypatch: pytest.MonkeyPatch) -> Traffic:
        found = Traffic(SETTINGS, route53=Route53())
        monkeypatch.setattr(restore, "Traffic", lambda _: found)
        monkeypatch.setattr(restore, "Probe", lambda _: probe(BOTH_WELL))
        monkeypatch.setattr(Settings, "load", lambda _: SETTINGS)
        return found

    def run(self, *arguments: str) -> tuple[int, str]:
        result = run_ops("restore", *arguments)
        return result.exit_code, result.output

    def test_restore_allows_traffic(self, traffic: Traffic) -> None:
        traffic.evacuate(PRIMARY)

        code, output = self.run(PRIMARY)

        assert code == 0, output
        assert not traffic.is_evacuated(PRIMARY)

    def test_restore_names_held_orders(self, traffic: Traffic, stock: StockTables) -> None:
        traffic.evacuate(PRIMARY)
        stock.share(PRIMARY, received=1, spent=2)
        stock.order(PRIMARY, "youngest", "2026-01-31T08:00:00.000Z")
        stock.hold(PRIMARY, "youngest", 2)

        code, output = self.run(PRIMARY)

        assert code == 0, output
        assert output.count("1 copies of dune were sold twice") == 1
        assert "youngest" in output

    def test_restore_holds_orders_of_running_claim(
        self, traffic: Traffic, stock: StockTables, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The claim is written after the check of the stock, and found the region evacuated."""
        allow = traffic.restore
        traffic.evacuate(PRIMARY)
        stock.share(PRIMARY, received=2, spent=2)
        stock.order(PRIMARY, "youngest", "2026-01-31T08:00:00.000Z")
        stock.hold(PRIMARY, "youngest", 2)

        def claimed_meanwhile(region: str) -> None:
            stock.put(PRIMARY, "stock", {"bookId": "dune", "region": OTHER, f"claimed:{PRIMARY}": 1})
            allow(region)

        monkeypatch.setattr(traffic, "restore", claimed_meanwhile)
        code, output = self.run(PRIMARY)

        assert code == 0, output
        assert "1 copies of dune were sold twice" in output
        assert "youngest" in output

    def test_restore_behind_after_traffic_exits_1(
        self, traffic: Traffic, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        allow = traffic.restore
        traffic.evacuate(PRIMARY)

        def replication_ends(region: str) -> None:
            monkeypatch.setattr(restore, "catches_up", lambda *_, **__: False)
            allow(region)

        monkeypatch.setattr(traffic, "restore", replication_ends)
        code, output = self.run(PRIMARY)

        assert code == 1
        assert f"{PRIMARY} serves, and has not caught up with {OTHER}" in output
        assert not traffic.is_evacuated(PRIMARY)

    def test_restore_not_evacuated_changes_nothing(self) -> None:
        code, output = self.run(PRIMARY)
        assert code == 0
        assert "not evacuated" in output

    def test_restore_refused_stays_evacuated(self, traffic: Traffic, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(restore, "Probe", lambda _: probe({OTHER: 200}))
        traffic.evacuate(PRIMARY)

        code, output = self.run(PRIMARY, "--timeout", "0")

        assert code == 1
        assert "no answer" in output
        assert traffic.is_evacuated(PRIMARY)

    def test_unknown_region_exits_2(self) -> None:
        assert self.run("us-west-2")[0] == 2


def _replicate(clients: Clients, stop: threading.Event) -> None:
    while not stop.wait(0.02):
        for item in clients["dynamodb", OTHER].scan(TableName=CART)["Items"]:
            clients["dynamodb", PRIMARY].put_item(TableName=CART, Item=item)
