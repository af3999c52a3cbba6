"""Versions, aliases and canary deployments of a region's functions."""

import re

import pytest

from stacks.settings import LocalCloud, Settings
from tests.support.synthesis import EVERYTHING, ON_AWS, Stack, shop

CALLERS = {
    "aws_api_gateway_integration": "uri",
    "aws_lambda_event_source_mapping": "function_name",
    "aws_cloudwatch_event_target": "arn",
}
"""Attributes that name a function, by the types of what calls functions."""


@pytest.fixture
def region() -> Stack:
    """Not the first region, whose function that deletes accounts answers no request and has no canary."""
    return shop(**EVERYTHING)["ap-southeast-1"]


def test_region_without_canary_has_no_versions() -> None:
    stack = shop()["eu-west-1"]
    assert not [each.id for each in stack.resources("aws_lambda_function") if "publish" in each.body]
    assert not stack.resources("aws_lambda_alias")
    assert not stack.resources("aws_codedeploy_app")


def test_canary_functions_have_version_and_alias(region: Stack) -> None:
    functions = region.resources("aws_lambda_function")
    assert all(function.body["publish"] for function in functions)
    aliased = {alias.body["function_version"] for alias in region.resources("aws_lambda_alias")}
    assert aliased == {f"${{{function.address}.version}}" for function in functions}


def test_terraform_leaves_served_version_to_codedeploy(region: Stack) -> None:
    for alias in region.resources("aws_lambda_alias"):
        assert alias.body["lifecycle"] == {"ignore_changes": ["function_version", "routing_config"]}


def test_every_caller_invokes_alias(region: Stack) -> None:
    called = [
        caller.body[attribute]
        for kind, attribute in CALLERS.items()
        for caller in region.resources(kind)
        if caller.body.get("type") != "MOCK"
    ]
    assert len(called) > 20
    assert all(target.startswith("${aws_lambda_alias.") for target in called), called


def test_alias_permissions_exist_before_api_uses_them(region: Stack) -> None:
    permissions = region.resources("aws_lambda_permission")
    of_alias = {each.address for each in permissions if "qualifier" in each.body}
    assert len(of_alias) * 2 == len(permissions)
    of_api = {
        address for address in of_alias if address.endswith("alias-invoked-by-api") or "-api_" in address
    }
    assert of_api
    assert of_api <= set(region.only("aws_api_gateway_deployment")["depends_on"])


def test_every_alias_has_group_with_existing_alarms(region: Stack) -> None:
    groups = region.resources("aws_codedeploy_deployment_group")
    assert len(groups) == len(region.resources("aws_lambda_alias"))
    addresses = {alarm.address for alarm in region.resources("aws_cloudwatch_metric_alarm")}
    for group in groups:
        alarms = group.body["alarm_configuration"]["alarms"]
        assert {re.sub(r"^\$\{(.*)\.alarm_name\}$", r"\1", alarm) for alarm in alarms} <= addresses
        assert len(alarms) == 2
        assert "DEPLOYMENT_STOP_ON_ALARM" in group.body["auto_rollback_configuration"]["events"]


def test_canary_without_alarms_is_refused() -> None:
    with pytest.raises(ValueError, match=r"features\.canary needs features\.alarms"):
        Settings(**{**ON_AWS, "features": {"canary": True, "alarms": False}})


def test_canary_has_no_effect_on_emulator() -> None:
    settings = Settings(**{**ON_AWS, "features": {"canary": True}})
    assert settings.has_canary
    assert not settings.model_copy(update={"local": LocalCloud()}).has_canary
