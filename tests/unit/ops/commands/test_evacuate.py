from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from ops.commands import evacuate
from ops.commands.evacuate import require_another
from ops.errors import RefusedError
from ops.health_probe import Probe
from ops.traffic import Traffic, TrafficError
from stacks.settings import Settings, SettingsError
from tests.support.operators import NEW, REGIONS, SETTINGS, WITH_NEW_REGION, Route53, probe, run_ops

PRIMARY, OTHER = REGIONS


@pytest.fixture(autouse=True)
def route53(monkeypatch: pytest.MonkeyPatch) -> Route53:
    found = Route53()
    monkeypatch.setattr(boto3, "client", lambda *_, **__: found)
    monkeypatch.setattr(Settings, "load", lambda _: SETTINGS)
    return found


def run(monkeypatch: pytest.MonkeyPatch, region: str, **answers: int) -> tuple[int, str]:
    """Exit code and output of the command, when regions answer with these statuses."""
    found: Probe = probe({name.replace("_", "-"): status for name, status in answers.items()})
    monkeypatch.setattr(evacuate, "Probe", lambda _: found)
    result = run_ops("evacuate", region)
    return result.exit_code, result.output


def test_evacuate_stops_traffic_and_prints_undo(monkeypatch: pytest.MonkeyPatch) -> None:
    code, output = run(monkeypatch, PRIMARY, ap_southeast_1=200)

    assert code == 0
    assert f"make restore REGION={PRIMARY}" in output
    assert Traffic(SETTINGS).is_evacuated(PRIMARY)
    assert not Traffic(SETTINGS).is_evacuated(OTHER)


def test_evacuate_unhealthy_region(monkeypatch: pytest.MonkeyPatch) -> None:
    code, _ = run(monkeypatch, PRIMARY, eu_west_1=503, ap_southeast_1=200)
    assert code == 0


def test_evacuate_twice_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, PRIMARY, ap_southeast_1=200)
    code, output = run(monkeypatch, PRIMARY)

    assert code == 0
    assert "already" in output
    assert Traffic(SETTINGS).is_evacuated(PRIMARY)


def test_evacuate_last_healthy_region_exits_1(monkeypatch: pytest.MonkeyPatch) -> None:
    code, output = run(monkeypatch, PRIMARY, eu_west_1=200, ap_southeast_1=503)

    assert code == 1
    assert "HTTP 503, cart failed" in output
    assert not Traffic(SETTINGS).is_evacuated(PRIMARY)


def test_evacuate_last_active_region_exits_1(monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, PRIMARY, ap_southeast_1=200)
    code, output = run(monkeypatch, OTHER, eu_west_1=200, ap_southeast_1=200)

    assert code == 1
    assert f"{PRIMARY} is evacuated" in output
    assert not Traffic(SETTINGS).is_evacuated(OTHER)


def test_evacuate_beside_undeployed_region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Settings, "load", lambda _: WITH_NEW_REGION)
    code, output = run(monkeypatch, PRIMARY, ap_southeast_1=200)

    assert code == 0, output
    assert Traffic(SETTINGS).is_evacuated(PRIMARY)


def test_undeployed_region_takes_no_traffic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Settings, "load", lambda _: WITH_NEW_REGION)
    code, output = run(monkeypatch, PRIMARY, ap_southeast_1=503)

    assert code == 1
    assert f"{NEW} is not deployed" in output
    assert not Traffic(SETTINGS).is_evacuated(PRIMARY)


def test_evacuate_undeployed_region_exits_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Settings, "load", lambda _: WITH_NEW_REGION)
    code, output = run(monkeypatch, NEW, eu_west_1=200)

    assert code == 1
    assert "make deploy" in output


@pytest.mark.parametrize("lost", ["CREATE", "DELETE", "UpdateHealthCheck"])
def test_evacuate_with_lost_answer_succeeds(
    monkeypatch: pytest.MonkeyPatch, route53: Route53, lost: str
) -> None:
    route53.lost_answers = {lost}
    code, output = run(monkeypatch, PRIMARY, ap_southeast_1=200)

    assert code == 0, output
    assert f"make restore REGION={PRIMARY}" in output
    assert Traffic(SETTINGS).is_evacuated(PRIMARY)
    assert route53.records == {}


def test_unknown_region_exits_2(monkeypatch: pytest.MonkeyPatch) -> None:
    code, output = run(monkeypatch, "us-west-2")

    assert code == 2
    assert PRIMARY in output


def test_require_another_without_others_raises() -> None:
    with pytest.raises(RefusedError, match="there is no other"):
        require_another(PRIMARY, {})


