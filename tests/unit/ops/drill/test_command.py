import asyncio
import json
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from botocore.exceptions import ClientError
from redis import ConnectionError

from ops.commands import drill
from ops.deployment import Deployment
from ops.drill import accounts, runner
from ops.drill.accounts import Account
from ops.drill.concurrent_writes import SCENARIOS, ConflictingWrites, WriteRejectedError
from ops.drill.failures import Failure
from ops.drill.ledger import Ledger
from ops.drill.runner import Drill, UnhealedError, _heal
from ops.errors import DeploymentError
from ops.health_probe import Probe
from ops.replication_pause import Pausing
from stacks.settings import LocalCloud, ReplicationDelay, Settings
from tests.support.deployments import outputs
from tests.support.operators import run_ops

REGIONS = ("eu-west-1", "ap-southeast-1")
HERE = Settings(regions=REGIONS, local=LocalCloud(aws_endpoint="http://127.0.0.1:4566"))
ON_AWS = Settings(regions=REGIONS, environment="prod")
BOOKS = [{"id": "dune", "price": 900}, {"id": "emma", "price": 700}]


def deployment(settings: Settings) -> Deployment:
    return Deployment.of(settings, outputs(REGIONS))


def names(settings: Settings, *, short: bool = False) -> list[tuple[str, str]]:
    planned = drill.steps(deployment(settings), REGIONS, rate=6, short=short)
    return [(failure.name, region) for failure, region in planned]


def test_steps_full_cover_regions_and_failures() -> None:
    failures = [
        "mapping deleted",
        "functions failing",
        "replication paused",
        "Redis lost",
        "writes failing",
        "overload",
        "evacuation",
    ]
    assert names(HERE) == [(failure, region) for failure in failures for region in REGIONS]


def test_steps_with_local_edge_lose_regions() -> None:
    local = LocalCloud(aws_endpoint="http://127.0.0.1:4566", control_room="http://127.0.0.1:4562")
    found = names(HERE.model_copy(update={"local": local}))
    assert found[:4] == [(loss, region) for loss in ("region lost", "region slow") for region in REGIONS]
    assert found[4] == ("user pool lost", REGIONS[0])


def test_steps_on_aws_exclude_replication(capsys: pytest.CaptureFixture[str]) -> None:
    assert {name for name, _ in names(ON_AWS)} == {name for name, _ in names(HERE)} - {"replication paused"}
    assert "features.fault_injection" in capsys.readouterr().out


def test_within_reach_local_is_every_region() -> None:
    assert drill.within_reach(deployment(HERE)) == REGIONS


def test_within_reach_aws_is_nearest_region(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Probe, "who_answers", lambda _: REGIONS[1])
    assert drill.within_reach(deployment(ON_AWS)) == (REGIONS[1],)
    assert f"run the drill of {REGIONS[0]} from a machine near them" in capsys.readouterr().out
    monkeypatch.setattr(Probe, "who_answers", lambda _: None)
    with pytest.raises(DeploymentError, match="make status"):
        drill.within_reach(deployment(ON_AWS))


def test_steps_short_use_the_primary() -> None:
    assert {region for _, region in names(HERE, short=True)} == {REGIONS[0]}


def refused(monkeypatch: pytest.MonkeyPatch, settings: Settings, *arguments: str) -> str:
    """Output of the command, which must exit with the code for invalid input."""
    monkeypatch.setattr(Settings, "load", lambda _: settings)
    monkeypatch.setattr(Deployment, "load", lambda _: Deployment.of(settings, outputs(settings.regions)))
    result = run_ops("drill", *arguments)
    assert result.exit_code == 2
    return result.output


def test_unknown_failure_lists_known_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    output = refused(monkeypatch, HERE, "--only", "earthquake")
    assert "mapping deleted" in output
    assert "evacuation" in output


def test_single_region_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = HERE.model_copy(update={"regions": REGIONS[:1]})
    assert "this deployment has one" in refused(monkeypatch, alone)


class Api:
    """Accepts every write, except in region `refusing`; records region, path and body."""

    def __init__(self, refusing: str = "") -> None:
        self.taken: list[tuple[str, str, Any]] = []
        self._refusing = refusing

    def __call__(self, request: httpx.Request) -> httpx.Response:
        region = request.url.host
        if region == self._refusing:
            return httpx.Response(503, text="away")
        body = json.loads(request.content)
        self.taken.append((region, request.url.path, body))
        key = request.headers.get("idempotency-key")
        return httpx.Response(201 if key else 200, json={"orderId": key})


