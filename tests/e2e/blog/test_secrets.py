"""The database password is in Secrets Manager and nowhere else."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import boto3
import pytest

from ops.terraform.process import Terraform
from tests.support.cloud import Cloud

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def secret(cloud: Cloud) -> dict[str, str]:
    manager = boto3.client("secretsmanager", region_name=cloud.regions[0])
    value = manager.get_secret_value(SecretId=f"{cloud.deployment.settings.name}-blog-database")[
        "SecretString"
    ]
    found: dict[str, str] = json.loads(value)
    assert len(found["password"]) == 40
    assert len(found["salt"]) == 64
    return found


def states(cloud: Cloud) -> Iterator[tuple[str, str]]:
    """All versions of all state files, by location."""
    for region in cloud.regions:
        s3 = boto3.client("s3", region_name=region)
        bucket = cloud.deployment.settings.state_bucket(region)
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            for version in page.get("Versions", ()):
                body = s3.get_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])[
                    "Body"
                ]
                yield f"{bucket}/{version['Key']}", body.read().decode()


def test_no_state_holds_the_password(cloud: Cloud, secret: dict[str, str]) -> None:
    read = list(states(cloud))
    assert any("aws_secretsmanager_secret_version" in text for _, text in read), (
        "these are not the blog's states"
    )
    for place, text in read:
        assert secret["password"] not in text, place
        assert secret["salt"] not in text, place


@pytest.mark.parametrize("part", ["global", 0, 1])
def test_second_plan_is_empty_without_password(
    cloud: Cloud, secret: dict[str, str], part: str | int, tmp_path: Path
) -> None:
    name = part if isinstance(part, str) else f"{cloud.regions[part]}-blog"
    stack = Terraform(f"{cloud.deployment.settings.name}-{name}")
    plan = tmp_path / "plan"
    events: list[Mapping[str, Any]] = []
    assert stack.events("plan", "-lock=false", f"-out={plan}", take=events.append) == 0, events
    read = {event["hook"]["resource"]["addr"] for event in events if event["type"] == "refresh_start"}
    assert any(".blog" in address for address in read), "this is not the blog's plan"
    changed = {
        event["change"]["resource"]["addr"]
        for event in events
        if event["type"] == "planned_change" and event["change"]["action"] != "read"
    }
    assert {address for address in changed if ".blog" in address} == set()
    texts = [json.dumps(events).encode()]
    with ZipFile(plan) as archive:
        texts += [archive.read(file) for file in archive.namelist()]
    for value in (secret["password"], secret["salt"]):
        assert not any(value.encode() in text for text in texts)
