import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from ops.commands.bootstrap import (
    LINKED_SERVICES,
    LOG_WRITER,
    bootstrap,
    create_service_linked_roles,
    enable_api_gateway_logs,
)
from ops.state_buckets import BucketRefusedError, ensure_state_bucket
from tests.support.mocked_aws import mocked_aws
from tests.support.operators import run_ops

REGION = "ap-southeast-1"
BUCKET = "bookstore-test-state-ap-southeast-1"


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mocked_aws():
        yield boto3.client("s3", region_name=REGION)


def test_bucket_is_in_its_region(s3: Any) -> None:
    assert ensure_state_bucket(BUCKET, REGION, tags={})
    assert s3.get_bucket_location(Bucket=BUCKET)["LocationConstraint"] == REGION


def test_bucket_in_us_east_1_has_no_location(s3: Any) -> None:
    assert ensure_state_bucket("bookstore-test-state-us-east-1", "us-east-1", tags={})


def test_bucket_with_lost_answer_is_created(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore sends the request again."""
    call = BaseClient._make_api_call

    def twice(self: Any, operation: str, arguments: Any) -> Any:
        if operation == "CreateBucket":
            call(self, operation, arguments)
        return call(self, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", twice)
    assert ensure_state_bucket(BUCKET, REGION, tags={})
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"


def test_bucket_keeps_old_versions(s3: Any) -> None:
    ensure_state_bucket(BUCKET, REGION, tags={})
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    (rule,) = s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
    assert rule["NoncurrentVersionExpiration"]["NoncurrentDays"] >= 30
    assert "Expiration" not in rule


def test_bucket_is_encrypted_private_tls_only(s3: Any) -> None:
    ensure_state_bucket(BUCKET, REGION, tags={})
    (rule,) = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert all(s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"].values())
    (statement,) = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert set(statement["Resource"]) == {f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"}


def test_second_run_restores_configuration(s3: Any) -> None:
    ensure_state_bucket(BUCKET, REGION, tags={"project": "bookstore"})
    s3.delete_bucket_policy(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="global.tfstate", Body=b"{}")
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})

    assert not ensure_state_bucket(BUCKET, REGION, tags={"project": "bookstore"})

    assert s3.get_bucket_policy(Bucket=BUCKET)["Policy"]
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    assert s3.get_bucket_tagging(Bucket=BUCKET)["TagSet"] == [{"Key": "project", "Value": "bookstore"}]
    s3.delete_bucket_policy(Bucket=BUCKET)  # moto reads its Deny without its condition
    assert s3.get_object(Bucket=BUCKET, Key="global.tfstate")["Body"].read() == b"{}"


def test_bucket_in_other_region_is_refused(s3: Any) -> None:
    boto3.client("s3", region_name="eu-west-1").create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    with pytest.raises(BucketRefusedError, match="eu-west-1"):
        ensure_state_bucket(BUCKET, REGION, tags={})
    assert "Status" not in s3.get_bucket_versioning(Bucket=BUCKET)


def test_bucket_of_other_account_names_setting(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Any, operation: str, arguments: Any) -> Any:
        raise ClientError({"Error": {"Code": "403", "Message": "Forbidden"}}, operation)

    monkeypatch.setattr("botocore.client.BaseClient._make_api_call", refuse)
    with pytest.raises(BucketRefusedError, match=r"choose another `state\.bucket_prefix`"):
        ensure_state_bucket(BUCKET, REGION, tags={})


SETTINGS = """
environment = "test"
regions = ["eu-west-1", "ap-southeast-1", "us-west-2"]
[state]
backend = "{backend}"
bucket_prefix = "bookstore-test-state"
"""


def test_bootstrap_creates_bucket_per_region(s3: Any, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(SETTINGS.format(backend="s3"))
    bootstrap(file)
    bootstrap(file)
    names = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    assert {s3.get_bucket_location(Bucket=name)["LocationConstraint"] for name in names} == {
        "eu-west-1",
        "ap-southeast-1",
        "us-west-2",
    }


def test_log_role_is_set_once_per_region(s3: Any) -> None:
    for region in ("eu-west-1", "us-west-2"):
        assert enable_api_gateway_logs(region)
        account = boto3.client("apigateway", region_name=region).get_account()
        assert account["cloudwatchRoleArn"].endswith(":role/api-gateway-log-writer")
        assert not enable_api_gateway_logs(region)


@pytest.mark.parametrize("boundary", ["", "arn:aws:iam::123456789012:policy/boundary"])
def test_log_role_has_permissions_boundary(s3: Any, boundary: str, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    limit = f'permissions_boundary = "{boundary}"' if boundary else ""
    file.write_text(limit + SETTINGS.format(backend="local"))
    bootstrap(file)
    role = boto3.client("iam", region_name=REGION).get_role(RoleName=LOG_WRITER)["Role"]
    assert role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", "") == boundary


def test_log_role_of_account_is_kept(s3: Any) -> None:
    api_gateway = boto3.client("apigateway", region_name=REGION)
    theirs = "arn:aws:iam::123456789012:role/theirs"
    api_gateway.update_account(
        patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": theirs}]
    )
    assert not enable_api_gateway_logs(REGION)
    assert api_gateway.get_account()["cloudwatchRoleArn"] == theirs


def test_bootstrap_with_local_state_creates_none(s3: Any, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(SETTINGS.format(backend="local"))
    bootstrap(file)
    assert s3.list_buckets()["Buckets"] == []


def test_bootstrap_bucket_elsewhere_exits_1(s3: Any, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(SETTINGS.format(backend="s3"))
    boto3.client("s3", region_name="eu-central-1").create_bucket(
        Bucket="bookstore-test-state-us-west-2",
        CreateBucketConfiguration={"LocationConstraint": "eu-central-1"},
    )
    assert run_ops("bootstrap", "--settings", str(file)).exit_code == 1


def test_bootstrap_invalid_settings_exits_2(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('regions = ["mars-north-1"]')
    result = run_ops("bootstrap", "--settings", str(file))
    assert result.exit_code == 2
    assert "mars-north-1" in result.stderr


def test_bootstrap_without_default_region_creates_role(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """With an endpoint in the environment botocore derives no region, not for IAM either."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    for variable in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(variable, raising=False)
    calls: list[str] = []

    def record(self: Any, operation: str, arguments: Any) -> Any:
        calls.append(operation)
        return {"Role": {"Arn": "arn:aws:iam::123456789012:role/api-gateway-log-writer"}}

    monkeypatch.setattr("botocore.client.BaseClient._make_api_call", record)
    assert enable_api_gateway_logs(REGION)
    assert "CreateRole" in calls


@pytest.mark.usefixtures("s3")
def test_service_linked_roles_created_once() -> None:
    assert create_service_linked_roles(REGION) == list(LINKED_SERVICES)
    assert create_service_linked_roles(REGION) == []
