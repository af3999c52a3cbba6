"""Overload: the limits of the other regions, and the limits of what a drill accepts."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from ops.deployment import Deployment
from ops.drill.answers import counts, overload_errors
from ops.drill.figures import Arithmetic
from ops.drill.overload import EVERY_METHOD, HEALTH_METHOD, Overloaded, has_limits
from ops.drill.reconcile import Reconciliation
from ops.drill.recording import Incident, Recording, Sample
from ops.drill.report import Report
from stacks.settings import LocalCloud, Settings
from tests.support.deployments import outputs

LOST, OTHER = "eu-west-1", "ap-southeast-1"
DEPLOYED = {EVERY_METHOD: {"throttlingRateLimit": 500.0, "throttlingBurstLimit": 1000}}


class Gateway:
    """Stages and mappings of all regions; a client of one region is this object with the region set."""

    def __init__(self) -> None:
        self.stages = {region: deepcopy(DEPLOYED) for region in (LOST, OTHER)}
        self.region = ""

    def of(self, _: Any, __: str, region: str) -> "Gateway":
        client = Gateway()
        client.stages, client.region = self.stages, region
        return client

    def get_stage(self, **_: Any) -> dict[str, Any]:
        return {"methodSettings": deepcopy(self.stages[self.region])}

    def update_stage(self, *, patchOperations: list[dict[str, str]], **_: Any) -> None:  # noqa: N803  boto3's own
        settings: dict[str, dict[str, Any]] = self.stages[self.region]
        for change in patchOperations:
            method, __, setting = change["path"].removeprefix("/").partition("/throttling/")
            if change["op"] == "remove":
                del settings[method]
                continue
            name = f"throttling{setting[0].upper()}{setting[1:]}"
            value = float(change["value"])
            settings.setdefault(method, {})[name] = value

    def get_api_mappings(self, **_: Any) -> dict[str, Any]:
        return {"Items": []}


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Gateway:
    made = Gateway()
    monkeypatch.setattr(Deployment, "client", lambda deployment, service, region: made.of(0, service, region))
    return made


@pytest.fixture
def overload() -> Overloaded:
    settings = Settings(regions=(LOST, OTHER), local=LocalCloud())
    return Overloaded(Deployment.of(settings, outputs((LOST, OTHER))), rate=6)


def test_overload_limits_other_region_to_its_share(gateway: Gateway, overload: Overloaded) -> None:
    overload.break_(LOST)
    assert gateway.stages[LOST] == DEPLOYED
    assert gateway.stages[OTHER] == {
        EVERY_METHOD: {"throttlingRateLimit": 0.75, "throttlingBurstLimit": 1},
        HEALTH_METHOD: DEPLOYED[EVERY_METHOD],
    }


def test_overload_heal_restores_limits(gateway: Gateway, overload: Overloaded) -> None:
    overload.break_(LOST)
    overload.break_(LOST)
    assert has_limits(gateway.of(0, "apigateway", OTHER), "api", "live")
    overload.heal(LOST)
    overload.heal(LOST)
    assert gateway.stages == {LOST: DEPLOYED, OTHER: DEPLOYED}


def request(outcome: str, *, home: str = LOST, retry_after: int | None = None) -> Sample:
    ok = outcome == "ok"
    return Sample(20, 0.1, "ada", "dns", home, "book", OTHER, outcome, ok, int(not ok), retry_after)


def overloaded(*samples: Sample, failures: int = 0) -> tuple[Recording, Incident]:
    incident = Incident("1", "overload", LOST, "", True, sheds_load=True, broke_at=10, healed_at=100)
    incident.health = {LOST: {"403": 9}, OTHER: {"200": 9}}
    incident.failures_in_a_row = {LOST: 9, OTHER: failures}
    return Recording(samples=list(samples), incidents=[incident]), incident


REFUSED = request("429", retry_after=1)


@pytest.mark.parametrize(
    ("made", "error"),
    [
        (overloaded(request("ok"), REFUSED, request("403")), ""),
        (overloaded(request("ok")), "nothing was measured"),
        (overloaded(REFUSED, request("429")), "1 of 2 answers 429 have no retry-after"),
        (overloaded(REFUSED, request("503", home=OTHER)), "other ways than 429: 503 × 1"),
        (overloaded(REFUSED, failures=1), ""),
        (overloaded(REFUSED, failures=2), f"{OTHER} failed 2 health checks in a row"),
    ],
    ids=["sheds", "no load", "no time", "other error", "one failure", "unhealthy"],
)
def test_overload_errors_of_answers(made: tuple[Recording, Incident], error: str) -> None:
    found = list(overload_errors(*made, threshold=2))
    assert [error in line for line in found] == [True] * bool(error)


def test_report_shows_answers_of_overload(tmp_path: Path) -> None:
    recording, _ = overloaded(request("ok"), REFUSED, REFUSED)
    nothing = Reconciliation(1, 1, [], [], [], [], [], [])
    report = Report("bookstore-test", 1, (LOST, OTHER), recording, nothing, Arithmetic(10, 2, 60))
    assert report.missed() == []
    assert report.figures()[f"overload, {LOST}"]["throttled_with_retry_after"] == 2
    page = report.write(tmp_path).read_text()
    assert "after 429 “Too many requests. The shop is busy." in page
    assert "<td>403 × 9</td><td>200 × 9</td><td class=n>1</td><td>429 × 2</td><td class=n>2 of 2</td>" in page


def test_counts_without_answers_is_dash() -> None:
    assert counts({}) == "–"
