"""Faults of MiniStack that we patch. Delete a patch when a new version passes its test without it."""

import json
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import boto3
import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from localcloud.layout import Layout, url
from localcloud.programs import aws_part
from tests.support.emulator import REGIONS, TABLE, Emulator
from tests.support.ports import free_base
from tests.support.waiting import wait_until

IRELAND = REGIONS[0]
GO_POOL_SECONDS = 90
"""Seconds for which Terraform's provider keeps an idle connection (IdleConnTimeout of the AWS SDK for Go)."""
SERVE_NOTHING = """
import runpy
from hypercorn import asyncio as server

async def print_timeout(app, config):
    print(config.keep_alive_timeout)

server.serve = print_timeout
runpy.run_module("localcloud.ministack", run_name="__main__")
"""
COUNTER = """
import pathlib

def handle(event, context):
    with pathlib.Path({file!r}).open("a") as found:
        for record in event["Records"]:
            print(record["dynamodb"]["Keys"]["id"]["S"], file=found)
"""


def test_stream_reader_resumes_after_restart(
    emulator: Emulator, tmp_path_factory: pytest.TempPathFactory
) -> None:
    found = tmp_path_factory.mktemp("found") / "ids"
    lambdas = emulator.client("lambda", IRELAND)
    emulator.make_function("reader", COUNTER.format(file=str(found)))
    stream = emulator.client("dynamodb", IRELAND).describe_table(TableName=TABLE)["Table"]["LatestStreamArn"]
    mapping = lambdas.create_event_source_mapping(
        EventSourceArn=stream, FunctionName="reader", StartingPosition="TRIM_HORIZON"
    )
    for number in range(20):
        emulator.put(IRELAND, f"before-{number}", "")
    wait_until(lambda: found.exists() and len(found.read_text().split()) == 20)

    emulator.restart()
    emulator.put(IRELAND, "after", "")

    wait_until(lambda: "after" in found.read_text().split())
    emulator.client("lambda", IRELAND).delete_event_source_mapping(UUID=mapping["UUID"])
    emulator.client("lambda", IRELAND).delete_function(FunctionName="reader")


def test_alarms_are_described_completely(emulator: Emulator) -> None:
    cloudwatch = emulator.client("cloudwatch", IRELAND)
    alarm = {
        "AlarmName": "errors",
        "AlarmDescription": "Errors & faults",
        "Namespace": "AWS/Lambda",
        "MetricName": "Errors",
        "Dimensions": [{"Name": "FunctionName", "Value": "orders"}],
        "Statistic": "Sum",
        "Period": 300,
        "EvaluationPeriods": 2,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
        "ActionsEnabled": True,
        "AlarmActions": ["arn:aws:sns:eu-west-1:000000000000:alarms"],
        "OKActions": ["arn:aws:sns:eu-west-1:000000000000:alarms"],
    }
    composite = {
        "AlarmName": "unhealthy",
        "AlarmRule": 'ALARM("errors")',
        "AlarmDescription": "Shoppers see errors",
        "ActionsEnabled": True,
        "AlarmActions": ["arn:aws:sns:eu-west-1:000000000000:alarms"],
    }
    cloudwatch.put_metric_alarm(**alarm)
    percentile = {name: value for name, value in alarm.items() if name != "Statistic"}
    cloudwatch.put_metric_alarm(**{**percentile, "AlarmName": "slow", "ExtendedStatistic": "p99"})
    cloudwatch.put_composite_alarm(**composite)
    names = "&AlarmNames.member.1=errors&AlarmNames.member.2=unhealthy&AlarmNames.member.3=slow"
    types = "&AlarmTypes.member.1=MetricAlarm&AlarmTypes.member.2=CompositeAlarm"
    found = query(emulator, "monitoring", f"Action=DescribeAlarms&Version=2010-08-01{names}{types}")
    cloudwatch.delete_alarms(AlarmNames=["unhealthy"])
    cloudwatch.delete_alarms(AlarmNames=["errors", "slow"])
    for name in ("AlarmDescription", "TreatMissingData", "Statistic", "Period"):
        assert f"<{name}>{escape(str(alarm[name]))}</{name}>" in found
    assert "<Dimensions><member><Name>FunctionName</Name><Value>orders</Value></member></Dimensions>" in found
    assert found.count("<ActionsEnabled>true</ActionsEnabled>") == 3
    assert found.count("<AlarmActions><member>arn:aws:sns:") == 3
    assert (found.count("<Statistic>"), found.count("<ExtendedStatistic>p99<")) == (1, 1)
    assert f"<AlarmDescription>{composite['AlarmDescription']}</AlarmDescription>" in found


