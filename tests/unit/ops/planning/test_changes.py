import pytest

from ops.planning.changes import changes_of, losses
from tests.support.plans import plan, resource


def test_changes_name_each_action() -> None:
    changes = changes_of(
        plan(
            resource("aws_lambda_function.a", "create"),
            resource("aws_lambda_function.b", "update"),
            resource("aws_lambda_function.c", "delete"),
            resource("aws_lambda_function.d", "delete", "create"),
            resource("aws_lambda_function.e", "create", "delete"),
            resource("aws_lambda_function.f", "forget"),
            resource("aws_lambda_function.g", "no-op"),
        )
    )
    assert {change.address[-1]: change.action for change in changes} == {
        "a": "added",
        "b": "changed",
        "c": "destroyed",
        "d": "replaced",
        "e": "replaced",
        "f": "forgotten",
    }


def test_changes_omit_data_sources() -> None:
    read = resource("data.aws_region.here", "read") | {"mode": "data"}
    assert changes_of(plan(read)) == []


@pytest.mark.parametrize(
    "type_",
    [
        "aws_dynamodb_table",
        "aws_cognito_user_pool",
        "aws_rds_cluster",
        "aws_s3_bucket",
        "aws_rds_global_cluster",
    ],
)
@pytest.mark.parametrize("actions", [("delete",), ("delete", "create"), ("create", "delete")])
def test_losses_include_deleted_data(type_: str, actions: tuple[str, ...]) -> None:
    assert losses(changes_of(plan(resource(f"{type_}.it", *actions))))


@pytest.mark.parametrize("actions", [("create",), ("update",), ("forget",)])
def test_losses_omit_kept_resources(actions: tuple[str, ...]) -> None:
    assert not losses(changes_of(plan(resource("aws_dynamodb_table.orders", *actions))))
