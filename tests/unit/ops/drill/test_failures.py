"""Every failure restores the state it found, also after repeated breaks."""

from copy import deepcopy
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ops.deployment import Deployment
from ops.drill.failures import (
    SERVING,
    UNREACHABLE_REDIS,
    Evacuated,
    Failure,
    FunctionsFailing,
    MappingDeleted,
    RedisLost,
)
from ops.traffic import Traffic
from stacks.settings import LocalCloud, Settings
from tests.support.deployments import outputs
from tests.support.operators import SETTINGS, Route53

REGIONS = ("eu-west-1", "ap-southeast-1")
HERE = REGIONS[0]
DOMAINS = (f"api-{HERE}.bookstore.example", "api.bookstore.example")


class Aws:
    """API mappings and functions of one region."""

    def __init__(self) -> None:
        self.refuses = False
        self.base_paths = dict.fromkeys(DOMAINS, "v1")
        self.functions: dict[str, dict[str, Any]] = {
            name: {
                "Handler": f"{name}.handler.handle",
                "Environment": {"Variables": {"REDIS_URL": "redis://here", "TABLE": name}},
            }
            for name in (*SERVING, *RedisLost.USERS)
        }

    def get_api_mappings(self, *, DomainName: str) -> dict[str, Any]:  # noqa: N803  boto3's own
        mapping = {"ApiMappingId": "id", "ApiId": "api", "Stage": "live"}
        return {"Items": [{**mapping, "ApiMappingKey": self.base_paths[DomainName]}]}

    def update_api_mapping(self, *, DomainName: str, ApiMappingKey: str, **_: Any) -> None:  # noqa: N803
        self._take()
        self.base_paths[DomainName] = ApiMappingKey

    def get_function_configuration(self, *, FunctionName: str) -> dict[str, Any]:  # noqa: N803
        return deepcopy(self.functions[FunctionName])

    def update_function_configuration(self, *, FunctionName: str, **changes: Any) -> None:  # noqa: N803
        self._take()
        self.functions[FunctionName].update(changes)

    def _take(self) -> None:
        if self.refuses:
            raise ClientError({"Error": {"Code": "TooManyRequestsException"}}, "Update")

    def get_waiter(self, _: str) -> "Aws":
        return self

    def wait(self, **_: Any) -> None:
        """No-op."""

    def invoke(self, **_: Any) -> None:
        """No-op."""


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Aws:
    made = Aws()
    monkeypatch.setattr(Deployment, "client", lambda *_: made)
    return made


@pytest.fixture
def deployment() -> Deployment:
    found = outputs(REGIONS)
    for region in REGIONS:
        found[region]["functions"] = {name: name for name in (*SERVING, *RedisLost.USERS)}
    return Deployment.of(Settings(regions=REGIONS, local=LocalCloud()), found)


def state(aws: Aws) -> Any:
    return deepcopy((aws.base_paths, aws.functions))


@pytest.mark.parametrize("kind", [MappingDeleted, FunctionsFailing, RedisLost])
def test_heal_after_two_breaks_restores_state(aws: Aws, deployment: Deployment, kind: Any) -> None:
    before = state(aws)
    failure: Failure = kind(deployment)
    failure.break_(HERE)
    broken = state(aws)
    failure.break_(HERE)
    assert before != broken == state(aws)
    failure.heal(HERE)
    assert state(aws) == before


@pytest.mark.parametrize("kind", [MappingDeleted, FunctionsFailing, RedisLost])
def test_heal_can_be_repeated_after_an_error(aws: Aws, deployment: Deployment, kind: Any) -> None:
    before = state(aws)
    failure: Failure = kind(deployment)
    failure.break_(HERE)
    aws.refuses = True
    with pytest.raises(ClientError):
        failure.heal(HERE)
    aws.refuses = False
    failure.heal(HERE)
    assert state(aws) == before


@pytest.mark.parametrize("kind", [MappingDeleted, FunctionsFailing, RedisLost])
def test_heal_keeps_what_others_broke(aws: Aws, deployment: Deployment, kind: Any) -> None:
    kind(deployment).break_(HERE)
    broken = state(aws)
    late: Failure = kind(deployment)
    late.break_(HERE)
    late.heal(HERE)
    assert state(aws) == broken


def test_redis_lost_changes_only_its_address(aws: Aws, deployment: Deployment) -> None:
    RedisLost(deployment).break_(HERE)
    found = aws.functions["bestsellers-feeder"]["Environment"]["Variables"]
    assert found == {"REDIS_URL": UNREACHABLE_REDIS, "TABLE": "bestsellers-feeder"}


def test_operators_evacuation_is_kept() -> None:
    traffic = Traffic(SETTINGS, route53=Route53())
    traffic.evacuate(HERE)
    failure = Evacuated(traffic)
    failure.break_(HERE)
    failure.heal(HERE)
    assert traffic.is_evacuated(HERE)


def test_drills_evacuation_is_undone() -> None:
    traffic = Traffic(SETTINGS, route53=Route53())
    failure = Evacuated(traffic)
    failure.break_(HERE)
    assert traffic.is_evacuated(HERE)
    failure.heal(HERE)
    assert not traffic.is_evacuated(HERE)
