from copy import deepcopy
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from typer import Typer
from typer.testing import CliRunner

from ops.commands import evacuate
from ops.commands.evacuate import require_another
from ops.health_probe import Probe
from ops.region_commands import RefusedError
from ops.traffic import Traffic, TrafficError
from stacks.settings import Settings, SettingsError
from tests.support.operators import REGIONS, SETTINGS, Route53, probe

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
    app = Typer()
    app.command()(evacuate.evacuate)
    result = CliRunner().invoke(app, [region])
    return result.exit_code, result.output


def test_traffic_leaves_and_the_operator_is_told_how_to_undo_it(monkeypatch: pytest.MonkeyPatch) -> None:
    code, output = run(monkeypatch, PRIMARY, ap_southeast_1=200)

    assert code == 0
    assert f"make restore REGION={PRIMARY}" in output
    assert Traffic(SETTINGS).is_evacuated(PRIMARY)
    assert not Traffic(SETTINGS).is_evacuated(OTHER)


def test_a_broken_region_can_be_evacuated(monkeypatch: pytest.MonkeyPatch) -> None:
    code, _ = run(monkeypatch, PRIMARY, eu_west_1=503, ap_southeast_1=200)
    assert code == 0


def test_doing_it_twice_is_doing_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, PRIMARY, ap_southeast_1=200)
    code, output = run(monkeypatch, PRIMARY)

    assert code == 0
    assert "already" in output
    assert Traffic(SETTINGS).is_evacuated(PRIMARY)


def test_the_last_region_that_answers_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    code, output = run(monkeypatch, PRIMARY, eu_west_1=200, ap_southeast_1=503)

    assert code == 1
    assert "HTTP 503, cart failed" in output
    assert not Traffic(SETTINGS).is_evacuated(PRIMARY)


def test_the_last_region_that_is_not_evacuated_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, PRIMARY, ap_southeast_1=200)
    code, output = run(monkeypatch, OTHER, eu_west_1=200, ap_southeast_1=200)

    assert code == 1
    assert f"{PRIMARY} is evacuated" in output
    assert not Traffic(SETTINGS).is_evacuated(OTHER)


def test_a_region_that_is_not_there_is_wrong_input(monkeypatch: pytest.MonkeyPatch) -> None:
    code, output = run(monkeypatch, "us-west-2")

    assert code == 2
    assert PRIMARY in output


def test_the_only_region_is_kept() -> None:
    with pytest.raises(RefusedError, match="there is no other"):
        require_another(PRIMARY, {})


def test_the_endpoint_is_still_watched_while_evacuated(route53: Route53) -> None:
    before = deepcopy(route53.checks)

    Traffic(SETTINGS).evacuate(PRIMARY)

    record = route53.checks.pop(f"record-{PRIMARY}")
    assert record["HealthCheckConfig"]["HealthThreshold"] > len(
        record["HealthCheckConfig"]["ChildHealthChecks"]
    )
    del before[f"record-{PRIMARY}"]
    assert route53.checks == before


def test_two_operators_at_once_do_not_overwrite_each_other(route53: Route53) -> None:
    def somebody_else() -> None:
        route53.checks[f"record-{PRIMARY}"]["HealthCheckVersion"] += 1

    route53.meddle = somebody_else

    with pytest.raises(TrafficError, match="make status"):
        Traffic(SETTINGS).evacuate(PRIMARY)


def test_a_region_without_a_health_check_was_never_deployed() -> None:
    elsewhere = SETTINGS.model_copy(update={"domain": "other.example"})
    with pytest.raises(TrafficError, match="make deploy"):
        Traffic(elsewhere).is_evacuated(PRIMARY)


def test_nobody_there_is_told_with_what_would_help(monkeypatch: pytest.MonkeyPatch, route53: Route53) -> None:
    def away(_: str) -> None:
        raise EndpointConnectionError(endpoint_url="http://127.0.0.1:4566/2013-04-01/healthcheck")

    monkeypatch.setattr(route53, "get_paginator", away)
    code, output = run(monkeypatch, PRIMARY)

    assert code == 1
    assert "nobody answers at http://127.0.0.1:4566; " in output
    assert "make up" in output


def test_settings_that_cannot_be_used_are_wrong_input(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> Settings:
        raise SettingsError(path, ["is not TOML"])

    monkeypatch.setattr(Settings, "load", refuse)

    code, output = run(monkeypatch, PRIMARY)

    assert code == 2
    assert "is not TOML" in output
