"""Rules of AWS that the emulator does not enforce."""

import re
from ipaddress import IPv4Network
from typing import Any

import pytest

from stacks.settings import Settings
from stacks.settings.fields import known_regions
from stacks.settings.networks import default_cidr
from tests.support.synthesis import CHANGED, EVERYTHING, LOCAL, ON_AWS, Resource, Stack, shop


def everywhere(kind: str, **settings: Any) -> list[Resource]:
    stacks = shop(**{**EVERYTHING, **settings}).stacks.values()
    return [each for stack in stacks for each in stack.resources(kind)]


def region() -> Stack:
    return shop()["eu-west-1"]


def test_group_descriptions_have_allowed_characters() -> None:
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
    allowed = re.compile(r"[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}")
    kinds = (
        "aws_security_group",
        "aws_vpc_security_group_ingress_rule",
        "aws_vpc_security_group_egress_rule",
    )
    for kind in kinds:
        for each in everywhere(kind):
            assert allowed.fullmatch(each.body["description"]), each.address


def test_trust_policies_name_own_account() -> None:
    roles = everywhere("aws_iam_role")
    assert roles
    for role in roles:
        trust = role.body["assume_role_policy"]
        # S3 replicates by roles without it: see `assumed_by`.
        assert ('"aws:SourceAccount" = ' in trust) != ('"s3.amazonaws.com"' in trust), role.address


def test_vpc_cidrs_are_distinct() -> None:
    regions = ["eu-west-1", "ap-southeast-1", "us-west-2"]
    blocks = {each.body["cidr_block"] for each in everywhere("aws_vpc", regions=regions)}
    assert len(blocks) == 3
    for each in everywhere("aws_subnet", regions=regions):
        assert [
            block for block in blocks if IPv4Network(each.body["cidr_block"]).subnet_of(IPv4Network(block))
        ]


def test_every_region_has_own_default_cidr() -> None:
    blocks = [default_cidr(region) for region in known_regions()]
    assert len(set(blocks)) == len(blocks)


@pytest.mark.parametrize("cidr", ["10.42.0.0/16", "10.43.0.0/20"])
def test_settings_refuse_unfit_cidrs(cidr: str) -> None:
    with pytest.raises(ValueError, match="network_cidrs"):
        Settings(**{**ON_AWS, "network_cidrs": {"eu-west-1": cidr, "ap-southeast-1": cidr}})


def test_health_checks_are_not_traced() -> None:
    rules = {each.body["url_path"]: each.body for each in region().resources("aws_xray_sampling_rule")}
    health, others = rules["*/health"], rules["*"]
    assert (health["fixed_rate"], health["reservoir_size"]) == (0, 0)
    assert health["priority"] < others["priority"]
    assert health["rule_name"] != others["rule_name"]


def test_health_checks_come_from_three_regions() -> None:
    for check in everywhere("aws_route53_health_check"):
        assert check.body["type"] == "CALCULATED" or len(check.body["regions"]) == 3


def test_local_health_checks_name_no_regions() -> None:
    for check in everywhere("aws_route53_health_check", **LOCAL):
        assert "regions" not in check.body


def test_health_function_has_own_concurrency() -> None:
    functions = region().resources("aws_lambda_function")
    reserved = {
        each.body["function_name"]: each.body["reserved_concurrent_executions"]
        for each in functions
        if "reserved_concurrent_executions" in each.body
    }
    assert reserved == {"bookstore-prod-health": 10}


def test_account_concurrency_has_alarm() -> None:
    alarm = region().find("aws_cloudwatch_metric_alarm", metric_name="ConcurrentExecutions").body
    assert alarm["threshold"] == 800
    assert alarm.get("dimensions", {}) == {}


def test_aurora_minimum_is_half_a_unit() -> None:
    # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2-auto-pause.html
    for cluster in everywhere("aws_rds_cluster"):
        assert cluster.body["serverlessv2_scaling_configuration"]["min_capacity"] == 0.5
    with pytest.raises(ValueError, match="database_minimum"):
        Settings(**{**ON_AWS, "blog": {"database_minimum": 0}})


def test_user_pool_plan_is_a_setting() -> None:
    assert shop()["global"].only("aws_cognito_user_pool")["user_pool_tier"] == "LITE"
    plus = shop(**CHANGED)["global"]
    assert plus.only("aws_cognito_user_pool")["user_pool_tier"] == "PLUS"


def test_api_compresses_answers() -> None:
    assert region().only("aws_api_gateway_rest_api")["minimum_compression_size"] == "1024"


def test_api_publishes_stage_metrics_only() -> None:
    assert region().only("aws_api_gateway_method_settings")["settings"]["metrics_enabled"] is False


def test_gateway_errors_have_security_headers() -> None:
    for response in region().resources("aws_api_gateway_gateway_response"):
        names = {name.rsplit(".", 1)[-1] for name in response.body["response_parameters"]}
        assert {"X-Content-Type-Options", "Strict-Transport-Security"} <= names


def test_terraform_checksum_is_pinned() -> None:
    project = next(each for each in everywhere("aws_codebuild_project") if "-test" in each.body["name"])
    specification = project.body["source"]["buildspec"]
    assert "SHA256SUMS" not in specification
    assert "${TERRAFORM_SHA256}" in specification
