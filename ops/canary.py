"""Moves a region's traffic to the functions' newest versions by CodeDeploy, after the region's stack was applied.

docs/adr/0036 has the reasons.
"""

import contextlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Self

from ops.aws import client
from ops.deployment import Outputs, stack_outputs
from ops.errors import OperatorError
from ops.terraform.engine import Task, Work
from ops.terraform.events import Phase, StackProgress
from ops.terraform.graph import canary_name
from ops.terraform.interruption import stop_requested
from stacks.settings import Settings

SECONDS = 1800.0
"""Seconds to wait for CodeDeploy: ten minutes at a tenth of the requests, and time to start and end."""
POLL = 10.0
RUNNING = ("Created", "Queued", "InProgress", "Baking", "Ready")


class CanaryError(OperatorError):
    """A new version was rolled back, or CodeDeploy did not finish."""


def canaries(settings: Settings) -> dict[str, Work]:
    """The work of each region's canary deployment, by its name in the graph."""
    return {canary_name(region): partial(_deploy, settings, region) for region in settings.regions}


def _deploy(settings: Settings, region: str, task: Task) -> None:
    task.enter(Phase.PLANNING)
    stack = f"{settings.name}-{region}"
    outputs = stack_outputs(stack)
    if outputs.get("canary_versions"):
        Release.of(settings, region, Outputs(stack, outputs)).deploy(task)
    else:
        task.progress.note = "not deployed with aliases yet"


@dataclass(frozen=True)
class Release:
    """The newest versions of a region's functions."""

    region: str
    application: str
    """CodeDeploy's application. Its deployment groups have the functions' names."""
    alias: str
    versions: Mapping[str, str]
    """The newest version of each function, by the function's name."""

    @classmethod
    def of(cls, settings: Settings, region: str, outputs: Outputs) -> Self:
        """Read the outputs of a region's stack. Raises DeploymentError when it was deployed without aliases."""
        return cls(
            region=region,
            application=settings.name,
            alias=outputs.text("canary_alias"),
            versions=outputs.texts("canary_versions"),
        )

    def deploy(self, task: Task) -> None:
        """Move every alias that serves an older version, and wait until CodeDeploy has finished.

        Deployments of an interrupted command are awaited first. Raises CanaryError.
        """
        self._await(self._running(), task)
        current = {function: self._serves(function) for function in self.versions}
        old = {name: version for name, version in current.items() if version != self.versions[name]}
        if not old:
            task.progress.note = "every function serves its newest version"
            return
        self._await({name: self._start(name, version) for name, version in old.items()}, task)

    @cached_property
    def _codedeploy(self) -> Any:
        return client("codedeploy", self.region)

    @cached_property
    def _lambda(self) -> Any:
        return client("lambda", self.region)

    def _serves(self, function: str) -> str:
        """The version that gets all requests, or most of them during a deployment."""
        return str(self._lambda.get_alias(FunctionName=function, Name=self.alias)["FunctionVersion"])

    def _running(self) -> dict[str, str]:
        """The deployments that have not ended, by function. A group has one at most."""
        running = {}
        for function in self.versions:
            found = self._codedeploy.list_deployments(
                applicationName=self.application,
                deploymentGroupName=function,
                includeOnlyStatuses=list(RUNNING),
            )
            if found["deployments"]:
                running[function] = found["deployments"][0]
        return running

    def _start(self, function: str, version: str) -> str:
        """Start a deployment from `version` to the newest version; returns its ID."""
        started = self._codedeploy.create_deployment(
            applicationName=self.application,
            deploymentGroupName=function,
            revision={
                "revisionType": "AppSpecContent",
                "appSpecContent": {"content": self._app_spec(function, version)},
            },
        )
        return str(started["deploymentId"])

    def _app_spec(self, function: str, version: str) -> str:
        """The deployment as CodeDeploy reads it.

        https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html
        """
        properties = {
            "Name": function,
            "Alias": self.alias,
            "CurrentVersion": version,
            "TargetVersion": self.versions[function],
        }
        resource = {"Type": "AWS::Lambda::Function", "Properties": properties}
        return json.dumps({"version": 0.0, "Resources": [{"function": resource}]})

    def _await(self, deployments: Mapping[str, str], task: Task) -> None:
        """Wait until all have succeeded. When one fails, the others are stopped and rolled back.

        Raises CanaryError.
        """
        deadline = time.monotonic() + SECONDS
        left = dict(deployments)
        task.progress.planned, task.progress.finished = len(deployments), 0
        while left:
            ended = self._ended(left)
            failed = {name: info for name, info in ended.items() if info["status"] != "Succeeded"}
            left = {name: id for name, id in left.items() if name not in ended}
            if failed:
                self._stop(list(left.values()))
                raise CanaryError(self._rolled_back(failed, left))
            _show(task.progress, len(deployments), left)
            task.enter(Phase.APPLYING)
            if left and (stop_requested() or time.monotonic() > deadline):
                raise CanaryError(
                    f"CodeDeploy still deploys {', '.join(sorted(left))} in {self.region}, and rolls back by itself "
                    f"on an alarm. To follow it again: make deploy"
                )
            if left:
                time.sleep(POLL)

    def _ended(self, deployments: Mapping[str, str]) -> dict[str, dict[str, Any]]:
        """The deployments that have ended, by function."""
        found = self._codedeploy.batch_get_deployments(deploymentIds=list(deployments.values()))
        by_id = {info["deploymentId"]: info for info in found["deploymentsInfo"]}
        return {
            function: by_id[id]
            for function, id in deployments.items()
            if id in by_id and by_id[id]["status"] not in RUNNING
        }

    def _stop(self, deployments: Sequence[str]) -> None:
        for deployment in deployments:
            # One that ends meanwhile needs no stop.
            with contextlib.suppress(self._codedeploy.exceptions.DeploymentAlreadyCompletedException):
                self._codedeploy.stop_deployment(deploymentId=deployment, autoRollbackEnabled=True)

    def _rolled_back(self, failed: Mapping[str, Mapping[str, Any]], stopped: Mapping[str, str]) -> str:
        reasons = [
            f"{function}, version {self.versions[function]}, deployment {info['deploymentId']}: "
            f"{info.get('errorInformation', {}).get('message') or info['status']}"
            for function, info in failed.items()
        ]
        others = f"Stopped and rolled back with it: {', '.join(sorted(stopped))}.\n" if stopped else ""
        return (
            f"CodeDeploy has rolled back new versions in {self.region}. The next regions serve the old ones.\n"
            + "\n".join(reasons)
            + f"\n{others}The functions' logs in {self.region} have the errors. A new deployment tries these versions "
            f"again: correct the code, or check out the last release that passed, and then make deploy"
        )


def _show(progress: StackProgress, total: int, left: Mapping[str, str]) -> None:
    progress.finished = total - len(left)
    progress.busy = dict.fromkeys(sorted(left))
