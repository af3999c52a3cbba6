import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from typer.testing import Result

import ops.commands.destroy
from ops.teardown.leftovers import (
    delete_final_snapshots,
    delete_states,
    force_delete_secret,
    tagged_resources,
)
from ops.teardown.protections import _ACTIONS, empty_bucket, unprotect
from ops.teardown.state_resources import StateResource, summary
from ops.terraform.process import TakeEvent, Terraform
from stacks.settings import Features, Settings, State
from tests.support.mocked_aws import mocked_aws
from tests.support.operators import run_ops

REGION = "eu-west-1"
SETTINGS = Settings(
    environment="test", regions=(REGION, "us-west-2"), state=State(backend="s3", bucket_prefix="test-state")
)


@pytest.fixture(autouse=True)
def _aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mocked_aws():
        yield


def bucket(name: str, region: str = REGION) -> Any:
    s3 = boto3.client("s3", region_name=region)
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return s3


def test_empty_bucket_deletes_all_versions() -> None:
    s3 = bucket("full")
    for _ in range(3):
        s3.put_object(Bucket="full", Key="a", Body=b"1")
    s3.delete_object(Bucket="full", Key="a")
    assert empty_bucket("full", REGION) == 4
    s3.delete_bucket(Bucket="full")


def test_empty_bucket_deletes_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ops.teardown.protections.BATCH", 2)
    s3 = bucket("full")
    for number in range(5):
        s3.put_object(Bucket="full", Key=str(number), Body=b"1")
    assert empty_bucket("full", REGION) == 5
    s3.delete_bucket(Bucket="full")


def test_unprotect_table_removes_protection() -> None:
    dynamodb = boto3.client("dynamodb", region_name=REGION)
    table = dynamodb.create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        DeletionProtectionEnabled=True,
    )["TableDescription"]
    held = StateResource(
        "aws_dynamodb_table", "aws_dynamodb_table.orders", REGION, {"name": "orders", **table}
    )
    assert unprotect(held, "us-east-1") == "protection removed"
    assert not dynamodb.describe_table(TableName="orders")["Table"]["DeletionProtectionEnabled"]


LOAD_BALANCER = f"arn:aws:elasticloadbalancing:{REGION}:123456789012:loadbalancer/app/blog/50dc6c495c0c9188"
REPLICA = {
    "arn": f"arn:aws:dynamodb:{REGION}:1:table/orders",
    "global_table_arn": "arn:aws:dynamodb:us-west-2:1:table/orders",
}
GONE = {
    "aws_cognito_user_pool": (
        {"id": "eu-west-1_gone"},
        "cognito-idp",
        "update_user_pool",
        "ResourceNotFoundException",
    ),
    "aws_dynamodb_table": ({"name": "orders"}, "dynamodb", "update_table", "ResourceNotFoundException"),
    "aws_dynamodb_table_replica": (REPLICA, "dynamodb", "update_table", "ResourceNotFoundException"),
    "aws_ecr_repository": ({"name": "blog"}, "ecr", "list_images", "RepositoryNotFoundException"),
    "aws_lb": ({"arn": LOAD_BALANCER}, "elbv2", "modify_load_balancer_attributes", "LoadBalancerNotFound"),
    "aws_rds_cluster": ({"id": "blog"}, "rds", "modify_db_cluster", "DBClusterNotFoundFault"),
    "aws_rds_global_cluster": ({"id": "blog"}, "rds", "modify_global_cluster", "GlobalClusterNotFoundFault"),
    "aws_s3_bucket": ({"bucket": "web"}, "s3", "list_object_versions", "NoSuchBucket"),
}
"""Each protected type: attributes, service, the first request, and AWS's error if there is no such resource."""


