"""Faults that a killed drill leaves are found, described and healed."""

from types import SimpleNamespace
from typing import Any

import pytest

from ops import faults
from ops.drill.failures import MISSING_HANDLER, MOVED_PREFIX
from ops.drill.overload import EVERY_METHOD, HEALTH_METHOD
from ops.drill.region_loss import EdgeFaults
from ops.faults import find_faults
from ops.health_probe import Probe
from ops.replication_pause import Backlog, Link, Pausing
from ops.traffic import Traffic
from stacks.settings import Settings
from tests.support.operators import REGIONS, SETTINGS, Route53

HERE, THERE = REGIONS
LOCAL = SETTINGS.model_copy(
    update={
        "local": SETTINGS.local
        and SETTINGS.local.model_copy(
            update={"aws_endpoint": "http://nowhere", "control_room": "http://nowhere/"}
        )
    }
)


class Shop:
    """A deployment with faults; `healed` records the calls that heal them."""

    def __init__(self) -> None:
        self.edge: list[dict[str, Any]] = [{"name": region, "cut": False, "slow": 0} for region in REGIONS]
        self.backlog = Backlog(())
        self.away: list[str] = []
        self.stale: set[str] = set()
        self.handlers = dict.fromkeys(REGIONS, "orders.handler.handle")
        self.traffic = Traffic(SETTINGS, route53=Route53())
        self.base_paths = dict.fromkeys((LOCAL.api_host(HERE), LOCAL.api_host()), "v1")
        self.limits = {EVERY_METHOD: {"throttlingRateLimit": 500.0, "throttlingBurstLimit": 1000}}
        self.healed: list[tuple[object, ...]] = []

    def get_api_mappings(self, *, DomainName: str) -> dict[str, Any]:  # noqa: N803  boto3's own
        ids = {"ApiMappingId": "id", "ApiId": "api", "Stage": "live"}
        return {"Items": [{**ids, "ApiMappingKey": self.base_paths[DomainName]}]}

    def update_api_mapping(self, *, DomainName: str, ApiMappingKey: str, **_: Any) -> None:  # noqa: N803
        self.base_paths[DomainName] = ApiMappingKey

    def get_stage(self, **_: Any) -> dict[str, Any]:
        return {"methodSettings": self.limits}

    def update_stage(self, **_: Any) -> None:
        self.limits.pop(HEALTH_METHOD)

    def record(self, name: str) -> Any:
        return lambda *arguments: self.healed.append((name, *arguments[1:]))


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Shop:
    made = Shop()
    monkeypatch.setattr(EdgeFaults, "regions", lambda _: made.edge)
    monkeypatch.setattr(Pausing, "backlog", lambda _: made.backlog)
    monkeypatch.setattr(Pausing, "unavailable_apis", lambda _: made.away)
    monkeypatch.setattr(Probe, "has_stale_bestsellers", lambda _, region: region in made.stale)
    monkeypatch.setattr(faults, "Traffic", lambda _: made.traffic)
    elsewhere = SimpleNamespace(get_api_mappings=lambda **_: {"Items": []})
    monkeypatch.setattr(faults, "client", lambda _, region: made if region == HERE else elsewhere)
    monkeypatch.setattr(
        faults,
        "_functions",
        lambda region, _: [{"FunctionName": "orders", "Handler": made.handlers[region]}],
    )
    for of, name in ((EdgeFaults, "mend"), (EdgeFaults, "slow"), (Pausing, "resume"), (Pausing, "set_delay")):
        monkeypatch.setattr(of, name, made.record(name))
    monkeypatch.setattr(faults, "invoke", lambda *arguments: made.healed.append(("invoke", *arguments)))
    return made


def descriptions(settings: Settings = LOCAL) -> list[str]:
    return [fault.description for fault in find_faults(settings)]


def heal() -> None:
    for fault in find_faults(LOCAL):
        assert fault.heal
        fault.heal()


def test_faults_of_healthy_shop_are_none(shop: Shop) -> None:
    assert descriptions() == []


def test_faults_name_region_cut_by_killed_drill(shop: Shop) -> None:
    shop.edge[0]["cut"] = True
    shop.backlog = Backlog((HERE,), [Link(HERE, THERE, 3, 9.0)])
    assert descriptions() == [
        f"{HERE}: connections are dropped",
        f"{HERE}: replication is paused",
        "3 writes wait for their replication",
    ]


def test_faults_heal_edge_and_replication(shop: Shop) -> None:
    shop.edge[1]["slow"] = 3.0
    shop.backlog = Backlog((THERE,), delay_p95=1.0)
    heal()
    assert shop.healed == [("slow", THERE, 0), ("set_delay", 0, 0), ("resume", THERE)]


def test_faults_restore_evacuated_region(shop: Shop) -> None:
    shop.traffic.evacuate(THERE)
    assert descriptions() == [f"{THERE} is evacuated"]
    heal()
    assert descriptions() == []


def test_faults_move_api_mappings_back(shop: Shop) -> None:
    before = dict(shop.base_paths)
    shop.base_paths = {host: f"{MOVED_PREFIX}{base_path}" for host, base_path in before.items()}
    assert descriptions() == [f"{HERE}: the API's base path is missing"]
    heal()
    assert shop.base_paths == before
    assert descriptions() == []


def test_faults_lift_limits_of_overload(shop: Shop) -> None:
    shop.limits[HEALTH_METHOD] = shop.limits[EVERY_METHOD]
    assert descriptions() == [f"{HERE}: a drill's request limits are still set on the API"]
    heal()
    assert descriptions() == []


def test_faults_rebuild_stale_bestsellers(shop: Shop) -> None:
    shop.stale.add(HERE)
    assert descriptions() == [f"{HERE}: the bestsellers are stale"]
    heal()
    assert shop.healed == [("invoke", f"{LOCAL.name}-bestsellers-rebuild", HERE)]


def test_faults_leave_functions_to_terraform(shop: Shop) -> None:
    shop.handlers[THERE] = MISSING_HANDLER
    (fault,) = find_faults(LOCAL)
    assert fault.description == f"{THERE}: a drill broke orders"
    assert fault.heal is None


def test_faults_on_aws_are_none(shop: Shop) -> None:
    assert descriptions(SETTINGS.model_copy(update={"local": None})) == []
