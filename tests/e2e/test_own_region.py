"""Code that serves a region is told of no other and may reach no other, as deployed: all references resolved."""

import json
from typing import Any

DEPLOYED = ("catalog", "bestsellers", "cart", "orders", "health", "bestsellers-feeder", "bestsellers-rebuild")


def test_no_function_names_another_region(region: str, cloud: Any) -> None:
    functions = cloud.deployment.regions[region].functions
    assert functions.keys() >= set(DEPLOYED)
    others = [name for name in cloud.deployment.regions if name != region]
    for function in functions.values():
        told, allowed = (
            json.dumps(environment(cloud, region, function)),
            json.dumps(policies(cloud, region, function)),
        )
        assert region in allowed, f"{function} may do nothing in its own region"
        assert not [other for other in others if other in told or other in allowed], function


def environment(cloud: Any, region: str, function: str) -> dict[str, str]:
    """A function's environment."""
    configuration = cloud.deployment.client("lambda", region).get_function_configuration(
        FunctionName=function
    )
    variables: dict[str, str] = configuration["Environment"]["Variables"]
    return variables


def policies(cloud: Any, region: str, function: str) -> list[Any]:
    """Every policy of a function's role."""
    iam = cloud.deployment.client("iam", region)
    configuration = cloud.deployment.client("lambda", region).get_function_configuration(
        FunctionName=function
    )
    role = configuration["Role"].rpartition("/")[2]
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    assert not iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    return [iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names]
