"""Roles allow only what their function needs. A policy for all resources states its reason."""

from collections.abc import Iterator
from typing import Any

from tests.support.synthesis import EVERYTHING, Resource, shop


def of_an_endpoint_or_bucket(document: Resource) -> bool:
    """Whether it is a resource policy, which names its principals."""
    return any("principals" in statement for statement in document.body["statement"])


def documents() -> Iterator[tuple[str, Resource]]:
    for name, stack in shop(**EVERYTHING).stacks.items():
        for document in stack.data("aws_iam_policy_document"):
            yield f"{name}: {document.id}", document


def statements() -> Iterator[tuple[str, Resource, dict[str, Any]]]:
    for place, document in documents():
        for statement in document.body["statement"]:
            yield place, document, statement


def is_write_probe(statement: dict[str, Any]) -> bool:
    """Whether it allows only the health check's write, by its key of no shopper."""
    return [(condition["variable"], condition["values"]) for condition in statement.get("condition", [])] == [
        ("dynamodb:LeadingKeys", ["_health"])
    ]


def allowed(function: str) -> dict[str, set[str]]:
    """Return the actions that a function's role allows, by resource."""
    region = shop()["eu-west-1"]
    (document,) = [
        each
        for each in region.data("aws_iam_policy_document")
        if each.id.startswith((f"{function}_permissions", f"bestsellers_{function}_permissions"))
    ]
    may: dict[str, set[str]] = {}
    for statement in document.body["statement"]:
        if statement.get("effect", "Allow") == "Allow" and not is_write_probe(statement):
            for resource in statement["resources"]:
                may.setdefault(resource, set()).update(statement["actions"])
    return may


def test_policies_have_no_wildcard_actions() -> None:
    for place, _, statement in statements():
        if statement.get("effect", "Allow") == "Allow":
            assert not [action for action in statement["actions"] if action.endswith("*")], place


def test_wildcard_resource_has_reason() -> None:
    wide = 0
    for name, stack in shop(**EVERYTHING).stacks.items():
        for document in stack.data("aws_iam_policy_document"):
            reference = f"${{data.{document.address}.json}}"
            for statement in document.body["statement"]:
                if "*" in statement.get("resources", ()) and not of_an_endpoint_or_bucket(document):
                    policy = stack.find("aws_iam_role_policy", policy=reference)
                    assert policy.body["//"]["reasons"][statement["sid"]].strip(), f"{name}: {document.id}"
                    wide += 1
    assert wide


def test_functions_have_separate_roles() -> None:
    functions = shop()["eu-west-1"].resources("aws_lambda_function")
    assert len(functions) >= 7
    assert len({function.body["role"] for function in functions}) == len(functions)


def test_roles_have_no_managed_policies() -> None:
    for name, stack in shop().stacks.items():
        assert not stack.resources("aws_iam_role_policy_attachment"), name
        for role in stack.resources("aws_iam_role"):
            assert "managed_policy_arns" not in role.body


def test_read_only_functions_cannot_write() -> None:
    writing = {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"}
    for function in ("catalog", "health", "bestsellers", "bestsellers-feeder", "bestsellers-rebuild"):
        assert not writing & set().union(*allowed(function).values()), function


def test_tables_have_few_writers() -> None:
    writing = {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"}

    def writes(function: str, table: str) -> bool:
        return any(writing & actions for resource, actions in allowed(function).items() if table in resource)

    api_functions = ("catalog", "cart", "orders", "accounts", "health", "bestsellers")
    assert not [function for function in api_functions if writes(function, "tables_books")]
    assert [function for function in api_functions if writes(function, "tables_orders")] == [
        "orders",
        "accounts",
    ]
    assert [function for function in api_functions if writes(function, "tables_cart")] == [
        "cart",
        "orders",
        "accounts",
    ]


def test_function_code_cannot_use_network_interfaces() -> None:
    region = shop()["eu-west-1"]
    for function in region.resources("aws_lambda_function"):
        (document,) = [
            each
            for each in region.data("aws_iam_policy_document")
            if each.id.split("_permissions")[0] == function.id.split("_function")[0]
        ]
        effects = {each["effect"] for each in document.body["statement"] if "ec2:" in each["actions"][0]}
        assert effects == ({"Allow", "Deny"} if "vpc_config" in function.body else set()), function.id
