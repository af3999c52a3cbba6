"""Terraform accepts the configuration for HCP Terraform. A run needs an organization there."""

import shutil
import subprocess
from pathlib import Path

from tests.support.synthesis import shop


def test_hcp_configuration_is_valid(tmp_path: Path) -> None:
    of = shop(state={"backend": "cloud", "organization": "example", "project": "bookstore"})
    folder = tmp_path / "edge"
    shutil.copytree(of.folder / "stacks" / f"{of.name}-edge", folder)
    for command in (["init", "-backend=false"], ["validate"]):
        run = subprocess.run(
            ["terraform", f"-chdir={folder}", *command, "-no-color"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stdout + run.stderr
