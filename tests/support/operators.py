"""Two regions in process: health checks, Cart tables (moto) and the API."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any, Self

import httpx
from botocore.exceptions import ClientError
from typer.testing import CliRunner, Result

from ops.cli import application
from ops.health_probe import Probe
from stacks.settings import LocalCloud, RegionAddresses, Settings
from tests.support.mocked_aws import dynamodb

REGIONS = ("eu-west-1", "ap-southeast-1")
SETTINGS = Settings(
    regions=REGIONS,
    domain="shop.example",
    local=LocalCloud(
        api="http://shop/v1",
        regions={region: RegionAddresses(api=f"http://{region}/v1") for region in REGIONS},
    ),
)
"""Each region's host is its name; the shared host is `shop`."""
NEW = "us-west-2"
WITH_NEW_REGION = SETTINGS.model_copy(update={"regions": (*REGIONS, NEW)})
"""The region NEW is in the settings already, and not deployed: Route 53 has no health check of it."""
CART = f"{SETTINGS.name}-cart"


def run_ops(command: str, *arguments: str, input: str | None = None) -> Result:
    """The result of `python -m ops COMMAND`, with its exit code. `input` answers its questions."""
    return CliRunner().invoke(application(), [command, *arguments], input=input)


class Route53:
    """Health checks as `modules/routing.py` creates them; `meddle` runs before each update.

    The first answers to the kinds of requests in `lost_answers` (`CREATE`, `DELETE`, `UpdateHealthCheck`) are lost:
    they are sent again, as botocore does.

    moto is not used: it drops the children of a calculated check on update.
    """

    def __init__(self) -> None:
        self.checks = {
            check["Id"]: check
            for region in REGIONS
            for check in (
                _check(f"endpoint-{region}", {"FullyQualifiedDomainName": f"api-{region}.{SETTINGS.domain}"}),
                _check(
                    f"record-{region}", {"ChildHealthChecks": [f"endpoint-{region}"], "HealthThreshold": 1}
                ),
            )
        }
        self.records: dict[str, dict[str, Any]] = {}
        self.meddle: Callable[[], object] = lambda: None
        self.lost_answers: set[str] = set()

    def get_paginator(self, operation: str) -> Self:
        assert operation == "list_health_checks"
        return self

    def paginate(self) -> list[dict[str, Any]]:
        return [{"HealthChecks": [deepcopy(check)]} for check in self.checks.values()]

    def update_health_check(self, HealthCheckId: str, HealthCheckVersion: int, HealthThreshold: int) -> None:  # noqa: N803  boto3's own
        self.meddle()
        check = self.checks[HealthCheckId]
        for _ in self._attempts("UpdateHealthCheck"):
            if check["HealthCheckVersion"] != HealthCheckVersion:
                raise ClientError({"Error": {"Code": "HealthCheckVersionMismatch"}}, "UpdateHealthCheck")
            check["HealthCheckVersion"] += 1
            check["HealthCheckConfig"]["HealthThreshold"] = HealthThreshold

    def list_hosted_zones_by_name(self, DNSName: str) -> dict[str, Any]:  # noqa: N803  boto3's own
        return {"HostedZones": [{"Id": "zone", "Name": f"{DNSName}."}]}

    def list_resource_record_sets(self, **_: str) -> dict[str, Any]:
        return {"ResourceRecordSets": list(self.records.values())}

    def change_resource_record_sets(self, HostedZoneId: str, ChangeBatch: dict[str, Any]) -> None:  # noqa: N803  boto3's own
        assert HostedZoneId == "zone"
        changes = ChangeBatch["Changes"]
        for _ in self._attempts(*(change["Action"] for change in changes)):
            self._change(changes)

    def _change(self, changes: list[dict[str, Any]]) -> None:
        records = dict(self.records)
        for change in changes:
            record = change["ResourceRecordSet"]
            same = (
                records.get(record["Name"]) == record
                if change["Action"] == "DELETE"
                else record["Name"] not in records
            )
            if not same:
                raise ClientError({"Error": {"Code": "InvalidChangeBatch"}}, "ChangeResourceRecordSets")
            if change["Action"] == "DELETE":
                del records[record["Name"]]
            else:
                records[record["Name"]] = record
        self.records = records

    def _attempts(self, *kinds: str) -> range:
        return range(2 if self.lost_answers & set(kinds) else 1)


def _check(id: str, configuration: dict[str, Any]) -> dict[str, Any]:
    return {"Id": id, "HealthCheckVersion": 1, "HealthCheckConfig": configuration}


def deploy_cart_tables() -> dict[str, Any]:
    """Create a table per region without replication; returns the clients by region."""
    clients = {region: dynamodb(region) for region in REGIONS}
    for client in clients.values():
        client.create_table(
            TableName=CART,
            KeySchema=[
                {"AttributeName": "customerId", "KeyType": "HASH"},
                {"AttributeName": "bookId", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "customerId", "AttributeType": "S"},
                {"AttributeName": "bookId", "AttributeType": "S"},
            ],
            BillingMode="PAY_PER_REQUEST",
        )
    return clients


def probe(answers: Mapping[str, int], settings: Settings = SETTINGS) -> Probe:
    """A probe with `answers`, a status by host; other hosts do not respond."""

    def answer(request: httpx.Request) -> httpx.Response:
        host = request.url.host
        if host not in answers:
            raise httpx.ConnectError("refused", request=request)
        ok = answers[host] == httpx.codes.OK
        return httpx.Response(
            answers[host],
            headers={"x-region": host},
            json={"checks": {"books": "ok", "cart": "ok" if ok else "failed"}},
        )

    return Probe(settings, transport=httpx.MockTransport(answer))
