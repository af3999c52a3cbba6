"""Canary deployments against CodeDeploy's and Lambda's service models."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from ops import canary
from ops.canary import CanaryError, Release
from ops.terraform.engine import Task
from ops.terraform.events import StackProgress

REGION = "eu-west-1"
VERSIONS = {"orders": "8", "cart": "5"}
ALARM = {"code": "ALARM_ACTIVE", "message": "One or more alarms have been activated: shop-canary-errors"}


class Aws:
    """Answers of CodeDeploy and Lambda, in order."""

    def __init__(self) -> None:
        session = boto3.Session("key", "secret", region_name=REGION)
        self.clients = {name: session.client(name) for name in ("codedeploy", "lambda")}
        self.stubs = {name: Stubber(client) for name, client in self.clients.items()}
        for stub in self.stubs.values():
            stub.activate()

    def running(self, **deployments: str) -> None:
        """Deployments that have not ended."""
        for function in VERSIONS:
            found = [deployments[function]] if function in deployments else []
            self._answer("codedeploy", "list_deployments", {"deployments": found}, None)

    def serve(self, **versions: str) -> None:
        """The versions that the aliases serve."""
        for function in VERSIONS:
            wanted = {"FunctionName": function, "Name": "live"}
            self._answer("lambda", "get_alias", {"FunctionVersion": versions[function]}, wanted)

    def start(self, function: str, id: str, spec: object = ANY) -> None:
        """A deployment that must be started."""
        revision = {"revisionType": "AppSpecContent", "appSpecContent": {"content": spec}}
        wanted = {"applicationName": "shop", "deploymentGroupName": function, "revision": revision}
        self._answer("codedeploy", "create_deployment", {"deploymentId": id}, wanted)

    def report(self, **deployments: str | dict[str, Any]) -> None:
        """The states of deployments by ID, a status or the whole state."""
        states = [
            {"deploymentId": id, **(state if isinstance(state, dict) else {"status": state})}
            for id, state in deployments.items()
        ]
        wanted = {"deploymentIds": list(deployments)}
        self._answer("codedeploy", "batch_get_deployments", {"deploymentsInfo": states}, wanted)

    def stop(self, id: str) -> None:
        """A deployment that must be stopped."""
        wanted = {"deploymentId": id, "autoRollbackEnabled": True}
        self._answer("codedeploy", "stop_deployment", {"status": "Pending"}, wanted)

    def _answer(self, service: str, call: str, answer: dict[str, Any], wanted: Any) -> None:
        self.stubs[service].add_response(call, answer, wanted)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    aws = Aws()
    monkeypatch.setattr(canary, "client", lambda service, _region: aws.clients[service])
    monkeypatch.setattr(canary, "POLL", 0)
    yield aws
    for stub in aws.stubs.values():
        stub.assert_no_pending_responses()


@pytest.fixture
def task() -> Task:
    return Task(StackProgress("canary eu-west-1"), lambda _event: None, lambda _phase: None)


def deploy(task: Task) -> None:
    Release(REGION, application="shop", alias="live", versions=VERSIONS).deploy(task)


def test_release_starts_canary_for_old_versions(aws: Aws, task: Task) -> None:
    properties = {"Name": "orders", "Alias": "live", "CurrentVersion": "7", "TargetVersion": "8"}
    resource = {"Type": "AWS::Lambda::Function", "Properties": properties}
    aws.running()
    aws.serve(orders="7", cart="5")
    aws.start("orders", "d1", json.dumps({"version": 0.0, "Resources": [{"function": resource}]}))
    aws.report(d1="InProgress")
    aws.report(d1="Succeeded")
    deploy(task)
    assert (task.progress.planned, task.progress.finished) == (1, 1)


def test_release_of_served_versions_starts_nothing(aws: Aws, task: Task) -> None:
    aws.running()
    aws.serve(orders="8", cart="5")
    deploy(task)
    assert task.progress.note == "every function serves its newest version"


def test_release_alarm_rolls_back_all_functions(aws: Aws, task: Task) -> None:
    aws.running()
    aws.serve(orders="7", cart="4")
    aws.start("orders", "d1")
    aws.start("cart", "d2")
    aws.report(d1={"status": "Stopped", "errorInformation": ALARM}, d2="InProgress")
    aws.stop("d2")
    with pytest.raises(CanaryError, match=r"orders, version 8, deployment d1: One or more alarms") as failed:
        deploy(task)
    assert "rolled back with it: cart" in str(failed.value)


def test_release_awaits_interrupted_deployment(aws: Aws, task: Task) -> None:
    aws.running(orders="d1")
    aws.report(d1="Succeeded")
    aws.serve(orders="8", cart="5")
    deploy(task)


def test_release_slow_deployment_raises(aws: Aws, task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canary, "SECONDS", -1)
    aws.running(cart="d1")
    aws.report(d1="Queued")
    with pytest.raises(CanaryError, match="still deploys cart in eu-west-1"):
        deploy(task)
