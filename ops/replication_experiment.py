"""Pauses and resumes replication on AWS, by the experiments of `features.fault_injection`."""

import time
from collections.abc import Mapping
from itertools import permutations
from typing import Any

from ops.deployment import Deployment
from ops.errors import OperatorError
from ops.replication_lag import CAUGHT_UP, catches_up, lag
from ops.replication_pause import NotCaughtUpError

TEMPLATE = "replication_pause"
"""Output of a region's stack: the template's ID."""
STARTS_WITHIN = 360.0
"""Seconds within which replication ends: AWS states up to five minutes after the action begins.

https://docs.aws.amazon.com/fis/latest/userguide/fis-actions-reference.html#global-table-pause-replication
"""
POLL = 5.0
"""Seconds between two reads of an experiment's state."""
RUNNING = ("pending", "initiating", "running", "stopping")


class ExperimentError(OperatorError):
    """An experiment failed, or it did not pause replication."""


class ReplicationExperiment:
    """Experiments by region. Methods raise boto3's errors."""

    def __init__(self, deployment: Deployment, templates: Mapping[str, str]) -> None:
        self._deployment = deployment
        self._templates = templates
        self._running: dict[str, str] = {}

    @classmethod
    def of(cls, deployment: Deployment) -> "ReplicationExperiment | None":
        """Return the experiments of a deployment; None where a region has none."""
        templates = {name: region.more.get(TEMPLATE) for name, region in deployment.regions.items()}
        found = {name: str(template) for name, template in templates.items() if template}
        return cls(deployment, found) if found.keys() == templates.keys() else None

    def pause(self, region: str) -> None:
        """Start the experiment and wait until a write in another region does not arrive.

        Raises ExperimentError if it fails or if writes still arrive after STARTS_WITHIN seconds.
        """
        if region in self._running:
            return
        started = self._fis(region).start_experiment(experimentTemplateId=self._templates[region])
        self._running[region] = started["experiment"]["id"]
        other = next(name for name in self._deployment.regions if name != region)
        deadline = time.monotonic() + STARTS_WITHIN
        while lag(self._deployment.settings, other, region, timeout=CAUGHT_UP) is not None:
            state = self._state(region)
            if state["status"] not in RUNNING or time.monotonic() > deadline:
                raise ExperimentError(
                    f"replication of {region} is not paused: the experiment is {state['status']}, "
                    f"{state.get('reason', '')}"
                )

    def resume(self, region: str) -> None:
        """Stop the experiment and wait until it has ended."""
        if region not in self._running:
            return
        if self._state(region)["status"] in RUNNING[:-1]:
            self._fis(region).stop_experiment(id=self._running[region])
        while self._state(region)["status"] in RUNNING:
            time.sleep(POLL)
        del self._running[region]

    def await_caught_up(self, timeout: float) -> None:
        """Wait until each region has the writes of each other. Raises NotCaughtUpError after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        for source, target in permutations(self._deployment.regions, 2):
            if not catches_up(self._deployment.settings, source, target, deadline=deadline):
                raise NotCaughtUpError(f"writes of {source} still do not arrive in {target}")

    def _state(self, region: str) -> dict[str, Any]:
        found = self._fis(region).get_experiment(id=self._running[region])
        state: dict[str, Any] = found["experiment"]["state"]
        return state

    def _fis(self, region: str) -> Any:
        return self._deployment.client("fis", region)
