"""A changed setting removes a resource only after those that named it are updated.

Terraform deletes a removed resource before it updates the ones that named it, unless the resource has
`create_before_destroy`. AWS refuses to delete what is in use: the apply fails, and so does each one after it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.support.synthesis import CHANGED, CODECOMMIT, EVERYTHING, Resource, shop

THREE = ["eu-west-1", "ap-southeast-1", "us-west-2"]
CHANGES: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
    "a region": ({**EVERYTHING, "regions": THREE}, EVERYTHING),
    "all regions but one": (EVERYTHING, {**EVERYTHING, "regions": THREE[:1]}),
    "all features": (EVERYTHING, {}),
    "all features and the firewall": (EVERYTHING, {"firewall": {"requests_per_5_minutes": 0}}),
    "values of all sections, NAT and failover routing too": (CHANGED, EVERYTHING),
    "values of all sections, back": (EVERYTHING, CHANGED),
    "GitHub": (EVERYTHING, CODECOMMIT),
}
"""Settings before and after, by what is removed."""

MAY_BE_DELETED_FIRST = {
    # AWS deletes an alias in use. `features.canary` says what that means for requests.
    ("aws_lambda_alias", "aws_api_gateway_deployment"),
    ("aws_lambda_alias", "aws_api_gateway_integration"),
    ("aws_lambda_alias", "aws_cloudwatch_event_target"),
    ("aws_lambda_alias", "aws_lambda_event_source_mapping"),
    ("aws_lambda_alias", "aws_lambda_function_event_invoke_config"),
    # The pipeline fails until it is updated, a few seconds later.
    ("aws_codeconnections_connection", "aws_codepipeline"),
    # Bestsellers are empty until the other kind of cache is there and filled; see `cache.mode`.
    ("aws_elasticache_replication_group", "aws_lambda_function"),
    ("aws_elasticache_serverless_cache", "aws_lambda_function"),
}
"""Kinds of a removed resource and of one that named it, where the order does not make the apply fail."""


def named_and_removed(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[tuple[Resource, Resource]]:
    """Each removed resource with each resource that stays and named it. The order of a deletion says nothing here."""
    old, new = shop(**before), shop(**after)
    for name in old.stacks.keys() & new.stacks.keys():
        resources = {each.address: each for each in old.stacks[name].resources()}
        kept = {each.address for each in new.stacks[name].resources()}
        for user in (resources[address] for address in kept & resources.keys()):
            values = {key: value for key, value in user.body.items() if key != "depends_on"}
            named = set(re.findall(r"\baws_\w+\.[\w-]+", str(values)))
            if user.kind == "aws_cloudwatch_composite_alarm":
                alarms = re.findall(r'ALARM\("([^"]+)"\)', user.body["alarm_rule"])
                named |= {
                    address for address, each in resources.items() if each.body.get("alarm_name") in alarms
                }
            yield from ((resources[address], user) for address in named & resources.keys() - kept)


@pytest.mark.parametrize("change", CHANGES)
def test_removed_resource_is_deleted_last(change: str) -> None:
    wrong = {
        f"{removed.address}, named by {user.address}"
        for removed, user in named_and_removed(*CHANGES[change])
        if (removed.body.get("lifecycle") or {}).get("create_before_destroy") is not True
        and (removed.kind, user.kind) not in MAY_BE_DELETED_FIRST
    }
    assert not wrong


def test_changes_remove_resources_in_use() -> None:
    found = {
        (removed.kind, user.kind)
        for change in CHANGES.values()
        for removed, user in named_and_removed(*change)
    }
    assert found >= MAY_BE_DELETED_FIRST, "each exception is needed"
    assert found >= {
        ("aws_cloudfront_cache_policy", "aws_cloudfront_distribution"),
        ("aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"),
        ("aws_subnet", "aws_ecs_service"),
        ("aws_wafv2_web_acl", "aws_cloudfront_distribution"),
    }
