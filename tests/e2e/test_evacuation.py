"""Terraform and an evacuation do not undo each other. Uses health checks of another domain."""

import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from cdktf import App, LocalBackend, TerraformStack

from modules.routing import RegionHealth, RoutingPolicy
from ops.traffic import Traffic
from stacks.base_stack import aws_provider
from stacks.settings import LocalCloud, Settings
from tests.support.cloud import needs_every_region

pytestmark = pytest.mark.shared

REGIONS = ("eu-west-1", "ap-southeast-1")
HERE = REGIONS[0]
SETTINGS = Settings(environment="moved", domain="evacuated.example", regions=REGIONS, local=LocalCloud())


def synthesize(folder: Path, threshold: int) -> None:
    """A stack with each region's health checks only; `threshold` is their failure threshold."""
    app = App(outdir=str(folder))
    stack = TerraformStack(app, "health")
    LocalBackend(stack, path=str(folder / "terraform.tfstate"))
    aws_provider(stack, SETTINGS, HERE)
    for region in REGIONS:
        RegionHealth(
            stack,
            region,
            name=f"{SETTINGS.name}-{region}",
            host=f"api-{region}.{SETTINGS.domain}",
            policy=RoutingPolicy(threshold=threshold),
        )
    app.synth()


def run(folder: Path, command: str, *arguments: str) -> str:
    """Run Terraform and return its output; fails the test if the command fails."""
    done = subprocess.run(
        ["terraform", f"-chdir={folder / 'stacks' / 'health'}", command, "-no-color", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture
def deployed(cloud: object, tmp_path: Path) -> Iterator[Path]:
    """Folder of a deployed stack, destroyed after the test."""
    synthesize(tmp_path, threshold=2)
    run(tmp_path, "init")
    try:
        run(tmp_path, "apply", "-auto-approve")
        yield tmp_path
    finally:
        run(tmp_path, "destroy", "-auto-approve")


@needs_every_region("Terraform calls its provider's region, which may be unavailable")
def test_apply_keeps_evacuation_as_it_is(deployed: Path) -> None:
    terraform = partial(run, deployed)
    traffic = Traffic(SETTINGS)

    traffic.evacuate(HERE)
    synthesize(deployed, threshold=3)
    assert "0 added, 2 changed, 0 destroyed" in terraform("apply", "-auto-approve")
    assert [traffic.is_evacuated(region) for region in REGIONS] == [True, False]

    traffic.restore(HERE)
    plan = terraform("plan")
    assert "No changes" in plan, plan
    assert [traffic.is_evacuated(region) for region in REGIONS] == [False, False]