def test_evacuate_keeps_endpoint_check(route53: Route53) -> None:
    before = deepcopy(route53.checks)

    Traffic(SETTINGS).evacuate(PRIMARY)

    record = route53.checks.pop(f"record-{PRIMARY}")
    assert record["HealthCheckConfig"]["HealthThreshold"] > len(
        record["HealthCheckConfig"]["ChildHealthChecks"]
    )
    del before[f"record-{PRIMARY}"]
    assert route53.checks == before


def test_evacuate_concurrent_change_raises(route53: Route53) -> None:
    def other_operator() -> None:
        route53.checks[f"record-{PRIMARY}"]["HealthCheckVersion"] += 1

    route53.meddle = other_operator

    with pytest.raises(TrafficError, match="make status"):
        Traffic(SETTINGS).evacuate(PRIMARY)


def test_evacuate_concurrently_leaves_one_region(monkeypatch: pytest.MonkeyPatch, route53: Route53) -> None:
    """The second operator starts between the first one's check and its evacuation."""
    second: list[int] = []

    def other_operator() -> None:
        route53.meddle = lambda: None
        second.append(run_ops("evacuate", OTHER).exit_code)

    route53.meddle = other_operator
    code, _ = run(monkeypatch, PRIMARY, eu_west_1=200, ap_southeast_1=200)

    assert (code, second) == (0, [1])
    assert not Traffic(SETTINGS).is_evacuated(OTHER)
    assert route53.records == {}


def lock_of_other(age: timedelta) -> dict[str, dict[str, Any]]:
    """The lock record of another operator's command, as Route 53 has it."""
    name, since = f"_traffic-lock.{SETTINGS.domain}", datetime.now(UTC) - age
    value = {"Value": f'"ada@host {since.isoformat()}"'}
    return {name: {"Name": name, "Type": "TXT", "TTL": 60, "ResourceRecords": [value]}}


@pytest.mark.parametrize("lost", [set[str](), {"CREATE"}])
def test_traffic_lock_of_killed_command_is_replaced(route53: Route53, lost: set[str]) -> None:
    route53.records = lock_of_other(timedelta(hours=1))
    route53.lost_answers = lost
    with Traffic(SETTINGS).lock():
        (record,) = route53.records.values()
        assert "ada@host" not in str(record)
    assert route53.records == {}


def test_traffic_lock_of_other_command_stays(route53: Route53) -> None:
    before = route53.records = lock_of_other(timedelta(seconds=1))
    with pytest.raises(RefusedError, match="another operator"), Traffic(SETTINGS).lock():
        pass
    assert route53.records == before


def test_traffic_lock_taken_over_as_stale_stays(route53: Route53) -> None:
    with Traffic(SETTINGS).lock():
        others = route53.records = lock_of_other(timedelta(seconds=1))
    assert route53.records == others


def test_traffic_lock_without_answers_is_deleted(monkeypatch: pytest.MonkeyPatch, route53: Route53) -> None:
    """Both answers to CREATE are lost: the next command would be refused for as long as the record is not stale."""
    change = route53.change_resource_record_sets

    def unanswered(ChangeBatch: dict[str, Any], **zone: str) -> None:  # noqa: N803  boto3's own
        change(ChangeBatch=ChangeBatch, **zone)
        if ChangeBatch["Changes"][-1]["Action"] == "CREATE":
            raise ReadTimeoutError(endpoint_url="https://route53.amazonaws.com")

    monkeypatch.setattr(route53, "change_resource_record_sets", unanswered)
    with pytest.raises(ReadTimeoutError), Traffic(SETTINGS).lock():
        pass
    assert route53.records == {}


def test_traffic_without_health_check_raises() -> None:
    elsewhere = SETTINGS.model_copy(update={"domain": "other.example"})
    with pytest.raises(TrafficError, match="make deploy"):
        Traffic(elsewhere).is_evacuated(PRIMARY)


def test_evacuate_without_endpoint_names_make_up(monkeypatch: pytest.MonkeyPatch, route53: Route53) -> None:
    def away(_: str) -> None:
        raise EndpointConnectionError(endpoint_url="http://127.0.0.1:4566/2013-04-01/healthcheck")

    monkeypatch.setattr(route53, "get_paginator", away)
    code, output = run(monkeypatch, PRIMARY)

    assert code == 1
    assert "no answer from http://127.0.0.1:4566; " in output
    assert "make up" in output


def test_invalid_settings_exit_2(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> Settings:
        raise SettingsError(path, ["is not TOML"])

    monkeypatch.setattr(Settings, "load", refuse)

    code, output = run(monkeypatch, PRIMARY)

    assert code == 2
    assert "is not TOML" in output
