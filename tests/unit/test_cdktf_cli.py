"""The plain `cdktf` command from a checkout after `make install`, without the environment on PATH."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SETTINGS = """
environment = "cli"
domain = "books.example.com"
regions = ["eu-west-1"]
[features]
storefront = false
alarms = false
"""


@pytest.mark.timeout(300)
def test_cdktf_list_finds_the_environment(tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text(SETTINGS)
    node = shutil.which("node")
    assert node
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, target in {"node": node, "sh": "/bin/sh", "env": "/usr/bin/env"}.items():
        (programs / name).symlink_to(target)
    # cdktf asks for the version of the system's Python, which does not have the project's packages.
    for name in ("python", "python3", "pip", "pipenv"):
        (programs / name).write_text("#!/bin/sh\necho Python 3.11.7\n")
        (programs / name).chmod(0o755)
    process = subprocess.run(
        ["node_modules/.bin/cdktf", "list", "--output", str(tmp_path / "cdktf.out")],
        env={
            "HOME": os.environ["HOME"],
            "PATH": str(programs),
            "SETTINGS": str(settings),
            "CHECKPOINT_DISABLE": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stdout + process.stderr
    for stack in ("global", "eu-west-1", "edge"):
        assert f"bookstore-cli-{stack}" in process.stdout
