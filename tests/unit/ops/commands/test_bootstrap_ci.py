"""`ops bootstrap-ci`: what it refuses. `make rehearse` applies it to the emulator."""

from pathlib import Path

import pytest

from tests.support.operators import run_ops

S3 = '[state]\nbackend = "s3"\nbucket_prefix = "test-state"\n'
CI = '[ci]\nrepository = "owner/name"\n'


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        (S3, 'repository = "owner/name"'),
        (CI, "backend 's3'"),
        (S3 + '[ci]\nrepository = "name"\n', "ci.repository"),
    ],
)
def test_bootstrap_ci_wrong_settings_exit_2(tables: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(f'regions = ["eu-west-1"]\n{tables}')
    result = run_ops("bootstrap-ci", "--settings", str(file))
    assert result.exit_code == 2
    assert message in result.output
