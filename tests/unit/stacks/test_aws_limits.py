"""Characters, prefixes and lengths that AWS refuses and neither Terraform nor an emulator checks.

The deployment has the longest names that the settings allow.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from stacks.settings import known_regions
from tests.support.synthesis import Body, Resource, Shop, shop

LONGEST_REGIONS = sorted(known_regions(), key=lambda region: (-len(region), region))[:3]
LONGEST: dict[str, Any] = {
    "project": "p" * 14,
    "environment": "e" * 10,
    "regions": LONGEST_REGIONS,
    "features": {"storefront": True, "alarms": True, "waf": True, "blog": True, "delivery": True},
    "delivery": {"source": "codecommit", "repository": "bookstore"},
    "blog": {"image_tag": "1", "nat": True, "admin_addresses": ["192.0.2.0/24"]},
    "tags": {f"Own{number}": "books" for number in range(7)},
}

NAMES: Mapping[tuple[str, str], str] = {
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
    ("aws_security_group", "name"): r"(?!sg-)[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}",
    ("aws_security_group", "description"): r"[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}",
    ("aws_vpc_security_group_ingress_rule", "description"): r"[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{0,255}",
    ("aws_vpc_security_group_egress_rule", "description"): r"[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{0,255}",
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
    ("aws_lb", "name"): r"(?!internal-|-)[a-zA-Z0-9-]{1,32}(?<!-)",
    ("aws_lb_target_group", "name"): r"(?!-)[a-zA-Z0-9-]{1,32}(?<!-)",
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    (
        "aws_s3_bucket",
        "bucket",
    ): r"(?!xn--|sthree-|amzn-s3-demo-)[a-z0-9][a-z0-9-]{1,61}[a-z0-9](?<!-s3alias)",
    # https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
    ("aws_iam_role", "name"): r"[\w+=,.@-]{1,64}",
    ("aws_iam_role", "description"): r"[\t\n\r\x20-\x7e\xa1-\xff]{0,1000}",
    # https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
    ("aws_lambda_function", "function_name"): r"[a-zA-Z0-9_-]{1,64}",
    ("aws_lambda_function", "description"): r"[\s\S]{0,256}",
    # https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateServerlessCache.html
    ("aws_elasticache_serverless_cache", "name"): r"[a-z][a-z0-9-]{0,39}(?<!-)",
    ("aws_elasticache_replication_group", "replication_group_id"): r"[a-z][a-z0-9-]{0,39}(?<!-)",
    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBCluster.html
    ("aws_rds_cluster", "cluster_identifier"): r"[a-zA-Z](?:-?[a-zA-Z0-9]){0,62}",
    ("aws_rds_cluster_instance", "identifier"): r"[a-zA-Z](?:-?[a-zA-Z0-9]){0,62}",
    ("aws_rds_global_cluster", "global_cluster_identifier"): r"[a-zA-Z](?:-?[a-zA-Z0-9]){0,62}",
    # https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
    ("aws_ecr_repository", "name"): r"(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*",
    # https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateWebACL.html
    ("aws_wafv2_web_acl", "name"): r"[\w-]{1,128}",
    # https://docs.aws.amazon.com/codecommit/latest/APIReference/API_CreateRepository.html
    ("aws_codecommit_repository", "repository_name"): r"[\w.-]{1,100}(?<!\.git)",
    # https://docs.aws.amazon.com/xray/latest/api/API_SamplingRule.html
    ("aws_xray_sampling_rule", "rule_name"): r".{1,32}",
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    ("aws_cloudwatch_metric_alarm", "alarm_name"): r".{1,255}",
    ("aws_cloudwatch_metric_alarm", "alarm_description"): r"[\s\S]{0,1024}",
    ("aws_cloudwatch_composite_alarm", "alarm_rule"): r"[\s\S]{1,10240}",
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html
    ("aws_cloudwatch_dashboard", "dashboard_name"): r"[A-Za-z0-9_-]{1,255}",
    # https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
    ("aws_cloudwatch_event_rule", "name"): r"[.\-_A-Za-z0-9]{1,64}",
    # https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
    ("aws_sns_topic", "name"): r"[\w-]{1,256}",
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
    ("aws_sqs_queue", "name"): r"[\w-]{1,80}",
    # https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html
    ("aws_acm_certificate", "domain_name"): r".{1,64}",
}
"""The pattern that AWS documents for an argument of a resource type."""

TAG = re.compile(r"[\w\s+\-=.:/@]*")
"""Characters that every service takes in keys and values of tags. S3, ACM, ELB and IAM refuse others.
https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html"""
MAX_TAGS = {"aws_s3_object": 10}
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html"""


@pytest.fixture(scope="module")
def longest() -> Shop:
    return shop(**LONGEST)


def resources(of: Shop) -> Iterator[tuple[str, Resource, Body]]:
    """Yield each resource with its stack's name and the provider that creates it."""
    for name, stack in of.stacks.items():
        providers = {
            ".".join(filter(None, ("aws", provider.get("alias")))): provider
            for provider in stack.document["provider"]["aws"]
        }
        for resource in stack.resources():
            yield name, resource, providers[resource.body.get("provider", "aws")]


def plain(value: str) -> str:
    """Replace the expressions in a name by the longest text that they can have: an account number."""
    return re.sub(r"\$\{[^}]*\}", "1" * 12, value)


def test_names_match_what_aws_accepts(longest: Shop) -> None:
    checked: set[tuple[str, str]] = set()
    wrong = []
    for stack, resource, _ in resources(longest):
        for (kind, argument), pattern in NAMES.items():
            value = resource.body.get(argument)
            if kind == resource.kind and isinstance(value, str):
                checked.add((kind, argument))
                if not re.fullmatch(pattern, plain(value)):
                    wrong.append(f"{stack}: {resource.address}.{argument} = {value!r}")
    assert wrong == []
    assert len(checked) > 25


def test_apostrophe_in_group_description_is_found() -> None:
    assert not re.fullmatch(NAMES["aws_security_group", "description"], "The blog's database")


def test_tags_within_limits(longest: Shop) -> None:
    for stack, resource, provider in resources(longest):
        own = resource.body.get("tags") or {}
        tags = {**provider["default_tags"][0]["tags"], **(own if isinstance(own, dict) else {})}
        place = f"{stack}: {resource.address}"
        assert len(tags) <= MAX_TAGS.get(resource.kind, 50), place
        assert len({key.lower() for key in tags}) == len(tags), f"{place}: IAM compares keys without case"
        for key, value in tags.items():
            assert TAG.fullmatch(plain(key)), place
            assert TAG.fullmatch(plain(value)), f"{place}: {value!r}"
            assert len(key) <= 128, place
            assert len(value) <= 256, place
