from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import typer
from moto import mock_aws

import ops.commands.destroy
import ops.teardown.stack_destroy
from ops.commands.destroy import destroy
from ops.teardown.leftovers import (
    delete_final_snapshots,
    delete_state_buckets,
    forget_secret,
    still_tagged,
)
from ops.teardown.protections import empty_bucket, unprotect
from ops.teardown.state_resources import Held, summary
from stacks.settings import Features, Settings, State

REGION = "eu-west-1"
SETTINGS = Settings(
    environment="test", regions=(REGION, "us-west-2"), state=State(backend="s3", bucket_prefix="test-state")
)


@pytest.fixture(autouse=True)
def _aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield


def bucket(name: str, region: str = REGION) -> Any:
    s3 = boto3.client("s3", region_name=region)
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return s3


def test_every_version_and_delete_marker_goes() -> None:
    s3 = bucket("full")
    for _ in range(3):
        s3.put_object(Bucket="full", Key="a", Body=b"1")
    s3.delete_object(Bucket="full", Key="a")
    assert empty_bucket("full", REGION) == 4
    s3.delete_bucket(Bucket="full")


def test_more_objects_than_one_call_takes_go_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ops.teardown.protections.AT_ONCE", 2)
    s3 = bucket("full")
    for number in range(5):
        s3.put_object(Bucket="full", Key=str(number), Body=b"1")
    assert empty_bucket("full", REGION) == 5
    s3.delete_bucket(Bucket="full")


def test_a_protected_table_can_be_deleted_afterwards() -> None:
    dynamodb = boto3.client("dynamodb", region_name=REGION)
    table = dynamodb.create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        DeletionProtectionEnabled=True,
    )["TableDescription"]
    held = Held("aws_dynamodb_table", "aws_dynamodb_table.orders", REGION, {"name": "orders", **table})
    assert unprotect(held, "us-east-1") == "protection dropped"
    assert not dynamodb.describe_table(TableName="orders")["Table"]["DeletionProtectionEnabled"]


def test_what_stands_in_nobody_s_way_is_left_alone() -> None:
    assert unprotect(Held("aws_sqs_queue", "aws_sqs_queue.q", REGION, {}), REGION) is None


def test_the_states_go_last_with_all_their_versions() -> None:
    s3 = bucket("test-state-eu-west-1")
    s3.put_object(Bucket="test-state-eu-west-1", Key="k", Body=b"1")
    assert list(delete_state_buckets(SETTINGS)) == ["test-state-eu-west-1"], "the other was never made"
    assert s3.list_buckets()["Buckets"] == []


WITH_BLOG = SETTINGS.model_copy(update={"features": Features(blog=True)})


def test_the_last_snapshot_goes_and_nobody_else_s() -> None:
    rds = boto3.client("rds", region_name=REGION)
    rds.create_db_cluster(
        DBClusterIdentifier="blog",
        Engine="aurora-mysql",
        MasterUsername="name",
        MasterUserPassword="password",
    )
    theirs = ("bookstore-test-before-the-upgrade", "bookstore-test-more-prod-blog-final")
    for name in ("bookstore-test-blog-final", *theirs):
        rds.create_db_cluster_snapshot(DBClusterIdentifier="blog", DBClusterSnapshotIdentifier=name)
    assert list(delete_final_snapshots(WITH_BLOG, WITH_BLOG.regions)) == ["bookstore-test-blog-final"]
    left = rds.describe_db_cluster_snapshots(SnapshotType="manual")["DBClusterSnapshots"]
    assert {each["DBClusterSnapshotIdentifier"] for each in left} == {*theirs}


def test_the_secret_does_not_bar_the_next_deployment() -> None:
    client = boto3.client("secretsmanager", region_name=REGION)
    client.create_secret(Name="bookstore-test-blog-database", SecretString="{}")
    client.delete_secret(
        SecretId="bookstore-test-blog-database", RecoveryWindowInDays=30
    )  # as Terraform does
    assert forget_secret(WITH_BLOG) == "bookstore-test-blog-database"
    assert forget_secret(WITH_BLOG) is None, "safe to repeat"
    client.create_secret(Name="bookstore-test-blog-database", SecretString="{}")


