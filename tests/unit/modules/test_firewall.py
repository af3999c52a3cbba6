"""The web ACLs of a region's API and blog."""

import pytest

from tests.support.synthesis import Stack, shop

WITH_BLOG = {"features": {"waf": True, "blog": True}, "blog": {"image_tag": "1"}}


@pytest.fixture(params=["eu-west-1", "ap-southeast-1"])
def region(request: pytest.FixtureRequest) -> Stack:
    return shop(**WITH_BLOG)[request.param]


@pytest.mark.parametrize("region_name", ["eu-west-1", "ap-southeast-1"])
def test_blog_balancer_uses_region_web_acl(region_name: str) -> None:
    blog = shop(**WITH_BLOG)[f"{region_name}-blog"]
    (balancer,) = blog.resources("aws_lb")
    association = blog.only("aws_wafv2_web_acl_association")
    assert association["resource_arn"] == f"${{{balancer.address}.arn}}"
    assert f"-{region_name}.outputs.cross-stack-output-aws_wafv2_web_acl" in association["web_acl_arn"]


def test_one_web_acl_stands_before_the_api_and_the_blog(region: Stack) -> None:
    (acl,) = region.resources("aws_wafv2_web_acl")
    assert acl.body["scope"] == "REGIONAL"
    (stage,) = region.resources("aws_api_gateway_stage")
    association = region.only("aws_wafv2_web_acl_association")
    assert association["resource_arn"] == f"${{{stage.address}.arn}}"
    assert association["web_acl_arn"] == f"${{{acl.address}.arn}}"


def test_nobody_gets_round_it_by_the_apis_own_address(region: Stack) -> None:
    assert region.only("aws_api_gateway_rest_api")["disable_execute_api_endpoint"] is True


def test_an_address_that_asks_too_often_is_turned_away(region: Stack) -> None:
    rules = region.only("aws_wafv2_web_acl")["rule"]
    (limit,) = [rule for rule in rules if "rate_based_statement" in rule["statement"]]
    assert limit["action"] == {"block": {}}
    assert limit["statement"]["rate_based_statement"]["aggregate_key_type"] == "IP"
    assert [rule["priority"] for rule in rules] == list(range(len(rules)))


def test_readers_behind_anonymizing_networks_are_counted_and_let_in(region: Stack) -> None:
    for rule in region.only("aws_wafv2_web_acl")["rule"]:
        managed = rule["statement"].get("managed_rule_group_statement", {"name": ""})["name"]
        if managed:
            assert rule["override_action"] == {"count" if "Anonymous" in managed else "none": {}}


def test_what_is_turned_away_is_logged_without_what_signs_a_shopper_in(region: Stack) -> None:
    logging = region.only("aws_wafv2_web_acl_logging_configuration")
    (group,) = [each for each in region.resources("aws_cloudwatch_log_group") if "waf" in each.body["name"]]
    assert group.body["name"].startswith("aws-waf-logs-"), "AWS WAF takes no other name"
    assert logging["log_destination_configs"] == [f"${{{group.address}.arn}}"]
    (kept,) = logging["logging_filter"]["filter"]
    assert logging["logging_filter"]["default_behavior"] == "DROP"
    assert (kept["behavior"], kept["condition"]) == ("KEEP", [{"action_condition": {"action": "BLOCK"}}])
    hidden = {field["single_header"]["name"] for field in logging["redacted_fields"]}
    assert hidden == {"authorization", "cookie"}


def test_without_the_feature_there_is_none() -> None:
    for stack in shop(features={"waf": False}).stacks.values():
        assert not [each for each in stack.resources() if each.kind.startswith("aws_wafv2")]
