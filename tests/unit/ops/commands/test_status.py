import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError
from rich.console import Console

from ops import replication_lag
from ops.commands import status
from ops.commands.status import Status, survey
from ops.health_probe import Health, Probe
from ops.replication_pause import Backlog, Link, Pausing
from ops.traffic import Traffic
from stacks.settings import Settings
from tests.support.mocked_aws import mocked_aws
from tests.support.operators import (
    NEW,
    REGIONS,
    SETTINGS,
    WITH_NEW_REGION,
    Route53,
    deploy_cart_tables,
    probe,
    run_ops,
)

PRIMARY, OTHER = REGIONS


@pytest.fixture(autouse=True)
def _shared_table(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with mocked_aws():
        client = deploy_cart_tables()[PRIMARY]
        monkeypatch.setattr(replication_lag, "client", lambda _, __: client)
        yield


@pytest.fixture
def traffic() -> Traffic:
    return Traffic(SETTINGS, route53=Route53())


def printed(now: Status) -> str:
    """The table as text."""
    console = Console(width=120, record=True)
    console.print(status._table(now))
    return console.export_text()


def test_survey_reports_each_region(traffic: Traffic) -> None:
    traffic.evacuate(OTHER)
    well = probe({PRIMARY: 200, OTHER: 200, "shop": 200})

    now = survey(SETTINGS, traffic, well)

    assert [(each.region, each.healthy, each.evacuated) for each in now.regions] == [
        (PRIMARY, True, False),
        (OTHER, True, True),
    ]
    assert all(each.replication_lag_seconds is not None for each in now.regions)
    assert now.answered_by == "shop"


def test_probe_names_missing_search_index() -> None:
    body = {"checks": {"books": "ok"}, "details": {"search": "missing"}}
    well = Probe(SETTINGS, transport=httpx.MockTransport(lambda _: httpx.Response(200, json=body)))
    assert well.health(PRIMARY) == Health(True, "ok, search missing")


def test_survey_with_lost_region_reports_others(traffic: Traffic) -> None:
    now = survey(SETTINGS, traffic, probe({PRIMARY: 200}))

    lost = {each.region: each for each in now.regions}[OTHER]
    assert not lost.healthy
    assert lost.detail == "no answer (ConnectError)"
    assert lost.replication_lag_seconds is None
    assert now.answered_by is None


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (
            EndpointConnectionError(endpoint_url="https://route53.amazonaws.com"),
            "no answer from https://route53",
        ),
        (NoCredentialsError(), "no AWS credentials here"),
        (ClientError({"Error": {"Code": "ExpiredToken"}}, "ListHealthChecks"), "credentials have expired"),
        (ClientError({"Error": {"Code": "AccessDenied"}}, "ListHealthChecks"), "AWS refused"),
    ],
)
def test_survey_without_route53_reports_health(traffic: Traffic, error: Exception, reason: str) -> None:
    class Away(Route53):
        def paginate(self) -> list[dict[str, Any]]:
            raise error

    now = survey(SETTINGS, Traffic(SETTINGS, route53=Away()), probe({PRIMARY: 503, OTHER: 200, "shop": 200}))

    assert [(each.healthy, each.evacuated) for each in now.regions] == [(False, None), (True, None)]
    assert now.answered_by == "shop"
    (fault,) = [each for each in now.faults if each.startswith("evacuations are not known")]
    assert reason in fault
    assert "? not known" in printed(now)


def test_survey_with_undeployed_region_reports_others() -> None:
    traffic = Traffic(WITH_NEW_REGION, route53=Route53())
    traffic.evacuate(OTHER)

    well = probe({PRIMARY: 200, OTHER: 200, "shop": 200}, WITH_NEW_REGION)
    now = survey(WITH_NEW_REGION, traffic, well)

    assert {each.region: each.evacuated for each in now.regions} == {PRIMARY: False, OTHER: True, NEW: None}
    (fault,) = [each for each in now.faults if "health check" in each]
    assert fault.startswith(f"{NEW}: ")
    assert "make deploy" in fault


def test_table_prints_brackets_unchanged(traffic: Traffic) -> None:
    now = survey(SETTINGS, traffic, probe({PRIMARY: 200, OTHER: 200, "shop": 200}))
    odd = [replace(each, healthy=False, detail="cart [/red] failed") for each in now.regions]
    assert "cart [/red] failed" in printed(replace(now, regions=odd))


def test_health_names_failed_check() -> None:
    assert probe({OTHER: 503}).health(OTHER).detail == "HTTP 503, cart failed"


def test_probe_on_aws_derives_addresses() -> None:
    asked = Probe(SETTINGS.model_copy(update={"local": None}))
    assert asked.api == "https://api.shop.example/v1"
    assert asked.address(PRIMARY) == f"https://api-{PRIMARY}.shop.example/v1"


def test_survey_reports_replication_backlog(traffic: Traffic, monkeypatch: pytest.MonkeyPatch) -> None:
    class Paused(Pausing):
        def backlog(self) -> Backlog:
            return Backlog((OTHER,), [Link(PRIMARY, OTHER, 12, 1.0), Link(OTHER, PRIMARY, 3, 1.0)])

    monkeypatch.setattr(Pausing, "of", lambda _: Paused("http://nowhere"))
    now = survey(SETTINGS, traffic, probe({PRIMARY: 200, OTHER: 200, "shop": 200}))
    assert {each.region: each.replication for each in now.regions} == {
        PRIMARY: "catching up, 3 writes waiting",
        OTHER: "paused, 12 writes waiting",
    }


@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_status_prints_table_or_json(
    traffic: Traffic, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.setattr(Settings, "load", lambda _: SETTINGS)
    monkeypatch.setattr(status, "Traffic", lambda _: traffic)
    monkeypatch.setattr(status, "Probe", lambda _: probe({PRIMARY: 200, OTHER: 503, "shop": 200}))

    result = run_ops("status", *arguments)

    assert result.exit_code == 1
    if arguments:
        shown = json.loads(result.output)
        assert [each["healthy"] for each in shown["regions"]] == [True, False]
    else:
        assert PRIMARY in result.output
        assert f"{OTHER}: unhealthy, HTTP 503" in result.output


def test_throttled_region_is_shown_as_busy(traffic: Traffic) -> None:
    now = survey(SETTINGS, traffic, probe({PRIMARY: 429, OTHER: 200, "shop": 200}))

    busy = now.regions[0]
    assert (busy.healthy, busy.busy) == (True, True)
    assert "yes, busy: HTTP 429" in printed(now)
