"""Deployed functions reference and may reach resources of their own region only."""

import json
from typing import Any

import pytest

pytestmark = pytest.mark.shared


DEPLOYED = ("catalog", "bestsellers", "cart", "orders", "health", "bestsellers-feeder", "bestsellers-rebuild")


def test_functions_reference_own_region_only(region: str, cloud: Any) -> None:
    functions = cloud.deployment.regions[region].functions
    assert functions.keys() >= set(DEPLOYED)
    others = [name for name in cloud.deployment.regions if name != region]
    for function in functions.values():
        variables, allowed = (
            json.dumps(environment(cloud, region, function)),
            json.dumps(policies(cloud, region, function)),
        )
        assert region in allowed, f"{function} may do nothing in its own region"
        assert not [other for other in others if other in variables or other in allowed], function


def environment(cloud: Any, region: str, function: str) -> dict[str, str]:
    """Environment variables of a function."""
    configuration = cloud.deployment.client("lambda", region).get_function_configuration(
        FunctionName=function
    )
    variables: dict[str, str] = configuration["Environment"]["Variables"]
    return variables


def policies(cloud: Any, region: str, function: str) -> list[Any]:
    """All policies of a function's role."""
    iam = cloud.deployment.client("iam", region)
    configuration = cloud.deployment.client("lambda", region).get_function_configuration(
        FunctionName=function
    )
    role = configuration["Role"].rpartition("/")[2]
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    assert not iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    return [iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names]