def test_a_key_that_waits_for_its_end_is_not_left() -> None:
    kms = boto3.client("kms", region_name=REGION)
    tags = [{"TagKey": key, "TagValue": value} for key, value in SETTINGS.all_tags.items()]
    key = kms.create_key(Tags=tags)["KeyMetadata"]
    assert still_tagged(SETTINGS) == [key["Arn"]]
    kms.schedule_key_deletion(KeyId=key["KeyId"])
    assert still_tagged(SETTINGS) == []


def test_what_bears_the_tags_is_found_in_every_region() -> None:
    for region in SETTINGS.regions:
        sqs = boto3.client("sqs", region_name=region)
        sqs.create_queue(QueueName="left", tags=dict(SETTINGS.all_tags))
        sqs.create_queue(QueueName="somebody-else-s", tags={"Project": "other"})
    assert [arn.split(":")[3] for arn in still_tagged(SETTINGS)] == ["eu-west-1", "us-west-2"]


def test_the_list_names_what_holds_data() -> None:
    lines = list(
        summary(
            [
                Held("aws_dynamodb_table", "a", REGION, {"name": "shop-orders"}),
                Held("aws_sqs_queue", "b", REGION, {}),
                Held("aws_sqs_queue", "c", REGION, {}),
            ]
        )
    )
    assert lines == ["  aws_dynamodb_table shop-orders, with all data in it", "  2 aws_sqs_queue"]


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[str, ...]]:
    """What Terraform is told, in an environment with two stacks that hold nothing."""
    told: list[tuple[str, ...]] = []
    monkeypatch.setattr("ops.cdktf.synthesize", lambda settings, log: None)
    monkeypatch.setattr(ops.commands.destroy, "stacks_in_reverse", lambda: ["x-edge", "x-global"])
    monkeypatch.setattr(ops.commands.destroy, "held", lambda stack: [])
    monkeypatch.setattr(ops.teardown.stack_destroy, "terraform", lambda *arguments: told.append(arguments))
    return told


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    file = tmp_path / "settings.toml"
    file.write_text('environment = "test"\nregions = ["eu-west-1"]\n')
    return file


def test_without_a_confirmation_it_only_lists(commands: list[tuple[str, ...]], settings: Path) -> None:
    with pytest.raises(typer.Exit) as stop:
        destroy(settings)
    assert stop.value.exit_code == 0
    assert commands == []


def test_another_environment_s_name_confirms_nothing(commands: list[tuple[str, ...]], settings: Path) -> None:
    with pytest.raises(typer.Exit) as stop:
        destroy(settings, confirm="bookstore-prod")
    assert stop.value.exit_code == 1
    assert commands == []


def test_confirmed_it_destroys_what_reads_before_what_is_read(
    commands: list[tuple[str, ...]], settings: Path
) -> None:
    destroy(settings, confirm="bookstore-test")
    assert [(command[0], command[1]) for command in commands] == [
        ("x-edge", "destroy"),
        ("x-global", "destroy"),
    ]


def test_what_is_left_is_named_and_fails(
    commands: list[tuple[str, ...]], settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tags = {"Project": "bookstore", "Environment": "test", "ManagedBy": "Terraform"}
    boto3.client("sqs", region_name=REGION).create_queue(QueueName="left", tags=tags)
    with pytest.raises(typer.Exit) as stop:
        destroy(settings, confirm="bookstore-test")
    assert stop.value.exit_code == 1
    assert ":left" in capsys.readouterr().out


def test_interrupted_between_two_state_buckets_it_goes_on(
    commands: list[tuple[str, ...]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "s3.toml"
    file.write_text(
        'environment = "test"\nregions = ["eu-west-1", "us-west-2"]\n'
        '[state]\nbackend = "s3"\nbucket_prefix = "test-state"\n'
    )
    stacks = ["edge", "us-west-2", "eu-west-1", "global"]
    monkeypatch.setattr(
        ops.commands.destroy, "stacks_in_reverse", lambda: [f"bookstore-test-{each}" for each in stacks]
    )
    s3 = bucket("test-state-us-west-2", "us-west-2")  # the first region's is gone already
    destroy(file, confirm="bookstore-test")
    assert [command[0] for command in commands] == ["bookstore-test-us-west-2"]
    assert s3.list_buckets()["Buckets"] == []
    assert "bookstore-test-global: its state is gone" in capsys.readouterr().out
