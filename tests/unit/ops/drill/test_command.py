import asyncio
import json
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from redis import ConnectionError
from typer import Typer
from typer.testing import CliRunner

from ops.commands import drill
from ops.deployment import Deployment, DeploymentError
from ops.drill.accounts import Account
from ops.drill.concurrent_writes import WAYS, Contest, ContestError
from ops.drill.failures import Failure
from ops.drill.ledger import Ledger
from ops.drill.runner import UnhealedError, _heal
from ops.health_probe import Probe
from ops.replication_pause import Pausing
from stacks.settings import LocalCloud, Settings
from tests.support.deployments import outputs

REGIONS = ("eu-west-1", "ap-southeast-1")
HERE = Settings(regions=REGIONS, local=LocalCloud(aws_endpoint="http://127.0.0.1:4566"))
ON_AWS = Settings(regions=REGIONS, environment="prod")
BOOKS = [{"id": "dune", "price": 900}, {"id": "emma", "price": 700}]


def deployment(settings: Settings) -> Deployment:
    return Deployment.of(settings, outputs(REGIONS))


def names(settings: Settings, *, short: bool = False) -> list[tuple[str, str]]:
    planned = drill.steps(deployment(settings), REGIONS, short=short)
    return [(failure.name, region) for failure, region in planned]


def test_a_whole_drill_breaks_every_region_in_every_way() -> None:
    failures = ["mapping gone", "functions failing", "replication paused", "Redis lost", "evacuation"]
    assert names(HERE) == [(failure, region) for failure in failures for region in REGIONS]


def test_on_aws_replication_is_left_alone_and_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert {name for name, _ in names(ON_AWS)} == {name for name, _ in names(HERE)} - {"replication paused"}
    assert "Fault Injection Service" in capsys.readouterr().out


def test_on_one_machine_shoppers_are_in_every_region() -> None:
    assert drill.within_reach(deployment(HERE)) == REGIONS


def test_on_aws_only_the_region_that_answers_here_is_broken(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Probe, "who_answers", lambda _: REGIONS[1])
    assert drill.within_reach(deployment(ON_AWS)) == (REGIONS[1],)
    assert f"break {REGIONS[0]} from a machine near there" in capsys.readouterr().out
    monkeypatch.setattr(Probe, "who_answers", lambda _: None)
    with pytest.raises(DeploymentError, match="make status"):
        drill.within_reach(deployment(ON_AWS))


def test_a_short_one_is_about_the_primary() -> None:
    assert {region for _, region in names(HERE, short=True)} == {REGIONS[0]}


def refused(monkeypatch: pytest.MonkeyPatch, settings: Settings, *arguments: str) -> str:
    """What the command says before it ends with the code for wrong input."""
    monkeypatch.setattr(Settings, "load", lambda _: settings)
    monkeypatch.setattr(Deployment, "load", lambda _: Deployment.of(settings, outputs(settings.regions)))
    app = Typer()
    app.command()(drill.drill)
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    return result.output


def test_a_failure_that_is_unknown_is_refused_with_those_that_are(monkeypatch: pytest.MonkeyPatch) -> None:
    said = refused(monkeypatch, HERE, "--only", "earthquake")
    assert "mapping gone" in said
    assert "evacuation" in said


def test_the_only_region_is_not_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = HERE.model_copy(update={"regions": REGIONS[:1]})
    assert "one only" in refused(monkeypatch, alone)


class Shop:
    """Takes every write; `refusing` is a region that takes none. Each request is kept as region, path and body."""

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


def contest(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> tuple[Contest, Ledger, list[Account]]:
    made = httpx.AsyncClient
    monkeypatch.setattr(
        httpx, "AsyncClient", lambda **options: made(transport=httpx.MockTransport(shop), **options)
    )
    ledger = Ledger()
    shopper = SimpleNamespace(token=lambda: "token")
    accounts = [Account(f"{number}", "", "", cast(Any, shopper)) for number in range(WAYS)]
    regions = {region: f"http://{region}/v1" for region in REGIONS}
    return Contest(regions, ledger, BOOKS), ledger, accounts


def test_the_ledger_knows_what_became_of_writes_that_could_not_meet(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop()
    meeting, ledger, accounts = contest(shop, monkeypatch)
    asyncio.run(meeting.apart(accounts))
    # In turn: the last line, a cart ordered, two orders, a change after an order, an order after a change.
    assert [ledger.carts[account.id] for account in accounts] == [{"dune": 2}, {}, {}, {"emma": 5}, {}]
    assert [intent.customer for intent in ledger.intents] == ["1", "2", "2", "3", "4"]
    assert all(intent.order_ids for intent in ledger.intents)
    assert {region for region, _, _ in shop.taken} == set(REGIONS)


def test_a_region_that_takes_no_write_ends_the_contest(monkeypatch: pytest.MonkeyPatch) -> None:
    meeting, _, accounts = contest(Shop(refusing=REGIONS[1]), monkeypatch)
    with pytest.raises(ContestError, match=f"{REGIONS[1]} did not take a write: away"):
        asyncio.run(meeting.apart(accounts))


def test_a_region_that_cannot_be_healed_is_named_with_what_helps() -> None:
    class Stuck(Failure):
        what = "the region's Redis is out of reach"

        def break_(self, region: str) -> None:
            """Nothing to do."""

        def heal(self, region: str) -> None:
            raise ConnectionError("refused")

    with pytest.raises(
        UnhealedError, match=f"{REGIONS[0]} is left .*Redis is out of reach.*refused\n.*make deploy"
    ):
        asyncio.run(_heal(Stuck(), REGIONS[0]))


def test_what_waits_is_told_by_region(monkeypatch: pytest.MonkeyPatch) -> None:
    links = [
        {"from": "eu-west-1", "to": "ap-southeast-1", "writes": 3, "oldest_seconds": 1.0},
        {"from": "us-west-2", "to": "ap-southeast-1", "writes": 2, "oldest_seconds": 1.0},
    ]
    answer = httpx.Response(
        200, json={"paused": ["ap-southeast-1"], "waiting": links}, request=httpx.Request("GET", "http://aws")
    )
    monkeypatch.setattr(httpx, "get", lambda *_, **__: answer)
    backlog = Pausing("http://aws").backlog()
    assert backlog.writes == 5
    assert backlog.of("ap-southeast-1") == "paused, 5 writes on their way here"
    assert backlog.of("eu-west-1") == ""


def test_a_shop_on_aws_has_no_such_switch() -> None:
    assert Pausing.of(ON_AWS) is None
