import json
from pathlib import Path
from typing import Any

import pytest

from ops.commands.plan_summary import _still_deployed, plan_summary
from ops.errors import RefusedError
from ops.planning.markdown import COMMENT_LIMIT
from ops.planning.saved_plans import removed_regions
from stacks.settings import Settings
from tests.support.operators import run_ops
from tests.support.plans import plan, prior_state, resource, versions


def written(folder: Path, *resources: dict[str, Any]) -> Path:
    file = folder / "bookstore-example-eu-west-1.json"
    file.write_text(json.dumps(plan(*resources)))
    return file


def test_summary_with_data_loss_exits_1(tmp_path: Path) -> None:
    file = written(tmp_path, resource("aws_dynamodb_table.orders", "delete"))
    result = run_ops("plan-summary", str(file))
    assert result.exit_code == 1
    assert "bookstore-example-eu-west-1: aws_dynamodb_table.orders" in result.stderr


def test_summary_with_allowed_loss_shows_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan_summary([written(tmp_path, resource("aws_dynamodb_table.orders", "delete"))], allow_data_loss=True)
    assert "`aws_dynamodb_table.orders` is **destroyed**" in capsys.readouterr().out


def test_summary_writes_comment_before_refusing(tmp_path: Path) -> None:
    functions = [resource(f"aws_lambda_function.f{each}", "create") for each in range(2000)]
    file = written(tmp_path, *functions, resource("aws_dynamodb_table.orders", "delete"))
    comment = tmp_path / "comment.md"
    with pytest.raises(RefusedError):
        plan_summary([file], comment=comment, full_summary="the log")
    assert "`aws_dynamodb_table.orders` is **destroyed**" in comment.read_text()
    assert "All of them: the log" in comment.read_text()
    assert len(comment.read_text()) <= COMMENT_LIMIT


def test_summary_without_plan_names_make_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path))
    result = run_ops("plan-summary")
    assert result.exit_code == 1
    assert "make plan" in result.stderr


def test_summary_expecting_no_change_fails_on_drift(tmp_path: Path) -> None:
    quiet = written(tmp_path, resource("aws_sqs_queue.q", "no-op"))
    plan_summary([quiet], expect_no_change=True)
    drifted = written(tmp_path, resource("aws_sqs_queue.q", "update", before={"tags": 1}, after={"tags": 2}))
    assert run_ops("plan-summary", str(drifted), "--expect-no-change").exit_code == 1


def test_summary_names_region_that_left_the_settings() -> None:
    """No plan contains the stacks of a region that was deleted from `regions`: they stay in AWS."""
    settings = Settings(environment="test", regions=("eu-west-1",))
    checks = {"eu-west-1": "check-1", "us-west-2": "check-2"}
    edge = {"prior_state": {"values": {"outputs": {"health_checks": {"value": checks}}}}}
    assert removed_regions({"bookstore-test-edge": edge}, settings) == ["us-west-2"]
    text = _still_deployed("us-west-2", settings).markdown()
    assert "make remove-region REGION=us-west-2" in text


def test_summary_names_functions_that_were_rolled_back(tmp_path: Path) -> None:
    """A canary that was rolled back leaves an empty plan: Terraform ignores the alias's version."""
    state = prior_state(
        *versions("orders", newest="8", alias="7"),
        *versions("cart", newest="5", alias="5"),
        *versions("accounts", newest="3", alias=None),
    )
    file = tmp_path / "bookstore-example-eu-west-1.json"
    file.write_text(json.dumps({**plan(), "prior_state": state}))
    result = run_ops("plan-summary", str(file), "--expect-no-change")
    assert result.exit_code == 1
    assert "Traffic moves to the newest version of `orders`.\n" in result.stdout
    assert "nothing changes" not in result.stdout
    assert "\n  bookstore-example-eu-west-1: orders\n" in result.stderr
    assert run_ops("plan-summary", str(file)).exit_code == 0
