import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ops import synthesis
from ops.errors import SynthesisError
from ops.synthesis import stack_order, synthesize


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path))
    return tmp_path


def cdktf(root: Path, script: str) -> None:
    """A `cdktf` program below `root`."""
    program = root / "node_modules" / ".bin" / "cdktf"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_stack_order_puts_needed_stacks_first(folder: Path) -> None:
    needs = {"edge": ["one", "two"], "two": ["global"], "one": ["global"], "global": []}
    manifest = {name: {"dependencies": others} for name, others in needs.items()}
    (folder / "manifest.json").write_text(json.dumps({"stacks": manifest}))
    assert stack_order() == ["global", "two", "one", "edge"]


def test_synthesize_logs_without_colors_and_spinner(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cdktf(folder, r"printf '\033[1mbold\033[0m\n⠋  Synthesizing\n%s\n' $SETTINGS")
    monkeypatch.setattr(synthesis, "ROOT", folder)
    synthesize(Path("a.toml"), folder / "log")
    assert (folder / "log").read_text() == f"bold\n{Path('a.toml').absolute()}\n"


def test_synthesize_failed_raises_output(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cdktf(folder, "echo 'settings/x.toml: regions: missing'; exit 1")
    monkeypatch.setattr(synthesis, "ROOT", folder)
    with pytest.raises(SynthesisError, match="regions: missing"):
        synthesize(Path("x.toml"), folder / "log")
    assert os.environ.get("SETTINGS") != "x.toml"


def test_synthesize_interrupted_as_it_starts_ends_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cdktf(folder, "exec sleep 60")
    monkeypatch.setattr(synthesis, "ROOT", folder)
    start = subprocess.Popen
    started: list[subprocess.Popen[str]] = []

    def interrupted(*arguments: Any, **options: Any) -> subprocess.Popen[str]:
        started.append(start(*arguments, **options))
        signal.raise_signal(signal.SIGTERM)
        return started[0]

    monkeypatch.setattr(subprocess, "Popen", interrupted)
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # as the commands do
    try:
        with pytest.raises(KeyboardInterrupt):
            synthesize(Path("a.toml"), folder / "log")
    finally:
        signal.signal(signal.SIGTERM, before)
    assert started[0].poll() == -signal.SIGKILL
