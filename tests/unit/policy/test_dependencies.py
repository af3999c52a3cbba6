import json
import subprocess
import sys
import venv
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest

from policy import dependencies, tools
from policy.dependencies import (
    PINNED,
    UnreachableError,
    Vulnerability,
    answer,
    changed,
    judged,
    node_mistakes,
    require_all,
    requirement,
)

PACKAGE = "node_modules/left"
MAKEFILE = Path("Makefile")


def test_judged_returns_fixable_vulnerabilities() -> None:
    known = [Vulnerability("left 1", "CVE-1", fixed=True), Vulnerability("right 1", "CVE-2", fixed=False)]
    assert judged("packages", known) == ["left 1 has CVE-1: take a newer version"]


def test_answer_without_json_is_unreachable() -> None:
    with pytest.raises(UnreachableError, match="no route"):
        answer([sys.executable, "-c", "raise SystemExit('no route')"])


def test_require_all_refuses_skipped_packages() -> None:
    reported: list[dict[str, Any]] = [
        {"name": "Left.Pad", "version": "1", "vulns": []},
        {"name": "right", "skip_reason": "not on PyPI"},
    ]
    require_all(reported, ["left-pad"])
    for locked in ("right", "forgotten"):
        with pytest.raises(UnreachableError, match=locked):
            require_all(reported, ["left-pad", locked])


def test_changed_finds_modified_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    package = distribution("pytest")
    assert list(changed(package)) == []
    other = tmp_path / "other.py"
    other.write_text("import os")
    monkeypatch.setattr(
        type(package),
        "locate_file",
        lambda self, path: other if path == "pytest/__init__.py" else self._path.parent / path,
    )
    assert list(changed(package)) == ["pytest/__init__.py"]


@pytest.mark.parametrize(
    ("locked", "installed", "mistakes"),
    [("sha512-a", "sha512-a", 0), ("sha512-a", "sha512-b", 1), ("", "", 1), ("sha512-a", None, 0)],
)
def test_node_mistakes_compares_hashes(
    locked: str, installed: str | None, mistakes: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "package-lock.json").write_text(lock(locked))
    if installed is not None:
        (tmp_path / "node_modules/.package-lock.json").write_text(lock(installed))
    monkeypatch.setattr(dependencies, "NODE", (tmp_path,))
    assert len(node_mistakes()) == mistakes


def lock(integrity: str) -> str:
    return json.dumps({"packages": {"": {}, PACKAGE: {"version": "1.0.0", "integrity": integrity}}})


@pytest.mark.parametrize("file", PINNED, ids=str)
def test_pinned_packages_have_hashes(file: Path) -> None:
    lines = [line for line in file.read_text().splitlines() if line and not line.startswith("#")]
    pinned = [place for place, line in enumerate(lines) if not line.startswith(" ")]
    assert pinned
    for place in pinned:
        assert "==" in lines[place]
        assert "--hash=sha256:" in lines[place + 1]


def test_requirement_of_locked_package_has_hashes() -> None:
    entry = {"version": "==1.2", "hashes": ["sha256:aa", "sha256:bb"]}
    assert requirement("left", entry) == "left==1.2 --hash=sha256:aa --hash=sha256:bb\n"


def test_makefile_installs_by_hash() -> None:
    installations = [line for line in MAKEFILE.read_text().splitlines() if "pip install" in line]
    assert len(installations) == 2
    assert all("--require-hashes" in line for line in installations)


def test_checkers_are_installed_by_hash(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    commands: list[list[Any]] = []
    monkeypatch.setattr(tools, "TOOLS", tmp_path)
    monkeypatch.setattr(venv, "create", lambda home, **_: home.mkdir())
    monkeypatch.setattr(subprocess, "run", lambda command, **_: commands.append(command))
    tools.programs("actionlint")
    (command,) = commands
    assert "--require-hashes" in command
