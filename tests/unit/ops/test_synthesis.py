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
from tests.support.waiting import wait_until


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path))
    return tmp_path


def main_py(root: Path, source: str) -> None:
    """An app below `root`."""
    (root / "main.py").write_text(source)


def test_stack_order_puts_needed_stacks_first(folder: Path) -> None:
    needs = {"edge": ["one", "two"], "two": ["global"], "one": ["global"], "global": []}
    manifest = {name: {"dependencies": others} for name, others in needs.items()}
    (folder / "manifest.json").write_text(json.dumps({"stacks": manifest}))
    assert stack_order() == ["global", "two", "one", "edge"]


WRITE = """
import json, os, sys
from pathlib import Path
folder = Path(os.environ["CDKTF_OUTDIR"])
(folder / "stacks" / "one").mkdir(parents=True, exist_ok=True)
(folder / "manifest.json").write_text(json.dumps({"stacks": {"one": {"dependencies": []}}}))
print(os.environ["SETTINGS"], *sys.argv[1:])
"""


def test_synthesize_runs_app_with_settings_and_arguments(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    main_py(folder, WRITE)
    monkeypatch.setattr(synthesis, "ROOT", folder)
    synthesize(Path("a.toml"), folder / "log", "ci")
    assert (folder / "log").read_text() == f"{Path('a.toml').absolute()} ci\n"


def test_synthesize_removes_other_stacks(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    main_py(folder, WRITE)
    for name in ("one", "removed"):
        (folder / "stacks" / name / ".terraform").mkdir(parents=True)
    monkeypatch.setattr(synthesis, "ROOT", folder)
    synthesize(Path("a.toml"), folder / "log")
    assert [each.name for each in (folder / "stacks").iterdir()] == ["one"]
    assert (folder / "stacks" / "one" / ".terraform").exists(), "an initialized stack stays initialized"


def test_synthesize_keeps_unsaved_state_of_removed_stack(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    main_py(folder, WRITE)
    monkeypatch.setattr(synthesis, "ROOT", folder)
    monkeypatch.setenv("LOCAL_DIR", str(folder / "local"))
    (folder / "stacks" / "removed").mkdir(parents=True)
    (folder / "stacks" / "removed" / "errored.tfstate").write_text("{}")
    synthesize(Path("a.toml"), folder / "log")
    assert (folder / "local" / "unsaved-states" / "removed.tfstate").read_text() == "{}"


def test_synthesize_failed_raises_output(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    main_py(folder, "raise SystemExit('settings/x.toml: regions: missing')")
    monkeypatch.setattr(synthesis, "ROOT", folder)
    with pytest.raises(SynthesisError, match="regions: missing"):
        synthesize(Path("x.toml"), folder / "log")
    assert os.environ.get("SETTINGS") != "x.toml"


def test_synthesize_interrupted_as_it_starts_ends_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    main_py(folder, "import time; time.sleep(60)")
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


def test_error_beside_synthesis_ends_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    main_py(folder, "import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(60)")
    monkeypatch.setattr(synthesis, "ROOT", folder)
    log = folder / "log"

    def fail_once_it_runs() -> None:
        wait_until(lambda: log.stat().st_size > 0)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), synthesis.synthesis(Path("a.toml"), log):
        fail_once_it_runs()
    with pytest.raises(ProcessLookupError):
        os.kill(int(log.read_text()), 0)
