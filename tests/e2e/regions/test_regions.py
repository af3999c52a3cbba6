"""A deployment with data: a region is added and removed while the others answer, then all of it is destroyed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from ops.commands.destroy import destroy
from ops.commands.remove_region import remove_region
from ops.deployment import Deployment
from ops.teardown.leftovers import tagged_resources
from tests.e2e.regions.environment import SUCCESS, Environment, running_environment
from tests.support.cloud import Cloud

TWO = ("eu-west-1", "ap-southeast-1")
THIRD = "us-west-2"


@pytest.fixture
def environment(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Environment]:
    with running_environment(cloud, tmp_path, monkeypatch, regions=(*TWO, THIRD)) as found:
        yield found


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
    assert set(answers) == {SUCCESS}
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
    assert set(answers) == {SUCCESS}
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
