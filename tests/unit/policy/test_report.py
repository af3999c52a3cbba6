import json
from pathlib import Path
from typing import Any

import pytest
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from rich.console import Console

from modules.support.suppression import suppress
from policy.__main__ import show
from policy.report import read
from tests.support.synthesis import construct


def stack(folder: Path, **tables: dict[str, Any]) -> str:
    """Write a stack with these tables; returns its text."""
    text = json.dumps({"resource": {"aws_dynamodb_table": tables}}, indent=2)
    (folder / "shop").mkdir()
    (folder / "shop/cdk.tf.json").write_text(text)
    return text


def failed(text: str, name: str, check: str = "CKV_AWS_119") -> dict[str, Any]:
    """A failed check of a table, as checkov prints it: the name lacks the type."""
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines, 1) if f'"{name}": {{' in line)
    end = next(
        number for number in range(start, len(lines) + 1) if lines[number - 1] in ("      }", "      },")
    )
    return {
        "check_id": check,
        "check_name": "Use a key of your own",
        "file_path": "/shop/cdk.tf.json",
        "file_line_range": [start, end],
        "resource": f"resource.{name}",
    }


def output(*checks: dict[str, Any]) -> str:
    return json.dumps({"results": {"failed_checks": list(checks)}})


def suppression(reason: str, check: str = "CKV_AWS_119") -> dict[str, Any]:
    return {"//": {"checkov": {check: reason}}, "name": "x"}


def test_report_finding_without_reason_fails(tmp_path: Path) -> None:
    text = stack(tmp_path, books={"name": "books"}, orders={"name": "orders"})
    report = read(output(failed(text, "orders")), tmp_path)
    assert [finding.address for finding in report.failures] == ["shop: aws_dynamodb_table.orders"]
    assert show(report, Console(quiet=True)) == 1


def test_report_reason_covers_its_resource_only(tmp_path: Path) -> None:
    text = stack(tmp_path, books=suppression("because"), orders={"name": "orders"})
    report = read(output(failed(text, "books"), failed(text, "orders")), tmp_path)
    assert [finding.address for finding in report.failures] == ["shop: aws_dynamodb_table.orders"]
    assert report.reasons == {"because": {"CKV_AWS_119 aws_dynamodb_table"}}


def test_report_reason_covers_its_check_only(tmp_path: Path) -> None:
    text = stack(tmp_path, books=suppression("because"))
    report = read(output(failed(text, "books", "CKV_AWS_28"), failed(text, "books")), tmp_path)
    assert [finding.check for finding in report.failures] == ["CKV_AWS_28"]


def test_report_unused_suppression_fails(tmp_path: Path) -> None:
    stack(tmp_path, books=suppression("because"))
    report = read(output(), tmp_path)
    assert report.idle == ("aws_dynamodb_table: CKV_AWS_119",)
    assert show(report, Console(quiet=True)) == 1


def in_environments(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Write the books, with a suppression, as two environments; returns the failed check of each."""
    checks = []
    for name in ("lean", "rich"):
        (folder / name).mkdir()
        text = stack(folder / name, books=suppression("because"))
        checks.append(failed(text, "books") | {"file_path": f"/{name}/shop/cdk.tf.json"})
    return checks[0], checks[1]


def test_report_merges_environments(tmp_path: Path) -> None:
    report = read(output(*in_environments(tmp_path)), tmp_path)
    assert [finding.reason for finding in report.findings] == ["because"]
    assert report.idle == ()


def test_report_suppression_unused_in_one_environment_fails(tmp_path: Path) -> None:
    lean, _ = in_environments(tmp_path)
    assert read(output(lean), tmp_path).idle == ("aws_dynamodb_table: CKV_AWS_119",)


@pytest.mark.parametrize(("reasons", "code"), [(12, 0), (13, 1)])
def test_report_with_13_reasons_fails(tmp_path: Path, reasons: int, code: int) -> None:
    names = [f"table-{number}" for number in range(reasons)]
    text = stack(tmp_path, **{name: suppression(f"reason {name}") for name in names})
    report = read(output(*(failed(text, name) for name in names)), tmp_path)
    assert show(report, Console(quiet=True)) == code


def test_suppress_without_reason_raises() -> None:
    with pytest.raises(ValueError, match="no reason"):
        construct(lambda scope: suppress(SqsQueue(scope, "queue"), {"CKV_AWS_27": " "}))
