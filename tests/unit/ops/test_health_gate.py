"""The checks of a region after its deployment."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from ops import deployment, health_gate
from ops.errors import TerraformError
from ops.health_gate import GateError, _purchase, await_healthy, buy, failed_check, is_of_shop
from ops.named_tables import NamedDeployment
from stacks.settings import Settings
from tests.support import deployments, synthesis
from tests.support.operators import REGIONS, SETTINGS, probe
from tests.support.terraform_stacks import TerraformStacks

PRIMARY, OTHER = REGIONS
BOOK: dict[str, Any] = {"id": "dune", "price": 900}
SOLD_OUT: dict[str, Any] = {"id": "emma", "price": 700}


class Alarms:
    """CloudWatch with alarms in state ALARM."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def get_paginator(self, _operation: str) -> "Alarms":
        return self

    def paginate(self, **request: Any) -> list[dict[str, Any]]:
        assert request["AlarmNamePrefix"] == f"{SETTINGS.name}-"
        return [{"MetricAlarms": [{"AlarmName": name} for name in self._names], "CompositeAlarms": []}]


def test_gate_ignores_alarms_without_actions(monkeypatch: pytest.MonkeyPatch) -> None:
    class Parts(Alarms):
        def paginate(self, **request: Any) -> list[dict[str, Any]]:
            (page,) = super().paginate(**request)
            return [{"MetricAlarms": [{**alarm, "AlarmActions": []} for alarm in page["MetricAlarms"]]}]

    monkeypatch.setattr(health_gate, "client", lambda *_: Parts("shop-orders-are-placed"))
    assert failed_check(SETTINGS, PRIMARY) is None


@pytest.fixture(autouse=True)
def _passing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A region that passes every check; tests break one of them."""
    monkeypatch.setattr(health_gate, "_has_traffic", lambda *_: True)
    monkeypatch.setattr(health_gate, "Probe", lambda _: probe({PRIMARY: 200, OTHER: 200}))
    monkeypatch.setattr(health_gate, "client", lambda *_: Alarms())
    monkeypatch.setattr(health_gate, "_purchase", lambda *_: None)


def shop(**statuses: int) -> httpx.Client:
    """The API of a region; `statuses` by the request's method and first path segment."""

    def answer(request: httpx.Request) -> httpx.Response:
        name = f"{request.method.lower()}_{request.url.path.split('/')[2]}"
        if request.url.path.endswith("/cancellation"):
            name = "put_cancellation"
        status = statuses.get(name, 200)
        if name == "get_books":
            return httpx.Response(status, json={"items": [SOLD_OUT, BOOK]})
        if name == "post_orders":
            if SOLD_OUT["id"] in request.content.decode():
                return httpx.Response(409)
            assert json.loads(request.content)["expectedTotal"] == BOOK["price"]
            assert request.headers["idempotency-key"]
        return httpx.Response(status, json={"orderId": "o-1"})

    return httpx.Client(base_url="http://region/v1", transport=httpx.MockTransport(answer))


def test_gate_passes_healthy_region() -> None:
    assert await_healthy(SETTINGS, PRIMARY) == ""


def test_gate_skips_region_without_traffic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_gate, "_has_traffic", lambda *_: False)
    monkeypatch.setattr(health_gate, "_purchase", lambda *_: "must not be called")
    assert "no traffic" in await_healthy(SETTINGS, PRIMARY)


def test_gate_failed_health_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_gate, "Probe", lambda _: probe({PRIMARY: 503}))
    assert failed_check(SETTINGS, PRIMARY) == "/v1/health: HTTP 503, cart failed"


def test_gate_alarm_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_gate, "client", lambda *_: Alarms("bookstore-local-orders-errors"))
    assert failed_check(SETTINGS, PRIMARY) == "in alarm: bookstore-local-orders-errors"


@pytest.mark.parametrize("name", ["blog-errors", f"{OTHER}-unhealthy", "shop-unhealthy"])
def test_gate_ignores_alarms_of_others(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_gate, "client", lambda *_: Alarms(f"{SETTINGS.name}-{name}"))
    assert failed_check(SETTINGS, PRIMARY) is None


def notifying_alarms(stack: synthesis.Stack) -> set[str]:
    kinds = ("aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm")
    alarms = [each.body for kind in kinds for each in stack.resources(kind)]
    return {alarm["alarm_name"] for alarm in alarms if alarm.get("alarm_actions")}


def test_gate_reads_all_alarms_of_region_stack() -> None:
    """With the alarms of all stacks in us-east-1, the only region that has those of the edge stack."""
    changes = {**synthesis.EVERYTHING, "regions": ["us-east-1", "eu-west-1"]}
    settings, of = Settings(**{**synthesis.ON_AWS, **changes}), synthesis.shop(**changes)
    present = {alarm for stack in of.stacks.values() for alarm in notifying_alarms(stack)}
    read = {alarm for alarm in present if is_of_shop(alarm, settings, "us-east-1")}
    assert notifying_alarms(of["us-east-1-blog"])
    assert read == notifying_alarms(of["us-east-1"]) | {f"{of.name}-us-east-1-unhealthy"}


def test_gate_failure_says_how_to_go_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_gate, "_purchase", lambda *_: "POST /orders answered 500")
    with pytest.raises(GateError) as failure:
        await_healthy(SETTINGS, PRIMARY, seconds=0)
    for text in ("POST /orders answered 500", f"make evacuate REGION={PRIMARY}", "make deploy", "--at-once"):
        assert text in str(failure.value)


@pytest.mark.parametrize("step", ["get_books", "post_orders", "get_orders", "put_cancellation"])
def test_purchase_failed_step_is_named(step: str) -> None:
    reason = buy(shop(**{step: 500}))
    assert reason
    assert reason.startswith(step.partition("_")[0].upper())
    assert reason.endswith("answered 500")


def test_gate_passes_with_another_region_lost(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The lost region has its Terraform state, which the purchase does not need."""
    names = ("global", "dns", "edge", *REGIONS)
    TerraformStacks(tmp_path, {f"{SETTINGS.name}-{name}": () for name in names})
    pools: list[str] = []

    def read_outputs(stack: str) -> dict[str, Any]:
        part = stack.removeprefix(f"{SETTINGS.name}-")
        if part == OTHER:
            raise TerraformError(f"{stack}: the state cannot be read")
        return deployments.outputs(REGIONS)[part]

    def open_account(found: NamedDeployment, _email: str) -> SimpleNamespace:
        pools.append(found.shared.user_pool_id)
        return SimpleNamespace(shopper=SimpleNamespace(token=lambda: "token"))

    monkeypatch.delenv(deployment.OUTPUTS_VARIABLE, raising=False)
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path))
    monkeypatch.setattr(deployment, "stack_outputs", read_outputs)
    monkeypatch.setattr(health_gate, "open_account", open_account)
    monkeypatch.setattr(health_gate, "close_account", lambda *_: None)
    monkeypatch.setattr(health_gate, "buy", lambda _http: None)
    monkeypatch.setattr(health_gate, "_purchase", _purchase)
    assert failed_check(SETTINGS, PRIMARY) is None
    assert pools == ["eu-west-1_pool"]


def test_purchase_passes() -> None:
    assert buy(shop(post_orders=201)) is None
