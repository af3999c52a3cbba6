"""The plain `cdktf` command from a checkout after `make install`, without the environment on PATH."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from localcloud.account_defaults import create_managed_keys
from localcloud.environment import local_environment
from localcloud.layout import ROOT, url
from tests.support.emulator import aws_client, running

PAGE = ROOT / "docs" / "cdktf-cli.md"
OPTIONS = {"diff": "--skip-provider-lock"} | dict.fromkeys(
    ("deploy", "destroy"), "--skip-provider-lock --auto-approve"
)
"""Options of a test: no registry and no questions."""
REGION = "eu-west-1"

SETTINGS = """
environment = "cli"
domain = "books.example.com"
regions = ["eu-west-1"]
[features]
storefront = false
alarms = false
"""
ON_EMULATOR = SETTINGS + "[local]\n"


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


def printed_commands() -> list[str]:
    """The commands of the page's first block, for the stacks of these settings."""
    (block, *_) = re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL)
    lines = [line for line in block.splitlines() if line.startswith("npx cdktf ")]
    return [line.replace("bookstore-prod", "bookstore-cli") for line in lines]


@pytest.mark.full_size
@pytest.mark.timeout(2400)
def test_cdktf_commands_of_the_page_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text(ON_EMULATOR)
    paths = os.environ["PATH"].split(os.pathsep)
    path = os.pathsep.join(each for each in paths if ".venv" not in each and "node_modules" not in each)
    with running(tmp_path / "cloud") as emulator:
        environment = local_environment(emulator.layout, settings, (REGION,)) | {
            "AWS_ENDPOINT_URL_RDS": url(emulator.layout.aws),
            "PATH": path,
        }
        for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, environment[name])
        create_managed_keys([REGION])
        outputs = {}
        for command in printed_commands():
            name = command.split()[2]
            options = f"{OPTIONS.get(name, '')} --output {tmp_path}/cdktf.out"
            process = subprocess.run(
                ["bash", "-c", f"{command} {options}"],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            assert process.returncode == 0, f"{command}:\n{process.stdout[-5000:]}"
            outputs[name] = process.stdout
        tables = aws_client(emulator.layout, "dynamodb", REGION).list_tables()["TableNames"]

    assert list(outputs) == ["list", "synth", "diff", "deploy", "output", "destroy"]
    assert "bookstore-cli-orders" in outputs["output"]
    assert tables == []
