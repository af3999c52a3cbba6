"""`ops plan`, `ops plan-summary` and `ops apply` with the real Terraform, over stacks that need no provider."""

import fcntl
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from ops import blog_image
from ops.blog_image import ImageError
from ops.commands import apply as apply_command
from ops.commands import plan as plan_command
from ops.console import plain_console
from ops.errors import RefusedError
from ops.planning.changes import Plan
from ops.planning.planner import exit_code, plan_stacks
from ops.planning.saved_plans import Outcome, PlanRecord, SavedPlans, plan_file
from ops.terraform.engine import CHANGES, FAILED, NO_CHANGE, Task
from ops.terraform.process import Terraform
from stacks.settings import Settings
from stacks.settings.sections import Blog, Features
from tests.support.operators import run_ops
from tests.support.plans import prior_state, versions
from tests.support.terraform_stacks import SETTINGS, TerraformStacks

FILE = Path("settings/test.toml")


@pytest.fixture(scope="module")
def as_deployed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of stacks that were deployed from nothing, with the stacks of each round."""
    folder = tmp_path_factory.mktemp("deployed") / "cdktf.out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CDKTF_OUTDIR", str(folder))
        patch.setattr(Settings, "load", lambda _file: SETTINGS)
        TerraformStacks(folder)
        rounds = []
        while exit_code(make_plan()) == CHANGES:
            rounds.append(ready())
            assert run_ops("apply").exit_code == 0
    (folder / "rounds.json").write_text(json.dumps(rounds))
    return folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cdktf.out"
    monkeypatch.setenv("CDKTF_OUTDIR", str(folder))
    monkeypatch.setattr(Settings, "load", lambda _file: SETTINGS)
    return folder


@pytest.fixture
def stacks(folder: Path) -> TerraformStacks:
    """Stacks that were never deployed."""
    return TerraformStacks(folder)


@pytest.fixture
def deployed(as_deployed: Path, folder: Path) -> TerraformStacks:
    """A copy of the deployed stacks."""
    shutil.copytree(as_deployed, folder)
    return TerraformStacks(folder)


def make_plan(settings: Settings = SETTINGS) -> PlanRecord:
    return plan_stacks(settings, FILE, plain_console(stderr=True))


def ready() -> list[str]:
    return list(SavedPlans.load(SETTINGS).ready)


def test_new_deployment_takes_one_round_per_wave(deployed: TerraformStacks) -> None:
    rounds = json.loads((deployed.folder / "rounds.json").read_text())
    assert rounds == [["global"], ["one", "two"], ["edge"]]
    assert deployed.held()["edge"] == "global=first;one=first;global=first;two=first;edge=first;"


def test_apply_with_canaries_shifts_traffic(
    deployed: TerraformStacks, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = SETTINGS.model_copy(update={"features": Features(canary=True), "local": None})
    shifted: list[str] = []
    monkeypatch.setattr(Settings, "load", lambda _file: settings)
    monkeypatch.setattr(
        apply_command, "shift_traffic", lambda *_, **__: shifted.append(deployed.held()["one"])
    )
    deployed.write("one", "second")
    make_plan(settings)
    assert run_ops("apply").exit_code == 0
    assert shifted == [deployed.held()["one"]]
    assert "second" in shifted[0]


@pytest.fixture
def rolled_back(deployed: TerraformStacks, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The stacks `one` and `two`, planned without changes, have an older version behind their alias.

    Returns a list that gets an entry when traffic is shifted.
    """
    settings = SETTINGS.model_copy(update={"features": Features(canary=True), "local": None})
    monkeypatch.setattr(Settings, "load", lambda _file: settings)
    show, shifted = Terraform.show_plan, list[str]()

    def show_versions(terraform: Terraform, plan: str) -> Plan:
        alias = "7" if terraform.stack in {"one", "two"} else "8"
        return {
            **show(terraform, plan),
            "prior_state": prior_state(*versions("orders", newest="8", alias=alias)),
        }

    monkeypatch.setattr(Terraform, "show_plan", show_versions)
    monkeypatch.setattr(apply_command, "shift_traffic", lambda *_, **__: shifted.append("shifted"))
    assert exit_code(make_plan(settings)) == NO_CHANGE
    return shifted


def test_apply_after_rollback_lists_and_shifts(rolled_back: list[str]) -> None:
    """GitHub's workflow skips the job that applies when nothing is listed."""
    assert run_ops("apply", "--list").stdout == "one\ntwo\n"
    assert rolled_back == []
    result = run_ops("apply")
    assert (result.exit_code, result.stdout) == (0, "")
    assert rolled_back == ["shifted"]