@pytest.mark.parametrize("type_", GONE)
def test_unprotect_deleted_resource_does_nothing(type_: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupted run has deleted it, and the state still has it."""
    values, service, request, error = GONE[type_]
    client = boto3.client(service, region_name=REGION)
    operation = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[request])
    codes = {each.metadata.get("error", {}).get("code", each.name) for each in operation.error_shapes}
    assert error in codes or not codes, "S3's model has no errors of this request"
    monkeypatch.setattr(boto3, "client", lambda *_, **__: client)
    with Stubber(client) as stub:
        stub.add_client_error(request, error)
        assert unprotect(StateResource(type_, type_, REGION, values), REGION) == "deleted already"


def test_every_protected_type_can_be_gone() -> None:
    assert set(GONE) == set(_ACTIONS)


def test_unprotect_refused_request_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    client = boto3.client("dynamodb", region_name=REGION)
    monkeypatch.setattr(boto3, "client", lambda *_, **__: client)
    with Stubber(client) as stub:
        stub.add_client_error("update_table", "AccessDeniedException")
        table = StateResource("aws_dynamodb_table", "orders", REGION, {"name": "orders"})
        assert done_or_error(table) == "AccessDeniedException"


@pytest.mark.parametrize(("status", "done"), [("DELETING", "being deleted already"), ("UPDATING", None)])
def test_unprotect_table_in_use(status: str, done: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    client = boto3.client("dynamodb", region_name=REGION)
    monkeypatch.setattr(boto3, "client", lambda *_, **__: client)
    table = StateResource("aws_dynamodb_table", "orders", REGION, {"name": "orders"})
    with Stubber(client) as stub:
        stub.add_client_error("update_table", "ResourceInUseException")
        stub.add_response("describe_table", {"Table": {"TableStatus": status}})
        assert done_or_error(table) == (done or "ResourceInUseException")


@pytest.mark.parametrize(("status", "done"), [("deleting", "being deleted already"), ("upgrading", None)])
def test_unprotect_cluster_in_use(status: str, done: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    client = boto3.client("rds", region_name=REGION)
    monkeypatch.setattr(boto3, "client", lambda *_, **__: client)
    cluster = StateResource("aws_rds_cluster", "blog", REGION, {"id": "blog"})
    with Stubber(client) as stub:
        stub.add_client_error("modify_db_cluster", "InvalidDBClusterStateFault")
        stub.add_response("describe_db_clusters", {"DBClusters": [{"Status": status}]})
        assert done_or_error(cluster) == (done or "InvalidDBClusterStateFault")


def done_or_error(resource: StateResource) -> str | None:
    """The result of `unprotect`, or the code of AWS's error."""
    try:
        return unprotect(resource, REGION)
    except ClientError as error:
        return str(error.response["Error"]["Code"])


def test_unprotect_other_type_does_nothing() -> None:
    assert unprotect(StateResource("aws_sqs_queue", "aws_sqs_queue.q", REGION, {}), REGION) is None


STATES = "test-state-eu-west-1"


def keys(name: str) -> list[str]:
    return [each["Key"] for each in boto3.client("s3").list_objects_v2(Bucket=name).get("Contents", ())]


def test_delete_states_with_all_versions() -> None:
    s3 = bucket(STATES)
    for part in ("global", "eu-west-1", "eu-west-1-blog", "blog", "ci"):
        for body in (b"1", b"2"):
            s3.put_object(Bucket=STATES, Key=f"bookstore-test-{part}/terraform.tfstate", Body=body)
    assert delete_states(SETTINGS, REGION) == f"state bucket {STATES}: deleted"
    assert delete_states(SETTINGS, "us-west-2") is None, "it was never made"
    assert s3.list_buckets()["Buckets"] == []


@pytest.mark.parametrize(
    "key",
    [
        "bookstore-prod-global/terraform.tfstate",
        "bookstore-test-two-global/terraform.tfstate",
        "copies/bookstore-test-global.tfstate",
    ],
)
def test_delete_states_keeps_those_of_others(key: str) -> None:
    s3 = bucket(STATES)
    s3.put_object(Bucket=STATES, Key="bookstore-test-global/terraform.tfstate", Body=b"1")
    s3.put_object(Bucket=STATES, Key=key, Body=b"1")
    kept = delete_states(SETTINGS, REGION)
    assert kept == f"state bucket {STATES}: kept, it has more than this deployment's states: {key}"
    assert keys(STATES) == [key]


WITH_BLOG = SETTINGS.model_copy(update={"features": Features(blog=True)})


def test_delete_final_snapshots_keeps_others() -> None:
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


def test_force_delete_secret_frees_its_name() -> None:
    client = boto3.client("secretsmanager", region_name=REGION)
    client.create_secret(Name="bookstore-test-blog-database", SecretString="{}")
    client.delete_secret(
        SecretId="bookstore-test-blog-database", RecoveryWindowInDays=30
    )  # as Terraform does
    assert force_delete_secret(WITH_BLOG) == "bookstore-test-blog-database"
    assert force_delete_secret(WITH_BLOG) is None, "safe to repeat"
    client.create_secret(Name="bookstore-test-blog-database", SecretString="{}")


def test_tagged_resources_omits_key_pending_deletion() -> None:
    kms = boto3.client("kms", region_name=REGION)
    tags = [{"TagKey": key, "TagValue": value} for key, value in SETTINGS.all_tags.items()]
    key = kms.create_key(Tags=tags)["KeyMetadata"]
    assert tagged_resources(SETTINGS) == [key["Arn"]]
    kms.schedule_key_deletion(KeyId=key["KeyId"])
    assert tagged_resources(SETTINGS) == []


def test_tagged_resources_searches_every_region() -> None:
    for region in SETTINGS.regions:
        sqs = boto3.client("sqs", region_name=region)
        sqs.create_queue(QueueName="left", tags=dict(SETTINGS.all_tags))
        sqs.create_queue(QueueName="somebody-else-s", tags={"Project": "other"})
    assert [arn.split(":")[3] for arn in tagged_resources(SETTINGS)] == ["eu-west-1", "us-west-2"]


def test_summary_names_resources_with_data() -> None:
    lines = list(
        summary(
            [
                StateResource("aws_dynamodb_table", "a", REGION, {"name": "shop-orders"}),
                StateResource("aws_sqs_queue", "b", REGION, {}),
                StateResource("aws_sqs_queue", "c", REGION, {}),
            ]
        )
    )
    assert lines == ["  aws_dynamodb_table shop-orders, with all data in it", "  2 aws_sqs_queue"]


@dataclass
class Stacks:
    """Synthesized stacks whose states are empty; `destroyed` has those that the command destroys, in order."""

    order: list[str]
    destroyed: list[str] = field(default_factory=list)


@pytest.fixture
def stacks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Stacks:
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path / "cdktf.out"))
    found = Stacks(["x-global", "x-edge"])

    def dependencies() -> dict[str, list[str]]:
        return {name: found.order[:index] for index, name in enumerate(found.order)}

    def run(terraform: Terraform, command: str, *options: str, take: TakeEvent) -> int:
        assert command == "destroy"
        found.destroyed.append(terraform.stack)
        return 0

    monkeypatch.setattr(ops.commands.destroy, "synthesize", lambda settings, log: None)
    monkeypatch.setattr(ops.commands.destroy, "stack_dependencies", dependencies)
    monkeypatch.setattr(ops.commands.destroy, "state_resources", lambda stack: [])
    monkeypatch.setattr(Terraform, "prepare", lambda *_, **__: None)
    monkeypatch.setattr(Terraform, "events", run)
    return found


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    file = tmp_path / "settings.toml"
    file.write_text('environment = "test"\nregions = ["eu-west-1"]\n')
    return file


