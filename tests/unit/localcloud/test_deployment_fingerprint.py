from pathlib import Path

import pytest

from localcloud import deployment_fingerprint
from localcloud.deployment_fingerprint import Deployed
from tests.support.deployments import settings

SETTINGS = settings(("eu-west-1",))


@pytest.fixture
def synthesized(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(deployment_fingerprint, "_states", lambda _settings: {"state/global.tfstate": '"1"'})
    stack = tmp_path / "stacks" / "shop-global"
    stack.mkdir(parents=True)
    (stack / "cdk.tf.json").write_text("{}")
    return tmp_path


def test_the_same_synth_and_state_are_the_same_deployment(synthesized: Path) -> None:
    marks = synthesized / "deployed.json"
    Deployed.now(SETTINGS, synthesized).write(marks)
    assert Deployed.read(marks) == Deployed.now(SETTINGS, synthesized)


@pytest.mark.parametrize(
    "changed", ["stacks/shop-global/cdk.tf.json", "stacks/shop-edge/cdk.tf.json", "stacks/a.zip"]
)
def test_a_file_that_changes_or_comes_is_another_deployment(synthesized: Path, changed: str) -> None:
    before = Deployed.now(SETTINGS, synthesized)
    (synthesized / changed).parent.mkdir(exist_ok=True)
    (synthesized / changed).write_text("changed")
    assert Deployed.now(SETTINGS, synthesized) != before


def test_what_terraform_writes_beside_the_synth_does_not_count(synthesized: Path) -> None:
    before = Deployed.now(SETTINGS, synthesized)
    stack = synthesized / "stacks" / "shop-global"
    (stack / ".terraform" / "providers").mkdir(parents=True)
    (stack / ".terraform" / "providers" / "aws").write_text("binary")
    (stack / ".terraform.lock.hcl").write_text("lock")
    (stack / "plan").write_text("plan")
    assert Deployed.now(SETTINGS, synthesized) == before


def test_a_state_that_somebody_changed_is_another_deployment(
    synthesized: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Deployed.now(SETTINGS, synthesized)
    monkeypatch.setattr(deployment_fingerprint, "_states", lambda _settings: {"state/global.tfstate": '"2"'})
    assert Deployed.now(SETTINGS, synthesized) != before


@pytest.mark.parametrize("text", [None, "", '{"synthesized": "cut sh'])
def test_without_usable_marks_nothing_counts_as_deployed(tmp_path: Path, text: str | None) -> None:
    marks = tmp_path / "deployed.json"
    if text is not None:
        marks.write_text(text)
    assert Deployed.read(marks) is None
