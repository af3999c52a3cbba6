"""Errors become one message on standard error and an exit code, in one place."""

import ast
import errno
from pathlib import Path

import pytest
import typer
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, ProfileNotFound

from ops.aws import explain
from ops.cli import report_errors
from ops.errors import InputError, InterruptError, OperatorError
from stacks.settings import SettingsError

EXPIRED = ClientError({"Error": {"Code": "ExpiredToken", "Message": "expired"}}, "ListBuckets")
DENIED = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "ListBuckets")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OperatorError("what failed"), 1),
        (InputError("what failed"), 2),
        (InterruptError("what failed"), 130),
        (SettingsError(Path("a.toml"), ["what failed"]), 2),
        (DENIED, 1),
        (KeyboardInterrupt(), 130),
        (OSError(errno.ENOSPC, "No space left on device", "report.json"), 1),
    ],
)
def test_errors_set_the_exit_code(
    error: BaseException, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    @report_errors
    def command() -> None:
        raise error

    with pytest.raises(typer.Exit) as stop:
        command()
    assert stop.value.exit_code == code
    output = capsys.readouterr()
    assert output.err
    assert output.out == ""


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (NoCredentialsError(), "aws sso login"),
        (ProfileNotFound(profile="x"), "AWS_PROFILE"),
        (EXPIRED, "aws sso login"),
        (EndpointConnectionError(endpoint_url="http://127.0.0.1:1/x"), "make up"),
    ],
)
def test_explain_names_a_remedy(error: ClientError, remedy: str) -> None:
    assert remedy in explain(error)


def test_explain_blames_aws_for_its_refusals_only() -> None:
    assert explain(DENIED).startswith("AWS refused")
    assert "no request was sent" in explain(NoCredentialsError())


def files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in Path(folder).rglob("*.py")]


def test_terraform_is_started_in_one_place() -> None:
    """`provider_mirror` runs before the packages are installed."""
    allowed = {Path("ops/terraform/process.py"), Path("ops/provider_mirror.py")}
    starting = [
        path
        for path in files("ops", "localcloud")
        if path not in allowed
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Constant) and call.value == "terraform" and "subprocess" in path.read_text()
    ]
    assert starting == []


def test_exceptions_of_ops_are_one_tree() -> None:
    """Every error class below ops derives from OperatorError, directly or not."""
    outside = [
        f"{path}: {node.name}"
        for path in files("ops")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
        and any(isinstance(base, ast.Name) and base.id == "Exception" for base in node.bases)
        and node.name != "OperatorError"
    ]
    assert outside == []


def test_consoles_of_ops_print_text_unchanged() -> None:
    """rich replaces `:secret:` in an ARN by an emoji and folds lines at 80 columns."""
    makers = [
        str(path)
        for path in files("ops")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Console"
    ]
    assert makers == ["ops/console.py"]