def destroy(settings: Path, confirm: str = "bookstore-test") -> Result:
    return run_ops("destroy", "--settings", str(settings), "--confirm", confirm)


def test_destroy_without_confirmation_lists(stacks: Stacks, settings: Path) -> None:
    assert destroy(settings, confirm="").exit_code == 0
    assert stacks.destroyed == []


def test_destroy_with_other_name_exits_1(stacks: Stacks, settings: Path) -> None:
    assert destroy(settings, confirm="bookstore-prod").exit_code == 1
    assert stacks.destroyed == []


def test_destroy_confirmed_reverses_the_order(stacks: Stacks, settings: Path) -> None:
    result = destroy(settings)
    assert result.exit_code == 0, result.output
    assert stacks.destroyed == ["x-edge", "x-global"]


def test_destroy_with_leftovers_names_them(stacks: Stacks, settings: Path) -> None:
    tags = {"Project": "bookstore", "Environment": "test", "ManagedBy": "Terraform"}
    boto3.client("sqs", region_name=REGION).create_queue(QueueName="left", tags=tags)
    result = destroy(settings)
    assert result.exit_code == 1
    assert ":left" in result.stderr


@pytest.mark.parametrize(("resources", "code"), [([{"type": "aws_iam_role"}], 1), ([], 0)])
def test_destroy_keeps_state_of_github_roles(
    resources: list[object], code: int, stacks: Stacks, tmp_path: Path
) -> None:
    file = tmp_path / "s3.toml"
    file.write_text(
        'environment = "test"\nregions = ["eu-west-1"]\n[state]\nbackend = "s3"\nbucket_prefix = "test-state"\n'
    )
    stacks.order = ["bookstore-test-global", "bookstore-test-eu-west-1", "bookstore-test-edge"]
    state = json.dumps({"resources": resources})
    bucket("test-state-eu-west-1", "eu-west-1").put_object(
        Bucket="test-state-eu-west-1", Key="bookstore-test-ci/terraform.tfstate", Body=state
    )
    result = destroy(file)
    assert result.exit_code == code, result.output
    assert bool(stacks.destroyed) == (code == 0)
    assert ("bootstrap-ci ARGS=--remove" in result.output) == (code == 1)


