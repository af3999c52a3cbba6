import json
from pathlib import Path
from typing import Any

import pytest
import typer

from ops.plan_summary import changes_of, losses, markdown, plan_summary


def resource(address: str, *actions: str, **change: Any) -> dict[str, Any]:
    return {
        "address": address,
        "type": address.split(".")[0],
        "mode": "managed",
        "change": {"actions": list(actions), "before": None, "after": None, **change},
    }


def plan(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"format_version": "1.2", "resource_changes": list(resources)}


def written(folder: Path, *resources: dict[str, Any]) -> Path:
    file = folder / "bookstore-example-eu-west-1.json"
    file.write_text(json.dumps(plan(*resources)))
    return file


def test_each_action_is_named() -> None:
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


def test_data_sources_are_no_changes() -> None:
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
def test_the_end_of_what_holds_data_loses_it(type_: str, actions: tuple[str, ...]) -> None:
    assert losses(changes_of(plan(resource(f"{type_}.it", *actions))))


@pytest.mark.parametrize("actions", [("create",), ("update",), ("forget",)])
def test_what_stays_loses_nothing(actions: tuple[str, ...]) -> None:
    assert not losses(changes_of(plan(resource("aws_dynamodb_table.orders", *actions))))


def test_danger_comes_first() -> None:
    text = markdown(
        "s",
        changes_of(
            plan(
                resource("aws_lambda_function.a", "create"),
                resource("aws_dynamodb_table.orders", "delete", "create", replace_paths=[["hash_key"]]),
            )
        ),
    )
    assert text.index("aws_dynamodb_table.orders") < text.index("aws_lambda_function.a")
    assert "`aws_dynamodb_table.orders` is **replaced**, forced by `hash_key`" in text


def test_attributes_are_named_and_their_values_kept_back() -> None:
    update = resource(
        "aws_secretsmanager_secret_version.v",
        "update",
        before={"secret_string": "hunter2", "id": "1"},
        after={"secret_string": "hunter3", "id": "1"},
        after_unknown={"version_id": True},
    )
    text = markdown("s", changes_of(plan(update)))
    assert "`secret_string`, `version_id`" in text
    assert "hunter" not in text
    assert "`id`" not in text


def test_a_quiet_plan_says_so() -> None:
    assert markdown("s", []) == "### `s`: nothing changes\n"


def test_losing_data_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, resource("aws_dynamodb_table.orders", "delete"))
    with pytest.raises(typer.Exit) as stop:
        plan_summary([file])
    assert stop.value.exit_code == 1
    assert "bookstore-example-eu-west-1: aws_dynamodb_table.orders" in capsys.readouterr().err


def test_losing_data_can_be_allowed_and_is_still_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan_summary([written(tmp_path, resource("aws_dynamodb_table.orders", "delete"))], allow_data_loss=True)
    assert "`aws_dynamodb_table.orders` is **destroyed**" in capsys.readouterr().out


def test_without_a_plan_it_says_how_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path))
    with pytest.raises(typer.Exit) as stop:
        plan_summary([])
    assert stop.value.exit_code == 1
    assert "make plan" in capsys.readouterr().err


def test_drift_fails_the_check_that_expects_none(tmp_path: Path) -> None:
    quiet = written(tmp_path, resource("aws_sqs_queue.q", "no-op"))
    plan_summary([quiet], expect_no_change=True)
    drifted = written(tmp_path, resource("aws_sqs_queue.q", "update", before={"tags": 1}, after={"tags": 2}))
    with pytest.raises(typer.Exit) as stop:
        plan_summary([drifted], expect_no_change=True)
    assert stop.value.exit_code == 1
