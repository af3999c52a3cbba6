from pathlib import Path

import pytest

from tests.support.terraform_stacks import TerraformStacks


@pytest.fixture
def stacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TerraformStacks:
    """Stacks that were never deployed: global, two regions, edge."""
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path / "cdktf.out"))
    return TerraformStacks(tmp_path / "cdktf.out")
