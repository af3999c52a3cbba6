"""Plans that are applied as they were shown, by the real Terraform, over stacks that need no provider."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
import typer

from ops.commands.apply import apply
from ops.commands.plan import CHANGES, FAILED, NO_CHANGE, exit_code, plan_stacks
from ops.commands.plan_summary import plan_summary
from ops.planning.saved_plans import SavedPlans, plan_file
from ops.teardown.state_resources import terraform

READS = {"global": (), "one": ("global",), "two": ("global",), "edge": ("one", "two")}
"""A shop's stacks: what a region reads from the global one it puts out, and the edge reads that."""


class Shop:
    """Stacks that hold what they read and a value of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        manifest = {name: {"dependencies": list(others)} for name, others in READS.items()}
        (folder / "manifest.json").write_text(json.dumps({"stacks": manifest}))
        for name in READS:
            (folder / "stacks" / name).mkdir(parents=True, exist_ok=True)
            self.write(name, "first")

    def write(self, stack: str, value: str) -> None:
        """Synthesize a stack with another value."""
        read = "".join(f"${{data.terraform_remote_state.{other}.outputs.held}}" for other in READS[stack])
        document: dict[str, object] = {
            "terraform": {"backend": {"local": {"path": f"../../{stack}.tfstate"}}},
            "resource": {"terraform_data": {"held": {"input": f"{read}{stack}={value};"}}},
            "output": {"held": {"value": "${terraform_data.held.output}"}},
        }
        if READS[stack]:
            states = {
                other: {"backend": "local", "config": {"path": f"../../{other}.tfstate"}}
                for other in READS[stack]
            }
            document["data"] = {"terraform_remote_state": states}
        (self.folder / "stacks" / stack / "cdk.tf.json").write_text(json.dumps(document))

    def held(self) -> Mapping[str, str]:
        """What each stack that was applied holds."""
        states = {stack: self.folder / f"{stack}.tfstate" for stack in READS}
        return {
            stack: json.loads(state.read_text())["outputs"]["held"]["value"]
            for stack, state in states.items()
            if state.exists()
        }


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path))
    return Shop(tmp_path)


@pytest.fixture(scope="module")
def as_deployed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a shop that was deployed from nothing, and how its rounds went."""
    folder = tmp_path_factory.mktemp("deployed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CDKTF_OUTDIR", str(folder))
        Shop(folder)
        rounds = []
        while exit_code(plan_stacks()) == CHANGES:
            rounds.append(ready())
            apply()
    (folder / "rounds.json").write_text(json.dumps(rounds))
    return folder


@pytest.fixture
def deployed(as_deployed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A copy of it."""
    shutil.copytree(as_deployed, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path))
    return Shop(tmp_path)


def ready() -> list[str]:
    return list(SavedPlans.load().ready)


def test_a_new_shop_comes_up_in_as_many_rounds_as_stacks_need_each_other(deployed: Shop) -> None:
    rounds = json.loads((deployed.folder / "rounds.json").read_text())
    assert rounds == [["global"], ["one", "two"], ["edge"]]
    assert deployed.held()["edge"] == "global=first;one=first;global=first;two=first;edge=first;"


def test_what_is_applied_is_what_was_planned_whatever_the_code_says_since(deployed: Shop) -> None:
    deployed.write("one", "reviewed")
    plan_stacks()
    deployed.write("one", "pushed after the review")
    apply()
    assert deployed.held()["one"] == "global=first;one=reviewed;"


def test_plans_are_applied_in_another_checkout_than_they_were_made_in(deployed: Shop) -> None:
    deployed.write("one", "second")
    plan_stacks()
    for folder in deployed.folder.glob("stacks/*/.terraform"):
        shutil.rmtree(folder)
    apply()
    assert deployed.held()["one"] == "global=first;one=second;"


def test_a_plan_that_needs_a_change_waits_even_where_it_could_be_applied(deployed: Shop) -> None:
    deployed.write("global", "second")
    deployed.write("edge", "second")
    plan_stacks()
    assert ready() == ["global"]
    assert SavedPlans.load().awaited("edge") == ["global"], "through the regions, which show no change yet"
    apply()
    assert deployed.held()["global"] == "global=second;"
    assert deployed.held()["edge"].endswith("edge=first;")


def test_regions_change_together_and_only_then_what_lies_over_them(deployed: Shop) -> None:
    for stack in ("one", "two", "edge"):
        deployed.write(stack, "second")
    plan_stacks()
    assert ready() == ["one", "two"]
    assert SavedPlans.load().unsettled == ["edge"]


def test_a_plan_that_was_overtaken_is_refused_and_keeps_no_other_back(
    deployed: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed.write("one", "reviewed")
    deployed.write("two", "reviewed")
    plan_stacks()
    terraform("one", "apply", "-auto-approve")
    with pytest.raises(typer.Exit) as stop:
        apply()
    assert stop.value.exit_code == 1
    said = capsys.readouterr().err
    assert "one:" in said
    assert "Saved plan is stale" in said
    assert "plan again" in said
    assert deployed.held()["two"] == "global=first;two=reviewed;"


def test_the_list_names_what_would_be_applied_and_touches_nothing(
    deployed: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed.write("two", "second")
    plan_stacks()
    capsys.readouterr()
    apply(only_list=True)
    assert capsys.readouterr().out == "two\n"
    assert deployed.held()["two"] == "global=first;two=first;"


def test_nothing_to_apply_lists_nothing(deployed: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(plan_stacks()) == NO_CHANGE
    capsys.readouterr()
    apply(only_list=True)
    assert capsys.readouterr().out == ""


def test_the_summary_says_what_waits_and_what_cannot_be_planned_yet(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    plan_stacks()
    with pytest.raises(typer.Exit):
        plan_summary(expect_no_change=True)
    assert "### `one`: cannot be planned before" in capsys.readouterr().out
    apply()
    plan_stacks()
    capsys.readouterr()
    plan_summary()
    said = capsys.readouterr().out
    assert "### `global`: nothing changes" in said
    assert "### `one`: 1 added" in said
    assert "### `edge`: cannot be planned before" in said


@pytest.mark.parametrize("wrong", ["{", '{"output": {"held": {"value": "${no.such.thing}"}}}'])
def test_no_plan_outlives_the_next_that_fails(deployed: Shop, wrong: str) -> None:
    """Neither one from before nor what Terraform saves of what it knew when it failed."""
    deployed.write("one", "second")
    plan_stacks()
    assert plan_file("one").exists()
    (deployed.folder / "stacks" / "one" / "cdk.tf.json").write_text(wrong)
    assert exit_code(plan_stacks()) == FAILED
    assert not plan_file("one").exists()
