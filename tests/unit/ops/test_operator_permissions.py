"""The policy in docs/runbooks/evacuation.md allows every AWS operation that moves traffic, and no other."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
MODULES = ("traffic", "traffic_lock", "replication_lag")
OPERATIONS = {
    "batch_get_item": "dynamodb:BatchGetItem",
    "batch_write_item": "dynamodb:BatchWriteItem",
    "change_resource_record_sets": "route53:ChangeResourceRecordSets",
    "get_metric_statistics": "cloudwatch:GetMetricStatistics",
    "list_health_checks": "route53:ListHealthChecks",
    "list_hosted_zones_by_name": "route53:ListHostedZonesByName",
    "list_resource_record_sets": "route53:ListResourceRecordSets",
    "update_health_check": "route53:UpdateHealthCheck",
}
AWS_OBJECT = r"(?:client|cloudwatch|route53|_route53)"


def test_runbook_policy_allows_what_operators_call() -> None:
    code = "\n".join((ROOT / "ops" / f"{module}.py").read_text() for module in MODULES)
    called = set(re.findall(rf"\b{AWS_OBJECT}\.(?!get_paginator)(\w+)\(", code))
    called |= set(re.findall(r"get_paginator\(\"(\w+)\"", code))
    page = (ROOT / "docs/runbooks/evacuation.md").read_text()
    policy = json.loads(re.findall(r"```json\n(.*?)```", page, re.DOTALL)[0])
    allowed: set[str] = set()
    for statement in policy["Statement"]:
        actions = statement["Action"]
        allowed |= {actions} if isinstance(actions, str) else set(actions)
    assert {OPERATIONS[name] for name in called} == allowed
