"""`ops move-state`: what it refuses. `tests/own_cloud/state` moves states."""

import json
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from ops.commands import move_state
from stacks.settings import Settings
from tests.support.mocked_aws import mocked_aws
from tests.support.operators import run_ops

REGION = "eu-west-1"
ROLES = "bookstore-test-ci/terraform.tfstate"


def settings(file: Path, prefix: str) -> Path:
    file.write_text(
        f'environment = "test"\nregions = ["{REGION}"]\n[state]\nbackend = "s3"\nbucket_prefix = "{prefix}"\n'
    )
    return file


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The syntheses of the command, which ends at the first one."""
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path / "cdktf.out"))
    done: list[str] = []

    def synthesize(file: Path, _log: Path) -> None:
        done.append(Settings.load(file).state_bucket(REGION))
        raise KeyboardInterrupt

    monkeypatch.setattr(move_state, "synthesize", synthesize)
    with mocked_aws():
        s3 = boto3.client("s3", region_name=REGION)
        s3.create_bucket(Bucket=f"old-{REGION}", CreateBucketConfiguration={"LocationConstraint": REGION})
        yield done


@pytest.mark.parametrize(("resources", "code"), [([{"type": "aws_iam_role"}], 1), ([], 130)])
def test_move_with_github_roles_is_refused(
    resources: list[object], code: int, steps: list[str], tmp_path: Path
) -> None:
    before, after = settings(tmp_path / "old.toml", "old"), settings(tmp_path / "new.toml", "new")
    state = json.dumps({"resources": resources})
    boto3.client("s3", region_name=REGION).put_object(Bucket=f"old-{REGION}", Key=ROLES, Body=state)
    result = run_ops("move-state", "--from", str(before), "--settings", str(after))
    assert result.exit_code == code, result.output
    assert ("make bootstrap-ci ARGS=--remove with the old settings" in result.output) == (code == 1)
    assert bool(steps) == (code == 130)
