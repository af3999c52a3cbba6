import pytest

from policy.secrets import Finding, hash_of, show


def finding(value: str) -> Finding:
    return Finding("settings/example.toml:7", "Secret Keyword", hash_of(value))


def test_what_is_explained_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert show([finding("test"), finding("test")], {hash_of("test"): "test"}) == 0


def test_what_is_not_explained_is_told_by_its_place_and_not_by_its_value(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert show([finding("hunter2")], {}) == 1
    told = capsys.readouterr().out
    assert "settings/example.toml:7" in told
    assert "hunter2" not in told


def test_what_is_explained_in_vain_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert show([], {hash_of("test"): "test"}) == 1
    assert "'test'" in capsys.readouterr().out