def test_destroy_continues_without_state_bucket(stacks: Stacks, tmp_path: Path) -> None:
    file = tmp_path / "s3.toml"
    file.write_text(
        'environment = "test"\nregions = ["eu-west-1", "us-west-2"]\n'
        '[state]\nbackend = "s3"\nbucket_prefix = "test-state"\n'
    )
    stacks.order = [f"bookstore-test-{each}" for each in ("global", "eu-west-1", "us-west-2", "edge")]
    s3 = bucket("test-state-us-west-2", "us-west-2")  # an earlier run has deleted the first region's
    result = destroy(file)
    assert stacks.destroyed == ["bookstore-test-us-west-2"]
    assert s3.list_buckets()["Buckets"] == []
    assert "bookstore-test-global: its state bucket test-state-eu-west-1 is deleted already" in result.stdout


@pytest.mark.parametrize("confirm", ["", "bookstore-test"])
def test_destroy_with_moved_primary_exits_1(stacks: Stacks, tmp_path: Path, confirm: str) -> None:
    """Its global stack would seem empty, and the state of the real one would be deleted."""
    file = tmp_path / "s3.toml"
    file.write_text(
        'environment = "test"\nregions = ["us-west-2", "eu-west-1"]\n'
        '[state]\nbackend = "s3"\nbucket_prefix = "test-state"\n'
    )
    s3 = bucket(STATES)
    s3.put_object(Bucket=STATES, Key="bookstore-test-global/terraform.tfstate", Body=b"{}")
    result = destroy(file, confirm=confirm)
    assert result.exit_code == 1
    assert "Put eu-west-1 first" in result.output
    assert stacks.destroyed == []
    assert keys(STATES) == ["bookstore-test-global/terraform.tfstate"]


@pytest.mark.parametrize(
    "gone",
    [
        "arn:aws:cloudfront::123456789012:distribution/E1GONE",
        f"arn:aws:dynamodb:{REGION}:123456789012:table/gone",
        f"arn:aws:kms:{REGION}:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    ],
)
def test_tagged_resources_omits_deleted_ones(gone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The index of tags lists some resources for hours after they are deleted."""

    class Index:
        def get_paginator(self, _operation: str) -> "Index":
            return self

        def paginate(self, **_filters: Any) -> list[dict[str, Any]]:
            return [{"ResourceTagMappingList": [{"ResourceARN": gone}]}]

    real = boto3.client

    def client(service: str, **options: Any) -> Any:
        return Index() if service == "resourcegroupstaggingapi" else real(service, **options)

    monkeypatch.setattr(boto3, "client", client)
    assert tagged_resources(SETTINGS) == []
