import json
import sys
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest

from policy import dependencies
from policy.dependencies import (
    UnreachableError,
    Vulnerability,
    answer,
    changed,
    judged,
    node_mistakes,
    require_all,
)

PACKAGE = "node_modules/left"


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
