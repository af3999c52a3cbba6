from pathlib import Path

import pytest

from policy import secrets
from policy.secrets import BlindError, Finding, hash_of, scan_terraform, show


def finding(value: str) -> Finding:
    return Finding("settings/example.toml:7", "Secret Keyword", hash_of(value))


def test_show_explained_finding_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert show([finding("test"), finding("test")], {hash_of("test"): "test"}) == 0


def test_show_unexplained_prints_place_only(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert show([finding("hunter2")], {}) == 1
    printed = capsys.readouterr().out
    assert "settings/example.toml:7" in printed
    assert "hunter2" not in printed


def test_show_unused_explanation_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert show([], {hash_of("test"): "test"}) == 1
    assert "'test'" in capsys.readouterr().out


def write(folder: Path, stack: str, *lines: str) -> None:
    (folder / stack).mkdir(parents=True)
    (folder / stack / "cdk.tf.json").write_text("\n".join(lines))


def lines_with(word: str, folder: Path) -> list[Finding]:
    """The lines with a word in what the scanner is given, as the scanner returns them."""
    given = (folder / secrets.LINES).read_text().splitlines()
    return [
        Finding(f"{secrets.LINES}:{number}", "Secret Keyword", hash_of(line))
        for number, line in enumerate(given, start=1)
        if word in line
    ]


def test_terraform_line_is_found_at_its_first_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "first", "{", '"password": "hunter2"', "}")
    write(tmp_path, "second", "{", '"name": "x"', '"password": "hunter2"', "}")
    monkeypatch.setattr(
        secrets, "scan", lambda *_, **__: [*lines_with("AKIA", tmp_path), *lines_with("password", tmp_path)]
    )
    assert [finding.place for finding in scan_terraform(tmp_path)] == ["first/cdk.tf.json:2"]


def test_terraform_scan_without_planted_secret_raises(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "first", "{}")
    monkeypatch.setattr(secrets, "scan", lambda *_, **__: [])
    with pytest.raises(BlindError):
        scan_terraform(tmp_path)
