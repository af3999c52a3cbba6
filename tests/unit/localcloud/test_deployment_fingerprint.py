from pathlib import Path

import pytest

from localcloud import deployment_fingerprint
from localcloud.deployment_fingerprint import Fingerprint
from tests.support.deployments import settings

SETTINGS = settings(("eu-west-1",))


@pytest.fixture
def synthesized(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(deployment_fingerprint, "_states", lambda _settings: {"state/global.tfstate": '"1"'})
    stack = tmp_path / "stacks" / "shop-global"
    stack.mkdir(parents=True)
    (stack / "cdk.tf.json").write_text("{}")
    return tmp_path


def test_fingerprint_same_input_is_equal(synthesized: Path) -> None:
    stored = synthesized / "deployed.json"
    Fingerprint.now(SETTINGS, synthesized).write(stored)
    assert Fingerprint.read(stored) == Fingerprint.now(SETTINGS, synthesized)


@pytest.mark.parametrize(
    "changed", ["stacks/shop-global/cdk.tf.json", "stacks/shop-edge/cdk.tf.json", "stacks/a.zip"]
)
def test_fingerprint_changed_file_differs(synthesized: Path, changed: str) -> None:
    before = Fingerprint.now(SETTINGS, synthesized)
    (synthesized / changed).parent.mkdir(exist_ok=True)
    (synthesized / changed).write_text("changed")
    assert Fingerprint.now(SETTINGS, synthesized) != before


def test_fingerprint_ignores_terraform_files(synthesized: Path) -> None:
    before = Fingerprint.now(SETTINGS, synthesized)
    stack = synthesized / "stacks" / "shop-global"
    (stack / ".terraform" / "providers").mkdir(parents=True)
    (stack / ".terraform" / "providers" / "aws").write_text("binary")
    (stack / ".terraform.lock.hcl").write_text("lock")
    (stack / "plan").write_text("plan")
    assert Fingerprint.now(SETTINGS, synthesized) == before


def test_fingerprint_changed_state_differs(synthesized: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = Fingerprint.now(SETTINGS, synthesized)
    monkeypatch.setattr(deployment_fingerprint, "_states", lambda _settings: {"state/global.tfstate": '"2"'})
    assert Fingerprint.now(SETTINGS, synthesized) != before


@pytest.mark.parametrize("text", [None, "", '{"synthesized": "cut sh'])
def test_fingerprint_unreadable_is_none(tmp_path: Path, text: str | None) -> None:
    stored = tmp_path / "deployed.json"
    if text is not None:
        stored.write_text(text)
    assert Fingerprint.read(stored) is None


def test_inputs_digest_changes_with_settings_and_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deployment_fingerprint, "ROOT", tmp_path)
    settings, source = tmp_path / "local.toml", tmp_path / "stacks" / "app.py"
    source.parent.mkdir()
    digests = set()
    for text in ("", "a"):
        settings.write_text(text)
        for code in ("", "b"):
            source.write_text(code)
            for environment in ("", "c"):
                digests.add(deployment_fingerprint.inputs_digest(settings, environment))
    assert len(digests) == 8
    (source.parent / "app.pyc").touch()
    assert deployment_fingerprint.inputs_digest(settings, "c") in digests
