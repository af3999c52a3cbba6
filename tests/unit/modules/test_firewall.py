"""The web ACLs of a region's API and blog."""

import re
from urllib.parse import unquote_plus

import pytest

from tests.support.synthesis import CHANGED, EVERYTHING, Body, Stack, shop


@pytest.fixture(params=["eu-west-1", "ap-southeast-1"])
def common(request: pytest.FixtureRequest) -> Stack:
    return shop(**EVERYTHING)[f"{request.param}-common"]


@pytest.mark.parametrize("region_name", ["eu-west-1", "ap-southeast-1"])
def test_blog_balancer_uses_region_web_acl(region_name: str) -> None:
    blog = shop(**EVERYTHING)[f"{region_name}-blog"]
    (balancer,) = blog.resources("aws_lb")
    association = blog.only("aws_wafv2_web_acl_association")
    assert association["resource_arn"] == f"${{{balancer.address}.arn}}"
    assert f"-{region_name}-common.outputs.cross-stack-output-aws_wafv2_web_acl" in association["web_acl_arn"]


@pytest.mark.parametrize("region_name", ["eu-west-1", "ap-southeast-1"])
def test_api_uses_region_web_acl(region_name: str) -> None:
    region = shop(**EVERYTHING)[region_name]
    (stage,) = region.resources("aws_api_gateway_stage")
    association = region.only("aws_wafv2_web_acl_association")
    assert association["resource_arn"] == f"${{{stage.address}.arn}}"
    assert f"-{region_name}-common.outputs.cross-stack-output-aws_wafv2_web_acl" in association["web_acl_arn"]


def test_web_acl_is_regional(common: Stack) -> None:
    assert common.only("aws_wafv2_web_acl")["scope"] == "REGIONAL"


def test_user_pool_uses_first_region_web_acl() -> None:
    of = shop()
    protected = {
        name: [each.body["resource_arn"] for each in stack.resources("aws_wafv2_web_acl_association")]
        for name, stack in of.stacks.items()
    }
    pools = {name for name, arns in protected.items() if any("user_pool" in arn for arn in arns)}
    assert pools == {"bookstore-prod-edge"}


def limits(acl: Body) -> dict[str, Body]:
    """The rate statements by the rules' names."""
    statements = {rule["name"]: rule["statement"] for rule in acl["rule"]}
    return {
        name: each["rate_based_statement"]
        for name, each in statements.items()
        if "rate_based_statement" in each
    }


def test_default_web_acls_have_rate_rules_only() -> None:
    acls = [acl.body for stack in shop().stacks.values() for acl in stack.resources("aws_wafv2_web_acl")]
    assert [acl["scope"] for acl in acls].count("CLOUDFRONT") == 1
    assert len(acls) == 3
    for acl in acls:
        assert len(limits(acl)) == len(acl["rule"])
        assert limits(acl)["rate-limit"]["limit"] == 2000


def test_rate_limit_follows_setting() -> None:
    common = shop(**CHANGED)["eu-west-1-common"]
    assert limits(common.only("aws_wafv2_web_acl"))["rate-limit"]["limit"] == 500


def test_cloudfront_addresses_have_own_limit(common: Stack) -> None:
    """One of them stands for many shoppers; the rule at CloudFront limits each of them."""
    rates = limits(common.only("aws_wafv2_web_acl"))
    theirs = rates["rate-limit-cloudfront"]
    assert theirs["limit"] > rates["rate-limit"]["limit"]
    assert (
        rates["rate-limit"]["scope_down_statement"]["not_statement"]["statement"]
        == theirs["scope_down_statement"]
    )
    matches = [
        each["byte_match_statement"] for each in theirs["scope_down_statement"]["or_statement"]["statement"]
    ]
    parts = [each["search_string"] for each in matches]
    for path in ("/v1/pages/index.html", "/wp-json/wp/v2/posts"):
        assert any(part in path for part in parts)
    for path in ("/v1/books", "/", "/bread-is-a-clock/"):
        assert not any(part in path for part in parts), "a reader's own address has the lower limit"
    for each in matches:
        assert [step["type"] for step in each["text_transformation"]] == ["URL_DECODE", "NORMALIZE_PATH"]


