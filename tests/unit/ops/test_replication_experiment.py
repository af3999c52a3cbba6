"""Replication paused by an experiment on AWS."""

from typing import Any

import pytest

from ops import replication_experiment
from ops.deployment import Deployment
from ops.drill.failures import ReplicationPaused
from ops.replication_experiment import TEMPLATE, ExperimentError, ReplicationExperiment
from ops.replication_pause import NotCaughtUpError
from stacks.settings import Settings
from tests.support.deployments import outputs

REGIONS = ("eu-west-1", "ap-southeast-1")
HERE = REGIONS[0]


class Fis:
    """Experiments of all regions; `paused` says whether writes arrive."""

    def __init__(self) -> None:
        self.status = "none"
        self.started: list[str] = []
        self.works = True

    @property
    def paused(self) -> bool:
        return self.works and self.status == "running"

    def start_experiment(self, *, experimentTemplateId: str) -> Any:  # noqa: N803  boto3's own
        self.started.append(experimentTemplateId)
        self.status = "running" if self.works else "failed"
        return {"experiment": {"id": "EXP1"}}

    def stop_experiment(self, *, id: str) -> None:
        assert id == "EXP1"
        self.status = "stopped"

    def get_experiment(self, *, id: str) -> Any:
        return {"experiment": {"id": id, "state": {"status": self.status, "reason": "no table"}}}


@pytest.fixture
def fis(monkeypatch: pytest.MonkeyPatch) -> Fis:
    made = Fis()
    monkeypatch.setattr(Deployment, "client", lambda *_: made)
    monkeypatch.setattr(replication_experiment, "lag", lambda *_, **__: None if made.paused else 0.8)
    monkeypatch.setattr(replication_experiment, "catches_up", lambda *_, **__: not made.paused)
    return made


def deployment(*, templates: bool = True) -> Deployment:
    found = outputs(REGIONS)
    if templates:
        for region in REGIONS:
            found[region][TEMPLATE] = f"EXT-{region}"
    return Deployment.of(Settings(regions=REGIONS, environment="prod"), found)


def experiment() -> ReplicationExperiment:
    found = ReplicationExperiment.of(deployment())
    assert found
    return found


def test_experiment_without_feature_is_none() -> None:
    assert ReplicationExperiment.of(deployment(templates=False)) is None


def test_failure_starts_and_stops_experiment(fis: Fis) -> None:
    failure = ReplicationPaused(experiment())
    failure.break_(HERE)
    failure.break_(HERE)
    assert (fis.started, fis.status) == ([f"EXT-{HERE}"], "running")
    failure.heal(HERE)
    failure.heal(HERE)
    assert fis.status == "stopped"


def test_failed_experiment_is_reported(fis: Fis) -> None:
    fis.works = False
    with pytest.raises(ExperimentError, match="failed, no table"):
        experiment().pause(HERE)


def test_writes_that_do_not_arrive_are_reported(fis: Fis) -> None:
    fis.status = "running"
    with pytest.raises(NotCaughtUpError, match=HERE):
        experiment().await_caught_up(1)
