"""Recorded requests of each protocol, validated against botocore's models."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from localcloud.layout import url
from localcloud.request_audit.__main__ import main
from localcloud.request_audit.requests import parse, read
from localcloud.request_audit.rules import violations
from tests.support.emulator import Emulator, running


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RECORD_REQUESTS", "1")
        with running(tmp_path_factory.mktemp("recorded")) as made:
            yield made


@pytest.fixture(autouse=True)
def requests(emulator: Emulator) -> Path:
    file = emulator.layout.requests
    file.unlink(missing_ok=True)
    return file


def unchecked(emulator: Emulator, service: str) -> Any:
    """A client that does not validate parameters itself."""
    return boto3.client(
        service,
        region_name="eu-west-1",
        endpoint_url=url(emulator.layout.aws),
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),
    )


def audit(file: Path) -> list[str]:
    found = []
    for request in read(file):
        call = parse(request)
        assert call
        found += [
            f"{call.operation.name} {text}"
            for text in violations(call.operation.input_shape, call.parameters)
        ]
    return found


CALLS: list[tuple[str, str, dict[str, Any]]] = [
    ("sns", "create_topic", {"Name": "a", "Tags": [{"Key": "k", "Value": "v"}]}),
    (
        "iam",
        "create_role",
        {"RoleName": "a", "AssumeRolePolicyDocument": "{}", "Tags": [{"Key": "k", "Value": "v"}]},
    ),
    ("ec2", "create_vpc", {"CidrBlock": "10.0.0.0/16"}),
    (
        "ec2",
        "create_security_group",
        {
            "GroupName": "a",
            "Description": "b",
            "TagSpecifications": [{"ResourceType": "security-group", "Tags": [{"Key": "k", "Value": "v"}]}],
        },
    ),
    ("route53", "create_hosted_zone", {"Name": "a.example", "CallerReference": "1"}),
    (
        "s3",
        "create_bucket",
        {"Bucket": "bucket", "CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}},
    ),
    ("s3", "put_bucket_versioning", {"Bucket": "bucket", "VersioningConfiguration": {"Status": "Enabled"}}),
    ("s3", "put_object", {"Bucket": "bucket", "Key": "c/d", "Body": b"x", "ContentType": "text/plain"}),
    ("apigateway", "create_rest_api", {"name": "a", "endpointConfiguration": {"types": ["REGIONAL"]}}),
    ("lambda", "list_functions", {"MaxItems": 10}),
    ("secretsmanager", "create_secret", {"Name": "a", "SecretString": "b"}),
    (
        "cloudwatch",
        "put_metric_alarm",
        {
            "AlarmName": "a",
            "ComparisonOperator": "GreaterThanThreshold",
            "EvaluationPeriods": 1,
            "Dimensions": [{"Name": "n", "Value": "v"}],
            "Threshold": 1.5,
        },
    ),
]


@pytest.mark.parametrize(("service", "operation", "parameters"), CALLS, ids=[call[1] for call in CALLS])
def test_audit_valid_call_passes(
    emulator: Emulator, requests: Path, service: str, operation: str, parameters: dict[str, Any]
) -> None:
    getattr(unchecked(emulator, service), operation)(**parameters)
    (request,) = read(requests)
    call = parse(request)
    assert call
    assert call.operation.name.lower() == operation.replace("_", "")
    assert audit(requests) == []
    for name, value in parameters.items():
        if name not in ("Body", "ContentType"):
            assert json.dumps(call.parameters[name], default=str) == json.dumps(value)


BAD_CALLS: list[tuple[str, str, dict[str, Any], str]] = [
    ("secretsmanager", "create_secret", {"SecretString": "b"}, "Name: required"),
    ("iam", "create_role", {"RoleName": "a b", "AssumeRolePolicyDocument": "{}"}, "does not match"),
    ("dynamodb", "describe_table", {"TableName": ""}, "less than 1"),
    ("lambda", "list_functions", {"MaxItems": 100_000}, "more than 10000"),
    (
        "s3",
        "put_bucket_versioning",
        {"Bucket": "bucket", "VersioningConfiguration": {"Status": "On"}},
        "none of the enum",
    ),
]


@pytest.mark.parametrize(("service", "operation", "parameters", "reason"), BAD_CALLS)
def test_audit_finds_violation(
    emulator: Emulator,
    requests: Path,
    capsys: pytest.CaptureFixture[str],
    service: str,
    operation: str,
    parameters: dict[str, Any],
    reason: str,
) -> None:
    client = unchecked(emulator, service)
    with contextlib.suppress(ClientError):
        getattr(client, operation)(**parameters)
    assert any(reason in text for text in audit(requests))
    assert main(requests) == 1
    assert "1 requests, 1 operations, 1 violations" in capsys.readouterr().out


def test_audit_finds_unknown_member(emulator: Emulator, requests: Path) -> None:
    unchecked(emulator, "dynamodb").list_tables()
    record = json.loads(requests.read_text())
    record["body"] = "eyJMaW1pdGUiOiAxfQ=="
    requests.write_text(json.dumps(record) + "\n")
    assert audit(requests) == ["ListTables Limite: unknown member"]