def test_summary_after_rollback_names_regions(rolled_back: list[str]) -> None:
    result = run_ops("plan-summary", "--expect-no-change")
    assert result.exit_code == 1
    assert "\n  one: orders\n  two: orders\n" in result.stderr
    assert "### `global`: nothing changes" in result.stdout


def test_aliases_without_canary_are_ignored(rolled_back: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Settings, "load", lambda _file: SETTINGS)
    make_plan()
    assert run_ops("apply", "--list").stdout == ""
    assert run_ops("plan-summary", "--expect-no-change").exit_code == 0


@pytest.mark.parametrize("is_there", [True, False])
def test_apply_brings_image_before_blog(
    folder: Path, monkeypatch: pytest.MonkeyPatch, is_there: bool
) -> None:
    blog = f"{SETTINGS.name}-eu-west-1-blog"
    stacks = TerraformStacks(folder, {blog: ()})
    features, image = Features(blog=True), Blog(image_tag="1")
    settings = SETTINGS.model_copy(update={"features": features, "blog": image, "local": None})
    held_before: list[str] = []

    def bring(_settings: Settings, _region: str, _task: Task) -> None:
        held_before.extend(stacks.held())
        if not is_there:
            raise ImageError("no region has the image")

    monkeypatch.setattr(Settings, "load", lambda _file: settings)
    monkeypatch.setattr(blog_image, "_bring", bring)
    make_plan(settings)
    assert run_ops("apply").exit_code == (0 if is_there else 1)
    assert held_before == []
    assert (blog in stacks.held()) == is_there


def test_apply_after_code_changed_is_refused(deployed: TerraformStacks) -> None:
    """Terraform reads function archives and web files at apply, not from the plan."""
    archive = deployed.stack_folder("one") / "assets" / "orders.zip"
    archive.parent.mkdir()
    archive.write_bytes(b"reviewed")
    deployed.write("one", "second")
    make_plan()
    archive.write_bytes(b"pushed after the review")
    result = run_ops("apply")
    assert result.exit_code == 1
    assert "the code of one has changed since the plan" in result.stderr
    assert deployed.held()["one"] == "global=first;one=first;"


def test_apply_after_terraform_changed_is_refused(deployed: TerraformStacks) -> None:
    deployed.write("one", "reviewed")
    make_plan()
    deployed.write("one", "pushed after the review")
    assert run_ops("apply").exit_code == 1
    assert deployed.held()["one"] == "global=first;one=first;"


def test_apply_works_in_another_checkout(deployed: TerraformStacks) -> None:
    deployed.write("one", "second")
    make_plan()
    for folder in deployed.folder.glob("stacks/*/.terraform"):
        shutil.rmtree(folder)
    assert run_ops("apply").exit_code == 0
    assert deployed.held()["one"] == "global=first;one=second;"


def test_apply_waits_for_needed_stack(deployed: TerraformStacks) -> None:
    deployed.write("global", "second")
    deployed.write("edge", "second")
    make_plan()
    assert ready() == ["global"]
    assert SavedPlans.load(SETTINGS).awaited("edge") == ["global"], "through the regions, which do not change"
    assert run_ops("apply").exit_code == 0
    assert deployed.held()["global"] == "global=second;"
    assert deployed.held()["edge"].endswith("edge=first;")


def test_apply_takes_regions_before_edge(deployed: TerraformStacks) -> None:
    for stack in ("one", "two", "edge"):
        deployed.write(stack, "second")
    make_plan()
    assert ready() == ["one", "two"]
    assert SavedPlans.load(SETTINGS).unsettled == ["edge"]


def test_apply_stale_plan_fails_others_continue(deployed: TerraformStacks) -> None:
    deployed.write("one", "reviewed")
    deployed.write("two", "reviewed")
    make_plan()
    Terraform("one").text("apply", "-auto-approve")
    result = run_ops("apply")
    assert result.exit_code == 1
    assert "one: failed" in result.stderr
    assert "Saved plan is stale" in result.stderr
    assert "two: done" in result.stderr
    assert "Plan again" in result.stdout
    assert deployed.held()["two"] == "global=first;two=reviewed;"


def test_apply_list_prints_ready_stacks(deployed: TerraformStacks) -> None:
    deployed.write("two", "second")
    make_plan()
    assert run_ops("apply", "--list").stdout == "two\n"
    assert deployed.held()["two"] == "global=first;two=first;"


