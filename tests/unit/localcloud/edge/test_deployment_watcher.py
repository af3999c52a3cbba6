"""Following the outputs of deployments."""

import asyncio
from pathlib import Path

import pytest

from localcloud.edge import deployment_watcher
from localcloud.edge.deployment_watcher import follow_deployment
from stacks.settings import Settings
from tests.support.deployments import deployment
from tests.support.waiting import TIMEOUT_SECONDS

pytestmark = pytest.mark.anyio
REGIONS = ("eu-west-1", "ap-southeast-1")


class Vanishing(type(Path())):  # type: ignore[misc]
    """A file that is removed just after a check found it."""

    def exists(self) -> bool:
        found = bool(super().exists())
        self.unlink(missing_ok=True)
        return found


async def test_outputs_removed_meanwhile_are_awaited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deployment_watcher, "POLL_SECONDS", 0)
    outputs = Vanishing(tmp_path / "outputs.json")
    known = deployment(REGIONS)
    known.write(outputs)
    found = asyncio.Event()
    async with asyncio.timeout(TIMEOUT_SECONDS), asyncio.TaskGroup() as background:
        following = background.create_task(
            follow_deployment(Settings(regions=REGIONS), outputs, lambda _: found.set())
        )
        await found.wait()
        following.cancel()
