import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from botocore.config import Config

from localcloud.environment import export, local_environment
from ops.state_buckets import ensure_state_bucket
from ops.teardown.protections import empty_bucket
from stacks.settings import LocalCloud, Settings, State
from tests.support.emulator import running
from tests.support.state_stacks import Terraform, synthesize

REGIONS = ("eu-west-1", "ap-southeast-1", "us-west-2")


@dataclass(frozen=True)
class World:
    """Three regions' stacks, synthesized, with a bucket each."""

    settings: Settings
    folder: Path

    def terraform(self, stack: str) -> Terraform:
        return Terraform(
            self.folder / "stacks" / f"{self.settings.name}-{stack}", self.folder / f"gate-{stack}"
        )

    def s3(self, region: str) -> Any:
        return boto3.client("s3", region_name=region, config=Config(s3={"addressing_style": "path"}))

    def lock(self, region: str) -> bool:
        """Whether the lock file of the region's stack is in its bucket."""
        bucket = self.settings.state_bucket(region)
        keys = [each["Key"] for each in self.s3(region).list_objects_v2(Bucket=bucket).get("Contents", [])]
        return f"{self.settings.name}-{region}/terraform.tfstate.tflock" in keys

    def remove_bucket(self, region: str) -> None:
        bucket = self.settings.state_bucket(region)
        empty_bucket(bucket, region)
        self.s3(region).delete_bucket(Bucket=bucket)


@pytest.fixture(scope="module")
def emulated_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An emulator, to which the environment of these tests points; others get the environment as it was."""
    with running(tmp_path_factory.mktemp("emulator")) as emulator, patch.dict(os.environ):
        export(local_environment(emulator.layout, Path("settings/local.toml"), REGIONS))
        yield


@pytest.fixture
def world(emulated_aws: None, tmp_path: Path) -> Iterator[World]:
    settings = Settings(
        environment="state",
        regions=REGIONS,
        state=State(backend="s3", bucket_prefix=f"state-{uuid.uuid4().hex[:12]}"),
        local=LocalCloud(),
    )
    for region in REGIONS:
        ensure_state_bucket(settings.state_bucket(region), region, tags={})
    synthesize(settings, tmp_path)
    world = World(settings, tmp_path)
    shared = world.terraform("global")
    shared.init()
    code, said = shared.run("apply", "-auto-approve", "-no-color")
    assert code == 0, said
    yield world
    for region in REGIONS:
        if world.settings.state_bucket(region) in {
            bucket["Name"] for bucket in world.s3(region).list_buckets()["Buckets"]
        }:
            world.remove_bucket(region)
