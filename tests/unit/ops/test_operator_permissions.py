"""The policy in docs/runbooks/evacuation.md allows every AWS request of the commands of an incident, and no other."""

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import boto3
import pytest

from ops import stock
from ops.bucket_copies import compare_copies
from ops.named_tables import NamedTables
from ops.oversold import hold_oversold
from ops.replication_lag import lag, reported_latency
from tests.support.mocked_aws import mocked_aws
from tests.support.operators import SETTINGS, deploy_cart_tables
from tests.support.stock_tables import HERE, THERE, StockTables
from tests.support.waiting import TIMEOUT_SECONDS

ROOT = Path(__file__).parents[3]
ROUTE53_MODULES = ("traffic", "traffic_lock")
ROUTE53 = r"\b(?:client|route53|_route53)\.(?!get_paginator)(\w+)\(|get_paginator\(\"(\w+)\""
NAMED_OTHERWISE = {
    "monitoring:GetMetricStatistics": "cloudwatch:GetMetricStatistics",
    "s3:ListObjectsV2": "s3:ListBucket",
}
FOR_EVERYONE = "sts:GetCallerIdentity"
"""https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html"""

Request = tuple[str, str]
"""An action, and the ARN of the table or bucket that it names; an empty text if it names none."""


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[Request]]:
    """The requests that boto3's clients send from now on. Tables and buckets are in moto."""
    sent: set[Request] = set()

    def record(params: dict[str, Any], model: Any, **_: object) -> None:
        if (
            model.name == "TransactWriteItems"
        ):  # needs the permissions of its parts, as `modules.tables` explains
            for kind, part in (pair for each in params["TransactItems"] for pair in each.items()):
                sent.add((f"dynamodb:{kind}Item", f"arn:aws:dynamodb:{HERE}:1:table/{part['TableName']}"))
            return
        action = f"{model.service_model.signing_name}:{model.name}"
        table, bucket = params.get("TableName"), params.get("Bucket")
        tables = [table] if table else list(params.get("RequestItems", ()))
        names = [f"arn:aws:dynamodb:{HERE}:1:table/{each}" for each in tables]
        names += [f"arn:aws:s3:::{bucket}"] if bucket else []
        sent.update((NAMED_OTHERWISE.get(action, action), name) for name in names or [""])

    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mocked_aws():
        session = boto3.Session()
        session.events.register("provide-client-params.*.*", record)
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)
        yield sent


def route53_actions() -> set[Request]:
    """The operations that the code of the traffic switch names: moto's Route 53 cannot run it."""
    code = "\n".join((ROOT / "ops" / f"{module}.py").read_text() for module in ROUTE53_MODULES)
    names = {called or listed for called, listed in re.findall(ROUTE53, code)}
    return {(f"route53:{name.title().replace('_', '')}", "") for name in names}


def statements() -> list[tuple[set[str], list[str]]]:
    """Actions and resources of each statement in the runbook's policy."""
    page = (ROOT / "docs/runbooks/evacuation.md").read_text()
    policy = json.loads(re.findall(r"```json\n(.*?)```", page, re.DOTALL)[0])
    found = []
    for statement in policy["Statement"]:
        actions, resources = statement["Action"], statement["Resource"]
        found.append(
            (
                {actions} if isinstance(actions, str) else set(actions),
                [
                    each.replace("<name>", SETTINGS.name).replace("<account>", "*")
                    for each in ([resources] if isinstance(resources, str) else resources)
                ],
            )
        )
    return found


def is_allowed(request: Request, policy: list[tuple[set[str], list[str]]]) -> bool:
    action, resource = request
    return any(
        action in actions and (not resource or any(fnmatchcase(resource, each) for each in resources))
        for actions, resources in policy
    )


def test_runbook_policy_allows_what_operators_call(requests: set[Request]) -> None:
    deploy_cart_tables()
    tables = StockTables(f"{SETTINGS.name}-")
    tables.share(HERE, received=3, spent=3)
    tables.share(THERE, received=3)
    tables.put(HERE, "stock", {"bookId": "dune", "region": THERE, f"claimed:{HERE}": 2})
    tables.order(HERE, "first", "2026-01-31T08:00:00.000Z")
    tables.hold(HERE, "first", 1)
    for kind in ("web", "media"):
        for region in SETTINGS.regions:
            boto3.client("s3", region).create_bucket(
                Bucket=f"{SETTINGS.name}-{kind}-{region}-123456789012",
                CreateBucketConfiguration={"LocationConstraint": region},
            )
    requests.clear()

    lag(SETTINGS, HERE, HERE, timeout=TIMEOUT_SECONDS)
    reported_latency(SETTINGS, HERE, THERE)
    named = NamedTables(SETTINGS)
    assert hold_oversold(named, HERE), "nothing was held, so no order was written"
    assert stock.claim(named, THERE)
    stock.claim(named, THERE, "dune")
    compare_copies(SETTINGS)
    sent = requests | route53_actions()

    policy = statements()
    refused = {each for each in sent if each[0] != FOR_EVERYONE and not is_allowed(each, policy)}
    assert refused == set()
    allowed = {action for actions, _ in policy for action in actions}
    assert allowed == {action for action, _ in sent} - {FOR_EVERYONE}