def conflicting_writes(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> tuple[ConflictingWrites, Ledger, list[Account]]:
    made = httpx.AsyncClient
    monkeypatch.setattr(
        httpx, "AsyncClient", lambda **options: made(transport=httpx.MockTransport(api), **options)
    )
    ledger = Ledger()
    shopper = SimpleNamespace(token=lambda: "token")
    accounts = [Account(f"{number}", "", "", cast(Any, shopper)) for number in range(SCENARIOS)]
    regions = {region: f"http://{region}/v1" for region in REGIONS}
    return ConflictingWrites(regions, ledger, BOOKS), ledger, accounts


def test_isolated_writes_set_expected_carts(monkeypatch: pytest.MonkeyPatch) -> None:
    api = Api()
    writes, ledger, accounts = conflicting_writes(api, monkeypatch)
    asyncio.run(writes.send_isolated(accounts))
    # In turn: last line, cart ordered, two orders, change after an order, order after a change.
    assert [ledger.carts[account.id] for account in accounts] == [{"dune": 2}, {}, {}, {"emma": 5}, {}]
    assert [purchase.customer for purchase in ledger.purchases] == ["1", "2", "2", "3", "4"]
    assert all(purchase.order_ids for purchase in ledger.purchases)
    assert {region for region, _, _ in api.taken} == set(REGIONS)


def test_rejected_write_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    writes, _, accounts = conflicting_writes(Api(refusing=REGIONS[1]), monkeypatch)
    with pytest.raises(WriteRejectedError, match=f"{REGIONS[1]} rejected a write: away"):
        asyncio.run(writes.send_isolated(accounts))


def test_failed_heal_names_region_and_remedy() -> None:
    class Stuck(Failure):
        description = "the region's Redis is out of reach"

        def break_(self, region: str) -> None:
            """Nothing to do."""

        def heal(self, region: str) -> None:
            raise ConnectionError("refused")

    with pytest.raises(
        UnhealedError, match=f"{REGIONS[0]} is still broken .*Redis is out of reach.*refused\n.*make deploy"
    ):
        asyncio.run(_heal(Stuck(), REGIONS[0]))


@pytest.mark.parametrize("shopper_fails", [False, True])
def test_failed_heal_is_reported_after_other_errors(
    monkeypatch: pytest.MonkeyPatch, shopper_fails: bool
) -> None:
    """The drill's clean-up fails as well, as with credentials that have expired."""
    expired = ClientError({"Error": {"Code": "ExpiredToken", "Message": "expired"}}, "Any")

    class Stuck(Failure):
        description = "the region's mapping is gone"

        def break_(self, region: str) -> None:
            """Nothing to do."""

        def heal(self, region: str) -> None:
            raise expired

    async def books(_drill: Drill) -> list[dict[str, Any]]:
        return BOOKS

    async def warm(_drill: Drill, _books: list[dict[str, Any]]) -> None:
        """Nothing to do."""

    async def inject_failures(_drill: Drill, _books: list[dict[str, Any]]) -> None:
        try:
            if shopper_fails:
                await asyncio.Event().wait()
        finally:
            await _heal(Stuck(), REGIONS[0])

    async def shop(_drill: Drill, *_: Any) -> None:
        raise httpx.ReadError("reset")

    def set_delay(_drill: Drill, delay: ReplicationDelay) -> None:
        if not delay.median:
            raise httpx.ConnectError("refused")

    def fail(*_: Any) -> None:
        raise expired

    account = Account("ada", "", "", cast(Any, None))
    monkeypatch.setattr(Settings, "load", lambda _: HERE)
    monkeypatch.setattr(Deployment, "load", lambda _: deployment(HERE))
    monkeypatch.setattr(runner, "dns_arithmetic", lambda _: None)
    monkeypatch.setattr(runner, "open_account", lambda *_: account)
    monkeypatch.setattr(accounts, "close_account", fail)
    monkeypatch.setattr(Drill, "_books", books)
    monkeypatch.setattr(Drill, "_warm", warm)
    monkeypatch.setattr(Drill, "_set_delay", set_delay)
    monkeypatch.setattr(Drill, "_visitors", lambda _: ["ada"] if shopper_fails else [])
    monkeypatch.setattr(Drill, "_shop", shop)
    monkeypatch.setattr(Drill, "_inject_failures", inject_failures)
    result = run_ops("drill", "--only", "mapping")
    assert result.exit_code == 1
    assert f"{REGIONS[0]} is still broken" in result.output
    assert "everything is healed" not in result.output


def test_backlog_counts_writes_by_region() -> None:
    links = [
        {"from": "eu-west-1", "to": "ap-southeast-1", "writes": 3, "oldest_seconds": 1.0},
        {"from": "us-west-2", "to": "ap-southeast-1", "writes": 2, "oldest_seconds": 1.0},
    ]
    answer = httpx.Response(200, json={"paused": ["ap-southeast-1"], "waiting": links})
    backlog = Pausing("http://aws", transport=httpx.MockTransport(lambda _: answer)).backlog()
    assert backlog.writes == 5
    assert backlog.of("ap-southeast-1") == "paused, 5 writes waiting"
    assert backlog.of("eu-west-1") == ""


def test_pause_is_not_available_on_aws() -> None:
    assert Pausing.of(ON_AWS) is None