def searched(acl: Body) -> tuple[str, str]:
    """The patterns of queries and paths that count as searches of the blog."""
    either = limits(acl)["rate-limit-search"]["scope_down_statement"]["or_statement"]["statement"]
    query, path = (each["regex_match_statement"] for each in either)
    assert query["field_to_match"] == {"query_string": {}}
    assert path["field_to_match"] == {"uri_path": {}}
    return query["regex_string"], path["regex_string"]


@pytest.mark.parametrize(
    ("query", "is_search"),
    [
        ("s=bread", True),
        ("paged=2&s=bread", True),
        ("%73=bread", True),
        ("+s=bread", True),
        ("s[]=bread", True),
        ("per_page=3&search=bread", True),
        ("per_page=3&_fields=id,slug,status", False),
        ("q=search&sort=price", False),
        ("books=s", False),
    ],
)
def test_search_of_blog_is_recognized(common: Stack, query: str, is_search: bool) -> None:
    pattern, _ = searched(common.only("aws_wafv2_web_acl"))
    assert bool(re.search(pattern, unquote_plus(query))) is is_search


def test_search_of_blog_has_low_limit(common: Stack) -> None:
    acl = common.only("aws_wafv2_web_acl")
    _, path = searched(acl)
    assert re.search(path, "/search/bread")
    assert not re.search(path, "/v1/search")
    assert limits(acl)["rate-limit-search"]["limit"] <= 100


def test_search_limit_absent_without_blog() -> None:
    assert "rate-limit-search" not in limits(shop()["eu-west-1-common"].only("aws_wafv2_web_acl"))


@pytest.mark.parametrize("region_name", ["eu-west-1", "ap-southeast-1"])
def test_api_has_no_address_beside_its_domains(region_name: str) -> None:
    assert (
        shop(**EVERYTHING)[region_name].only("aws_api_gateway_rest_api")["disable_execute_api_endpoint"]
        is True
    )


def test_rate_rules_block_one_address(common: Stack) -> None:
    rules = common.only("aws_wafv2_web_acl")["rule"]
    for limit in (rule for rule in rules if "rate_based_statement" in rule["statement"]):
        assert limit["action"] == {"block": {}}
        assert limit["statement"]["rate_based_statement"]["aggregate_key_type"] == "IP"
    assert [rule["priority"] for rule in rules] == list(range(len(rules)))


def test_anonymizing_networks_are_counted(common: Stack) -> None:
    for rule in common.only("aws_wafv2_web_acl")["rule"]:
        managed = rule["statement"].get("managed_rule_group_statement", {"name": ""})["name"]
        if managed:
            assert rule["override_action"] == {"count" if "Anonymous" in managed else "none": {}}


def test_blocked_requests_are_logged_without_tokens(common: Stack) -> None:
    logging = common.only("aws_wafv2_web_acl_logging_configuration")
    (group,) = [each for each in common.resources("aws_cloudwatch_log_group") if "waf" in each.body["name"]]
    assert group.body["name"].startswith("aws-waf-logs-"), "AWS WAF takes no other name"
    assert logging["log_destination_configs"] == [f"${{{group.address}.arn}}"]
    (kept,) = logging["logging_filter"]["filter"]
    assert logging["logging_filter"]["default_behavior"] == "DROP"
    assert (kept["behavior"], kept["condition"]) == ("KEEP", [{"action_condition": {"action": "BLOCK"}}])
    hidden = {field["single_header"]["name"] for field in logging["redacted_fields"]}
    assert hidden == {"authorization", "cookie"}


def test_web_acls_absent_without_rules() -> None:
    for stack in shop(firewall={"requests_per_5_minutes": 0}).stacks.values():
        assert not [each for each in stack.resources() if each.kind.startswith("aws_wafv2")]