def query(emulator: Emulator, service: str, body: str) -> str:
    """The answer to a request in the query protocol, which boto3 no longer sends to CloudWatch."""
    request = AWSRequest(
        "POST",
        url(emulator.layout.aws) + "/",
        data=body,
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    SigV4Auth(Credentials("test", "test"), service, IRELAND).add_auth(request)
    answer = httpx.post(str(request.url), content=body, headers=dict(request.headers.items()))
    return answer.raise_for_status().text


def test_function_starts_are_limited(emulator: Emulator) -> None:
    emulator.make_function(
        "slow", "import os, time\ntime.sleep(0.5)\n\ndef handle(event, context): return os.getpid()"
    )

    def ask(_: int) -> int:
        answer = emulator.client("lambda", IRELAND).invoke(FunctionName="slow")
        assert "FunctionError" not in answer
        return int(answer["Payload"].read())

    with ThreadPoolExecutor(20) as together:
        processes = set(together.map(ask, range(20)))
    emulator.client("lambda", IRELAND).delete_function(FunctionName="slow")
    # Without the patch MiniStack starts twenty.
    assert len(processes) <= 10


def test_broken_function_fails_fast_then_recovers(emulator: Emulator) -> None:
    emulator.make_function("broken", "def handle(event, context): return 'well'")
    lambdas = emulator.client("lambda", IRELAND)
    lambdas.update_function_configuration(FunctionName="broken", Handler="nowhere.handle")
    for _ in range(10):
        assert "FunctionError" in lambdas.invoke(FunctionName="broken")
    lambdas.update_function_configuration(FunctionName="broken", Handler="broken.handle")
    answer = lambdas.invoke(FunctionName="broken")
    assert json.loads(answer["Payload"].read()) == "well"
    lambdas.delete_function(FunctionName="broken")


def test_function_update_spares_other_regions(emulator: Emulator) -> None:
    clients = [emulator.client("lambda", region) for region in REGIONS[:2]]

    def processes() -> list[bytes]:
        return [client.invoke(FunctionName="twin")["Payload"].read() for client in clients]

    for region in REGIONS[:2]:
        emulator.make_function("twin", "import os\n\ndef handle(event, context): return os.getpid()", region)
    before = processes()
    clients[0].update_function_configuration(FunctionName="twin", Environment={"Variables": {"CHANGED": "1"}})
    after = processes()
    assert after[0] != before[0]
    assert after[1] == before[1]
    for client in clients:
        client.delete_function(FunctionName="twin")


def test_idle_connections_outlive_clients(tmp_path: Path) -> None:
    part = aws_part(Layout(free_base(), tmp_path))
    done = subprocess.run(
        [part.command[0], "-P", "-c", SERVE_NOTHING],
        env=dict(part.environment),
        check=True,
        capture_output=True,
        text=True,
    )
    assert float(done.stdout) > GO_POOL_SECONDS


def test_topics_survive_two_restarts(emulator: Emulator) -> None:
    regions = ("us-east-1", *REGIONS)
    arns = {
        region: emulator.client("sns", region).create_topic(Name="alarms")["TopicArn"] for region in regions
    }
    for _ in range(2):
        emulator.restart()
    for region, arn in arns.items():
        assert [topic["TopicArn"] for topic in emulator.client("sns", region).list_topics()["Topics"]] == [
            arn
        ]
        emulator.client("sns", region).delete_topic(TopicArn=arn)


def test_headers_policy_read_can_be_written(emulator: Emulator) -> None:
    cloudfront = emulator.client("cloudfront", "us-east-1")
    made = cloudfront.create_response_headers_policy(ResponseHeadersPolicyConfig=policy("default-src 'none'"))
    id = made["ResponseHeadersPolicy"]["Id"]
    read = cloudfront.get_response_headers_policy_config(Id=id)
    assert "RemoveHeadersConfig" not in read["ResponseHeadersPolicyConfig"]
    assert "RemoveHeadersConfig" not in made["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"]
    changed = cloudfront.update_response_headers_policy(
        Id=id, IfMatch=read["ETag"], ResponseHeadersPolicyConfig=policy("default-src 'self'")
    )
    assert "'self'" in json.dumps(changed["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"])
    cloudfront.delete_response_headers_policy(Id=id, IfMatch=changed["ETag"])


def test_headers_policy_keeps_removals(emulator: Emulator) -> None:
    cloudfront = emulator.client("cloudfront", "us-east-1")
    removing = {"RemoveHeadersConfig": {"Quantity": 1, "Items": [{"Header": "Server"}]}}
    made = cloudfront.create_response_headers_policy(ResponseHeadersPolicyConfig={**policy("a"), **removing})
    config = made["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"]
    assert config["RemoveHeadersConfig"] == removing["RemoveHeadersConfig"]
    cloudfront.delete_response_headers_policy(Id=made["ResponseHeadersPolicy"]["Id"], IfMatch=made["ETag"])


def test_calculated_check_round_trips(emulator: Emulator) -> None:
    route53 = emulator.client("route53", "us-east-1")
    made = route53.create_health_check(
        CallerReference="one",
        HealthCheckConfig={
            "Type": "CALCULATED",
            "ChildHealthChecks": ["child"],
            "HealthThreshold": 1,
            "Inverted": True,
        },
    )["HealthCheck"]
    config = route53.get_health_check(HealthCheckId=made["Id"])["HealthCheck"]["HealthCheckConfig"]
    assert config["ChildHealthChecks"] == ["child"]
    assert config["Inverted"] is True
    route53.delete_health_check(HealthCheckId=made["Id"])


def test_health_check_keeps_its_regions(emulator: Emulator) -> None:
    route53 = emulator.client("route53", "us-east-1")
    regions = ["us-east-1", "eu-west-1", "ap-southeast-1"]
    made = route53.create_health_check(
        CallerReference="regions",
        HealthCheckConfig={"Type": "HTTPS", "FullyQualifiedDomainName": "shop.example", "Regions": regions},
    )["HealthCheck"]
    config = route53.get_health_check(HealthCheckId=made["Id"])["HealthCheck"]["HealthCheckConfig"]
    assert config["Regions"] == regions
    route53.delete_health_check(HealthCheckId=made["Id"])


def policy(content: str) -> dict[str, Any]:
    return {
        "Name": "pages",
        "SecurityHeadersConfig": {
            "ContentSecurityPolicy": {"Override": True, "ContentSecurityPolicy": content}
        },
    }


def test_iam_refuses_forbidden_calls(emulator: Emulator) -> None:
    emulator.put(IRELAND, "a", "first")
    iam = emulator.client("iam", IRELAND)
    iam.create_user(UserName="reader")
    statement = {
        "Effect": "Allow",
        "Action": "dynamodb:GetItem",
        "Resource": f"arn:aws:dynamodb:*:*:table/{TABLE}",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName="reader", PolicyName="read", PolicyDocument=document)
    key = iam.create_access_key(UserName="reader")["AccessKey"]

    def client(service: str) -> Any:
        return boto3.client(
            service,
            region_name=IRELAND,
            endpoint_url=url(emulator.layout.aws),
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
        )

    item = {"id": {"S": "a"}}
    assert client("dynamodb").get_item(TableName=TABLE, Key=item)["Item"]
    forbidden: list[Callable[[], object]] = [
        lambda: client("dynamodb").put_item(TableName=TABLE, Item=item),
        lambda: client("dynamodb").get_item(TableName="orders", Key=item),
        lambda: client("s3").list_buckets(),
    ]
    for call in forbidden:
        with pytest.raises(ClientError, match="AccessDenied"):
            call()
    assert emulator.texts(IRELAND) == {"a": "first"}


def test_bucket_policies_see_tls_requests(emulator: Emulator) -> None:
    iam, s3 = emulator.client("iam", IRELAND), emulator.client("s3", IRELAND)
    s3.create_bucket(Bucket="kept", CreateBucketConfiguration={"LocationConstraint": IRELAND})
    s3.put_object(Bucket="kept", Key="a", Body=b"text")
    without_tls = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::kept", "arn:aws:s3:::kept/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    s3.put_bucket_policy(
        Bucket="kept", Policy=json.dumps({"Version": "2012-10-17", "Statement": [without_tls]})
    )
    iam.create_user(UserName="bucket-reader")
    read = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::kept/*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [read]})
    iam.put_user_policy(UserName="bucket-reader", PolicyName="read", PolicyDocument=document)
    key = iam.create_access_key(UserName="bucket-reader")["AccessKey"]
    reader = boto3.client(
        "s3",
        region_name=IRELAND,
        endpoint_url=url(emulator.layout.aws),
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    assert reader.get_object(Bucket="kept", Key="a")["Body"].read() == b"text"


def test_closed_connections_free_their_sockets(emulator: Emulator) -> None:
    record = emulator.supervisor.record("aws")
    assert record
    descriptors = Path(f"/proc/{record.pid}/fd")
    before = len(list(descriptors.iterdir()))
    tls = httpx.create_ssl_context()  # one for all clients: making one takes longer than a request
    for _ in range(50):
        httpx.get(f"{url(emulator.layout.aws)}/_ministack/ready", verify=tls).raise_for_status()
    wait_until(lambda: len(list(descriptors.iterdir())) < before + 10)
