"""Roles allow the AWS operations that their functions call, and no others."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.synthesis import Resource, Stack, shop

CODE = Path(__file__).parents[3] / "lambda_src"
SERVICES = {"cognito-idp", "dynamodb", "s3", "sqs"}
OPERATIONS = {
    "batch_get_item": "dynamodb:BatchGetItem",
    "delete_item": "dynamodb:DeleteItem",
    "get_item": "dynamodb:GetItem",
    "put_item": "dynamodb:PutItem",
    "query": "dynamodb:Query",
    "scan": "dynamodb:Scan",
    "update_item": "dynamodb:UpdateItem",
    "get_object": "s3:GetObject",
    "head_object": "s3:GetObject",
    "put_object": "s3:PutObject",
    "list_users": "cognito-idp:ListUsers",
    "admin_delete_user": "cognito-idp:AdminDeleteUser",
}
IN_TRANSACTIONS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
STREAM = {
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
}
"""Lambda reads streams with the function's role."""
UNUSED_CODE = {
    "cart": {"dynamodb:UpdateItem"},  # shop.carts counts orders for the function `orders`
    "accounts-cleaner": {"dynamodb:BatchGetItem"},
    "health": {"dynamodb:BatchGetItem"},  # runtime.dynamo reads batches for others
    "bestsellers-rebuild": {"dynamodb:BatchGetItem"},
    "search": {"s3:PutObject"},  # search.store writes for the builder
    "search-builder": {"dynamodb:BatchGetItem"},
}
"""Operations in shared modules that the function does not call."""
WITHOUT_CALL = {
    "health": {"s3:ListBucket"},
    "search": {"s3:ListBucket"},  # S3 answers 404 instead of 403 for a missing object, with this permission
    "search-builder": {"s3:ListBucket", "sqs:SendMessage"},  # Lambda sends failed events to the queue
    "bestsellers-feeder": {"sqs:SendMessage"},
    "bestsellers-rebuild": {"sqs:SendMessage"},
    "stock": {"sqs:SendMessage"},
    "accounts-cleaner": {"sqs:SendMessage"},
    "pages": {"s3:ListBucket"},
}
"""Actions that a role needs without a call in the code."""


def region() -> Stack:
    return shop()["eu-west-1"]


def functions() -> list[Resource]:
    return region().resources("aws_lambda_function")


def short(function: Resource) -> str:
    return str(function.body["function_name"]).removeprefix("bookstore-prod-")


def imported(module: str, seen: set[str]) -> Iterator[ast.Module]:
    """The syntax trees of a module and of all modules of lambda_src that it imports."""
    file = CODE / f"{module.replace('.', '/')}.py"
    if module in seen or not file.exists():
        return
    seen.add(module)
    tree = ast.parse(file.read_text())
    yield tree
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for name in (node.module, *(f"{node.module}.{each.name}" for each in node.names)):
                yield from imported(name, seen)


def called(function: Resource) -> set[str]:
    module = str(function.body["handler"]).rpartition(".")[0]
    found = set()
    for tree in imported(module, set()):
        nodes = list(ast.walk(tree))
        attributes = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
        found |= {OPERATIONS[name] for name in attributes & OPERATIONS.keys() if uses_client(tree, name)}
        if "transact_write_items" in attributes:
            keys = {
                key.value
                for node in nodes
                if isinstance(node, ast.Dict)
                for key in node.keys
                if isinstance(key, ast.Constant)
            }
            found |= {f"dynamodb:{IN_TRANSACTIONS[key]}" for key in IN_TRANSACTIONS.keys() & keys}
    return found - UNUSED_CODE.get(short(function), set())


def uses_client(tree: ast.Module, operation: str) -> bool:
    return bool(re.search(rf"(client|cognito|dynamodb)(\([^)]*\))?\.{operation}\b", ast.unparse(tree)))


def allowed(function: Resource) -> set[str]:
    role = function.id.split("_function")[0]
    (document,) = [
        each for each in region().data("aws_iam_policy_document") if each.id.split("_permissions")[0] == role
    ]
    actions = {
        action
        for statement in document.body["statement"]
        if statement.get("effect", "Allow") == "Allow"
        for action in statement["actions"]
    }
    return {action for action in actions if action.split(":")[0] in SERVICES}


@pytest.mark.parametrize("function", functions(), ids=short)
def test_role_allows_exactly_what_code_calls(function: Resource) -> None:
    expected = called(function) | WITHOUT_CALL.get(short(function), set())
    granted = allowed(function)
    if granted & STREAM:
        expected |= STREAM
    assert granted == expected


def test_index_arns_are_named() -> None:
    for document in region().data("aws_iam_policy_document"):
        for statement in document.body.get("statement", ()):
            assert not [arn for arn in statement.get("resources", ()) if arn.endswith("/index/*")], (
                document.id
            )
