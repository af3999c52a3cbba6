"""A deployment with data: a region is added and removed while the others answer, then all of it is destroyed."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from rich.console import Console

from localcloud.account_defaults import create_managed_keys
from ops.commands.destroy import destroy
from ops.commands.remove_region import remove_region
from ops.deployment import Deployment, terraform_outputs
from ops.rollout import deploy_stacks
from ops.state_buckets import ensure_state_bucket
from ops.synthesis import synthesize
from ops.teardown.leftovers import has_state_bucket, tagged_resources
from stacks.settings import Settings
from tests.support.cloud import Cloud

TWO = ("eu-west-1", "ap-southeast-1")
THIRD = "us-west-2"

ENVIRONMENT = """
environment = "many"
domain = "many.example"
regions = {regions}
log_retention_days = 7
[state]
backend = "s3"
bucket_prefix = "bookstore-many-state"
[features]
storefront = false
blog = false
"""


class Environment:
    """A second deployment in the running local cloud."""

    def __init__(self, folder: Path, aws: str) -> None:
        self._folder = folder
        self._aws = aws

    def deploy(self, regions: tuple[str, ...]) -> Deployment:
        """Deploy it in these regions."""
        file = self.file(regions)
        settings = Settings.load(file)
        for region in regions:
            ensure_state_bucket(settings.state_bucket(region), region, tags=settings.all_tags)
        log = self._folder / "deploy.log"
        synthesize(file, log)
        deploy_stacks(settings, console=Console(quiet=True), log=log, at_once=True)
        return Deployment.of(settings, terraform_outputs(settings))

    def file(self, regions: tuple[str, ...]) -> Path:
        """The settings for these regions."""
        file = self._folder / f"{len(regions)}-regions.toml"
        file.write_text(ENVIRONMENT.format(regions=list(regions)))
        return file

    def answer(self, api_id: str, path: str) -> httpx.Response:
        """The response of a region's API, by the address that the emulator always serves."""
        host = f"{api_id}.execute-api.localhost"
        return httpx.get(f"{self._aws}/live{path}", headers={"Host": host}, timeout=30)

    @contextmanager
    def shoppers(self, deployment: Deployment) -> Iterator[Counter[int]]:
        """Send requests to every region until the body ends; counts responses by status."""
        answers: Counter[int] = Counter()
        over = threading.Event()

        def ask() -> None:
            while not over.wait(0.5):
                for region in deployment.regions.values():
                    answers[self.answer(region.api_id, "/health").status_code] += 1

        shopper = threading.Thread(target=ask)
        shopper.start()
        try:
            yield answers
        finally:
            over.set()
            shopper.join()


@pytest.fixture
def environment(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Environment]:
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path / "cdktf.out"))
    create_managed_keys((*TWO, THIRD))
    environment = Environment(tmp_path, cloud.endpoints["aws_endpoint"])
    yield environment
    settings = Settings.load(environment.file((*TWO, THIRD)))
    if left := tuple(region for region in settings.regions if has_state_bucket(settings, region)):
        destroy(environment.file(left), confirm=settings.name)


def records(deployment: Deployment) -> set[str]:
    """The regions that `api.<domain>` may answer with."""
    listed = boto3.client("route53").list_resource_record_sets(HostedZoneId=deployment.shared.zone_id)
    return {each["Region"] for each in listed["ResourceRecordSets"] if "Region" in each}


def has_book(deployment: Deployment, region: str, book: str = "a-book") -> bool:
    client: Any = boto3.client("dynamodb", region_name=region)
    table = f"{deployment.settings.name}-books"
    return "Item" in client.get_item(TableName=table, Key={"id": {"S": book}})


def buckets() -> set[str]:
    return {bucket["Name"] for bucket in boto3.client("s3").list_buckets()["Buckets"]}


@pytest.mark.timeout(2400)
def test_region_added_removed_and_all_destroyed(cloud: Cloud, environment: Environment) -> None:
    two = environment.deploy(TWO)
    table = f"{two.settings.name}-books"
    home: Any = boto3.client("dynamodb", region_name=TWO[0])
    home.put_item(TableName=table, Item={"id": {"S": "a-book"}, "title": {"S": "Kept"}})

    with environment.shoppers(two) as answers:
        three = environment.deploy((*TWO, THIRD))
    assert set(answers) == {200}, answers
    assert has_book(three, THIRD), "the new replica has the existing items"
    assert environment.answer(three.regions[THIRD].api_id, "/health").status_code == 200
    assert records(three) == {*TWO, THIRD}
    assert set(three.edge.health_checks) == {*TWO, THIRD}

    away: Any = boto3.client("dynamodb", region_name=THIRD)
    away.put_item(TableName=table, Item={"id": {"S": "written-there"}})
    with environment.shoppers(two) as answers:
        remove_region(
            THIRD, environment.file((*TWO, THIRD)), confirm=f"{three.settings.name}-{THIRD}", timeout=60
        )
    assert set(answers) == {200}, answers
    assert records(two) == set(TWO)
    for region in TWO:
        assert has_book(two, region)
        assert has_book(two, region, "written-there")
    assert table not in away.list_tables()["TableNames"]
    assert two.settings.state_bucket(THIRD) not in buckets()
    assert tagged_resources(two.settings), "the search by tags finds resources"

    destroy(environment.file(TWO), confirm=two.settings.name)
    assert tagged_resources(three.settings) == []
    assert table not in home.list_tables()["TableNames"]
    assert not [name for name in buckets() if name.startswith("bookstore-many")]
    for beside in cloud.deployment.regions.values():
        assert environment.answer(beside.api_id, "/health").status_code == 200, (
            "the other deployment is unchanged"
        )
