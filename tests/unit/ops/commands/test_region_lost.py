"""`plan` and `deploy` with `--region-lost`, with the real Terraform."""

import os
from pathlib import Path

import pytest

from ops.commands import deploy, plan
from stacks.settings import Settings
from tests.support.operators import run_ops
from tests.support.terraform_stacks import SETTINGS, TerraformStacks

GLOBAL, ONE = f"{SETTINGS.name}-global", f"{SETTINGS.name}-{SETTINGS.primary}"
UNREFRESHED = "-refresh=false"


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The global stack and a region's stack, deployed; returns a file with the calls of Terraform after that."""
    folder, calls, program = tmp_path / "cdktf.out", tmp_path / "calls", tmp_path / "recorded"
    monkeypatch.setenv("CDKTF_OUTDIR", str(folder))
    monkeypatch.setattr(Settings, "load", lambda _file: SETTINGS)
    for command in (plan, deploy):
        monkeypatch.setattr(command, "synthesize", lambda *_: None)
    TerraformStacks(folder, {GLOBAL: (), ONE: (GLOBAL,)})
    assert run_ops("deploy").exit_code == 0
    program.write_text(f'#!/bin/sh\necho "$@" >>"{calls}"\nexec terraform "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setenv("TERRAFORM", program.name)
    return calls


def unrefreshed(calls: Path) -> list[str]:
    """The stacks of the calls without a refresh."""
    lines = calls.read_text().splitlines()
    assert {stack for stack in (GLOBAL, ONE) for line in lines if f"/{stack} " in line} == {GLOBAL, ONE}
    return [line.split()[0].rpartition("/")[2] for line in lines if UNREFRESHED in line.split()]


@pytest.mark.parametrize("command", ["plan", "deploy"])
def test_region_lost_skips_refresh_of_global_stack(calls: Path, command: str) -> None:
    """To refresh a table, the provider reads its replicas, also in the lost region."""
    result = run_ops(command, "--region-lost")
    assert result.exit_code == 0, result.output
    assert unrefreshed(calls) == [GLOBAL]


@pytest.mark.parametrize("command", ["plan", "deploy"])
def test_other_commands_refresh_every_stack(calls: Path, command: str) -> None:
    assert run_ops(command).exit_code == 0
    assert unrefreshed(calls) == []
