"""States in S3, a bucket a region, under what happens to states: two at once, a kill, a region away."""

import json
import os
import signal
from pathlib import Path

import pytest
from rich.console import Console

import ops.commands.move_state
from ops.commands.move_state import move
from ops.region_commands import RefusedError
from stacks.settings import Settings, State
from tests.e2e.state.conftest import World
from tests.support.state_stacks import Terraform, synthesize
from tests.support.waiting import wait_until

HERE = "ap-southeast-1"
ELSEWHERE = "us-west-2"
APPLY = ("apply", "-auto-approve", "-no-color")


def test_two_applies_at_once_one_is_refused_or_waits_and_the_state_is_whole(world: World) -> None:
    terraform = world.terraform(HERE)
    terraform.init()
    first = terraform.start(*APPLY)
    wait_until(lambda: world.lock(HERE), 60, "no lock file")

    code, said = terraform.run(*APPLY)
    assert code != 0
    assert "Error acquiring the state lock" in said

    patient = terraform.start(*APPLY, "-lock-timeout=120s")
    terraform.gate.touch()
    said, _ = first.communicate()
    assert first.returncode == 0, said
    said, _ = patient.communicate()
    assert patient.returncode == 0, said
    assert "0 added, 0 changed, 0 destroyed" in said
    assert len(terraform.resources()) == 3
    assert not world.lock(HERE)


def test_an_interrupted_apply_keeps_what_it_made_and_gives_its_lock_back(world: World) -> None:
    terraform = world.terraform(HERE)
    terraform.init()
    process = terraform.start(*APPLY)
    wait_until(lambda: world.lock(HERE), 60, "no lock file")
    assert process.stdout
    for line in process.stdout:
        if "terraform_data.second: Provisioning" in line:
            break
    os.kill(process.pid, signal.SIGINT)
    # The provisioner's shell gets no signal from us; it ends when its gate opens.
    terraform.gate.touch()
    process.communicate()

    assert not world.lock(HERE)
    assert any("first" in resource for resource in terraform.resources())
    code, said = terraform.run(*APPLY)
    assert code == 0, said


def test_a_killed_apply_leaves_a_lock_that_names_itself_and_can_be_broken(world: World) -> None:
    terraform = world.terraform(HERE)
    terraform.init()
    process = terraform.start(*APPLY)
    wait_until(lambda: world.lock(HERE), 60, "no lock file")
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert world.lock(HERE), "nobody was left to remove it"

    terraform.gate.touch()
    code, said = terraform.run(*APPLY)
    assert code != 0
    id = next(line.split()[-1] for line in said.splitlines() if " ID: " in line)
    code, said = terraform.run("force-unlock", "-force", id)
    assert code == 0, said
    code, said = terraform.run(*APPLY)
    assert code == 0, said
    assert not world.lock(HERE)


def test_a_region_is_planned_and_changed_while_another_s_bucket_is_away(world: World) -> None:
    world.remove_bucket(ELSEWHERE)
    terraform = world.terraform(HERE)
    terraform.init()
    terraform.gate.touch()
    code, said = terraform.run(*APPLY)
    assert code == 0, said

    lost = world.terraform(ELSEWHERE)
    code, said = lost.run("init", "-no-color")
    assert code != 0
    assert world.settings.state_bucket(ELSEWHERE) in said, "it says which bucket it misses"


def test_a_state_is_where_its_region_is(world: World) -> None:
    terraform = world.terraform(HERE)
    terraform.init()
    terraform.gate.touch()
    terraform.run(*APPLY)
    bucket = world.settings.state_bucket(HERE)
    keys = {each["Key"] for each in world.s3(HERE).list_objects_v2(Bucket=bucket)["Contents"]}
    assert keys == {f"{world.settings.name}-{HERE}/terraform.tfstate"}


class Move:
    """An environment that was applied with its state in files, and what moves it."""

    def __init__(self, world: World, folder: Path) -> None:
        self.in_files = world.settings.model_copy(
            update={"environment": "moved", "state": State(backend="local")}
        )
        self.in_s3 = self.in_files.model_copy(update={"state": world.settings.state})
        self._folder = folder
        self.stacks = ("global", *self.in_files.regions)
        synthesize(self.in_files, folder)
        for stack in self.stacks:
            terraform = self.terraform(stack)
            terraform.init()
            terraform.gate.touch()
            code, said = terraform.run(*APPLY)
            assert code == 0, said

    def terraform(self, stack: str) -> Terraform:
        return World(self.in_files, self._folder).terraform(stack)

    def __call__(self, before: Settings, after: Settings) -> None:
        move(Console(quiet=True), before, after, lambda settings: synthesize(settings, self._folder))

    def resources(self) -> dict[str, list[str]]:
        return {stack: self.terraform(stack).resources() for stack in self.stacks}

    def assert_nothing_to_change(self) -> None:
        for stack in self.stacks:
            code, said = self.terraform(stack).run("plan", "-detailed-exitcode", "-no-color")
            assert code == 0, said


@pytest.fixture
def moving(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Move:
    monkeypatch.setenv("LOCAL_DIR", str(tmp_path / "files"))
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path / "moved"))
    return Move(world, tmp_path / "moved")


def test_states_move_from_files_to_s3_and_back_and_lose_nothing(world: World, moving: Move) -> None:
    held = moving.resources()

    moving(moving.in_files, moving.in_s3)
    moving.assert_nothing_to_change()
    assert moving.resources() == held
    bucket = world.settings.state_bucket(HERE)
    keys = {each["Key"] for each in world.s3(HERE).list_objects_v2(Bucket=bucket)["Contents"]}
    assert f"{moving.in_files.name}-{HERE}/terraform.tfstate" in keys

    # What was left behind in the files is an older state of the same things.
    code, said = moving.terraform("global").run(*APPLY, "-replace=terraform_data.wisdom")
    assert code == 0, said
    moving(moving.in_s3, moving.in_files)
    moving.assert_nothing_to_change()
    assert moving.resources() == held


def test_a_move_that_was_interrupted_is_run_again(moving: Move, monkeypatch: pytest.MonkeyPatch) -> None:
    held, pushes = moving.resources(), []

    def push_one(stack: str, state: ops.commands.move_state.State, *, over: str) -> None:
        pushes.append(stack)
        if len(pushes) > 1:
            raise KeyboardInterrupt
        push(stack, state, over=over)

    push = ops.commands.move_state._push
    with monkeypatch.context() as patched:
        patched.setattr(ops.commands.move_state, "_push", push_one)
        with pytest.raises(KeyboardInterrupt):
            moving(moving.in_files, moving.in_s3)
    moving(moving.in_files, moving.in_s3)
    moving.assert_nothing_to_change()
    assert moving.resources() == held


def test_a_state_is_not_moved_over_another_one(moving: Move, tmp_path: Path) -> None:
    moving(moving.in_files, moving.in_s3)
    theirs = moving.terraform("global")
    _, text = theirs.run("state", "pull")
    foreign = tmp_path / "foreign.tfstate"
    outputs = {"theirs": {"value": "x", "type": "string"}}
    foreign.write_text(json.dumps(json.loads(text) | {"lineage": "somebody-else-s", "outputs": outputs}))
    code, said = theirs.run("state", "push", "-force", str(foreign))
    assert code == 0, said
    with pytest.raises(RefusedError, match="something else"):
        moving(moving.in_files, moving.in_s3)
    _, text = theirs.run("state", "pull")
    assert json.loads(text)["lineage"] == "somebody-else-s"
