import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import typer
from botocore.exceptions import ClientError
from moto import mock_aws

from ops.commands.bootstrap import BucketRefusedError, bootstrap, ensure_state_bucket, let_api_gateway_log

REGION = "ap-southeast-1"
BUCKET = "bookstore-test-state-ap-southeast-1"


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield boto3.client("s3", region_name=REGION)


def test_the_bucket_lives_in_its_own_region(s3: Any) -> None:
    assert ensure_state_bucket(BUCKET, REGION, tags={})
    assert s3.get_bucket_location(Bucket=BUCKET)["LocationConstraint"] == REGION


def test_us_east_1_takes_no_location(s3: Any) -> None:
    assert ensure_state_bucket("bookstore-test-state-us-east-1", "us-east-1", tags={})


def test_old_states_can_be_had_back(s3: Any) -> None:
    ensure_state_bucket(BUCKET, REGION, tags={})
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    (rule,) = s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
    assert rule["NoncurrentVersionExpiration"]["NoncurrentDays"] >= 30
    assert "Expiration" not in rule


def test_a_state_is_encrypted_private_and_travels_over_tls(s3: Any) -> None:
    ensure_state_bucket(BUCKET, REGION, tags={})
    (rule,) = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert all(s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"].values())
    (statement,) = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert set(statement["Resource"]) == {f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"}


def test_a_second_run_keeps_the_states_and_mends_the_configuration(s3: Any) -> None:
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


def test_a_bucket_in_another_region_is_refused_and_left_alone(s3: Any) -> None:
    boto3.client("s3", region_name="eu-west-1").create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    with pytest.raises(BucketRefusedError, match="eu-west-1"):
        ensure_state_bucket(BUCKET, REGION, tags={})
    assert "Status" not in s3.get_bucket_versioning(Bucket=BUCKET)


def test_a_name_that_is_taken_is_refused_with_the_key_to_change(
    s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
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


def test_every_region_gets_its_bucket(s3: Any, tmp_path: Path) -> None:
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


def test_api_gateway_gets_a_role_for_its_logs_once_a_region(s3: Any) -> None:
    for region in ("eu-west-1", "us-west-2"):
        assert let_api_gateway_log(region)
        account = boto3.client("apigateway", region_name=region).get_account()
        assert account["cloudwatchRoleArn"].endswith(":role/api-gateway-log-writer")
        assert not let_api_gateway_log(region)


def test_a_role_that_the_account_has_given_api_gateway_stays(s3: Any) -> None:
    api_gateway = boto3.client("apigateway", region_name=REGION)
    theirs = "arn:aws:iam::123456789012:role/theirs"
    api_gateway.update_account(
        patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": theirs}]
    )
    assert not let_api_gateway_log(REGION)
    assert api_gateway.get_account()["cloudwatchRoleArn"] == theirs


def test_a_local_state_needs_no_bucket(s3: Any, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(SETTINGS.format(backend="local"))
    bootstrap(file)
    assert s3.list_buckets()["Buckets"] == []


def test_a_bucket_in_the_wrong_place_ends_with_exit_code_1(s3: Any, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(SETTINGS.format(backend="s3"))
    boto3.client("s3", region_name="eu-central-1").create_bucket(
        Bucket="bookstore-test-state-us-west-2",
        CreateBucketConfiguration={"LocationConstraint": "eu-central-1"},
    )
    with pytest.raises(typer.Exit) as stop:
        bootstrap(file)
    assert stop.value.exit_code == 1


def test_settings_that_cannot_be_used_end_with_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('regions = ["mars-north-1"]')
    with pytest.raises(typer.Exit) as stop:
        bootstrap(file)
    assert stop.value.exit_code == 2
    assert "mars-north-1" in capsys.readouterr().err
