import json
from pathlib import Path
from typing import Any

import pytest
import typer

from ops.commands.plan_summary import plan_summary
from ops.planning.markdown import COMMENT_LIMIT
from tests.support.plans import plan, resource


def written(folder: Path, *resources: dict[str, Any]) -> Path:
    file = folder / "bookstore-example-eu-west-1.json"
    file.write_text(json.dumps(plan(*resources)))
    return file


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


def test_the_comment_is_written_before_data_loss_is_refused(tmp_path: Path) -> None:
    functions = [resource(f"aws_lambda_function.f{each}", "create") for each in range(2000)]
    file = written(tmp_path, *functions, resource("aws_dynamodb_table.orders", "delete"))
    comment = tmp_path / "comment.md"
    with pytest.raises(typer.Exit):
        plan_summary([file], comment=comment, whole_is_at="the log")
    assert "`aws_dynamodb_table.orders` is **destroyed**" in comment.read_text()
    assert "All of them: the log" in comment.read_text()
    assert len(comment.read_text()) <= COMMENT_LIMIT


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