def test_apply_list_without_changes_is_empty(deployed: TerraformStacks) -> None:
    assert exit_code(make_plan()) == NO_CHANGE
    assert run_ops("apply", "--list").stdout == ""


def test_apply_with_other_settings_is_refused(
    deployed: TerraformStacks, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed.write("one", "second")
    make_plan()
    other = SETTINGS.model_copy(update={"environment": "staging"})
    monkeypatch.setattr(Settings, "load", lambda _file: other)
    for command in ("apply", "plan-summary"):
        result = run_ops(command)
        assert result.exit_code == 1
        assert "the plans of bookstore-test (settings/test.toml)" in result.stderr
    assert deployed.held()["one"] == "global=first;one=first;"


def test_apply_after_settings_changed_is_refused(deployed: TerraformStacks) -> None:
    make_plan()
    with pytest.raises(RefusedError, match="have changed since the plan"):
        SavedPlans.load(SETTINGS.model_copy(update={"log_retention_days": 7}))


def test_summary_names_stacks_without_plan(stacks: TerraformStacks) -> None:
    make_plan()
    result = run_ops("plan-summary", "--expect-no-change")
    assert result.exit_code == 1
    assert "### `one`: cannot be planned before deployment of global" in result.stdout
    run_ops("apply")
    make_plan()
    summary = run_ops("plan-summary").stdout
    assert "### `global`: nothing changes" in summary
    assert "### `one`: 2 added" in summary  # a resource and an output
    assert "### `edge`: cannot be planned before deployment of one, two" in summary


def test_summary_names_lock_of_failed_plan(deployed: TerraformStacks) -> None:
    deployed.write("one", "second")
    lock = {
        "ID": "1234",
        "Operation": "OperationTypeApply",
        "Who": "ada@desk",
        "Created": "2026-01-02T03:04:05Z",
    }
    (deployed.folder / ".one.tfstate.lock.info").write_text(
        json.dumps(lock | {"Version": "1", "Path": "x", "Info": ""})
    )
    record = plan_while_locked(deployed.folder / "one.tfstate")
    assert record.stacks["one"].outcome is Outcome.FAILED
    assert "locked by ada@desk since 2026-01-02" in record.stacks["one"].reason
    assert "make unlock STACK=one" in record.stacks["one"].reason


def plan_while_locked(state: Path) -> PlanRecord:
    """Plan while another process has the lock on a state in a file, as Terraform takes it."""
    with state.open("r+") as held:
        fcntl.lockf(held, fcntl.LOCK_EX)
        return make_plan()


@pytest.mark.parametrize("wrong", ["{", '{"output": {"held": {"value": "${no.such.thing}"}}}'])
def test_failed_plan_deletes_saved_plan(deployed: TerraformStacks, wrong: str) -> None:
    """Neither an earlier plan is kept, nor the partial plan that Terraform saves when it fails."""
    deployed.write("one", "second")
    make_plan()
    assert plan_file("one").exists()
    (deployed.stack_folder("one") / "cdk.tf.json").write_text(wrong)
    record = make_plan()
    assert exit_code(record) == FAILED
    assert record.stacks["one"].reason
    assert not plan_file("one").exists()


def test_plan_prints_arns_unchanged(deployed: TerraformStacks, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not folded at 80 columns, and `:secret:` is no emoji."""
    arn = f"arn:aws:secretsmanager:eu-west-1:000000000000:secret:{'x' * 60}"
    deployed.write("one", arn)
    monkeypatch.setattr(plan_command, "synthesize", lambda *_: None)
    result = run_ops("plan")
    assert result.exit_code == 0
    assert arn in result.stdout


def test_plan_with_failed_stack_exits_1(deployed: TerraformStacks, monkeypatch: pytest.MonkeyPatch) -> None:
    deployed.write("one", "second", output={"held": {"value": "${terraform_data.missing.output}"}})
    monkeypatch.setattr(plan_command, "synthesize", lambda *_: None)
    assert run_ops("plan").exit_code == FAILED


def test_make_plan_with_unknown_option_fails() -> None:
    """2 is the exit code of wrong arguments, and of a plan with changes in Terraform."""
    arguments = ("--old-file=ready", "plan", "SETTINGS=settings/local.toml", "ARGS=--no-such-option")
    made = subprocess.run(("make", *arguments), capture_output=True, text=True, check=False)
    assert made.returncode != 0
    assert "No such option: --no-such-option" in made.stderr
