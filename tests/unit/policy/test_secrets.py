import pytest

from policy.secrets import Finding, hash_of, show


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
