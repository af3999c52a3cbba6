"""States in S3, one bucket for each region: concurrent applies, a killed one, a lost region, moves."""

import json
import os
import signal
from pathlib import Path

import pytest
from rich.console import Console

import ops.commands.move_state
from ops.commands.move_state import move
from ops.errors import RefusedError
from stacks.settings import Settings, State
from tests.own_cloud.state.conftest import World
from tests.support.state_stacks import Terraform, synthesize
from tests.support.waiting import wait_until

HERE = "ap-southeast-1"
ELSEWHERE = "us-west-2"
APPLY = ("apply", "-auto-approve", "-no-color")


def test_concurrent_apply_is_refused_or_waits(world: World) -> None:
    terraform = world.terraform(HERE)
    terraform.init()
    first = terraform.start(*APPLY)
    wait_until(lambda: world.lock(HERE), 60, "no lock file")

    code, output = terraform.run(*APPLY)
    assert code != 0
    assert "Error acquiring the state lock" in output

    patient = terraform.start(*APPLY, "-lock-timeout=120s")
    # Terraform waits only if it can read who has the lock: it gives up if that one ends at this very moment.
    assert patient.stdout
    assert any("Acquiring state lock" in line for line in patient.stdout)
    terraform.gate.touch()
    output, _ = first.communicate()
    assert first.returncode == 0, output
    output, _ = patient.communicate()
    assert patient.returncode == 0, output
    assert "0 added, 0 changed, 0 destroyed" in output
    assert len(terraform.resources()) == 3
    assert not world.lock(HERE)


def test_interrupted_apply_saves_state_and_unlocks(world: World) -> None:
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
    code, output = terraform.run(*APPLY)
    assert code == 0, output


def test_killed_apply_leaves_removable_lock(world: World) -> None:
    terraform = world.terraform(HERE)
    terraform.init()
    process = terraform.start(*APPLY)
    wait_until(lambda: world.lock(HERE), 60, "no lock file")
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert world.lock(HERE), "a killed process cannot remove it"

    terraform.gate.touch()
    code, output = terraform.run(*APPLY)
    assert code != 0
    id = next(line.split()[-1] for line in output.splitlines() if " ID: " in line)
    code, output = terraform.run("force-unlock", "-force", id)
    assert code == 0, output
    code, output = terraform.run(*APPLY)
    assert code == 0, output
    assert not world.lock(HERE)


def test_region_deploys_without_other_bucket(world: World) -> None:
    world.remove_bucket(ELSEWHERE)
    terraform = world.terraform(HERE)
    terraform.init()
    terraform.gate.touch()
    code, output = terraform.run(*APPLY)
    assert code == 0, output

    lost = world.terraform(ELSEWHERE)
    code, output = lost.run("init", "-no-color")
    assert code != 0
    assert world.settings.state_bucket(ELSEWHERE) in output, "it says which bucket it misses"


def test_state_is_in_its_region(world: World) -> None:
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
            code, output = terraform.run(*APPLY)
            assert code == 0, output

    def terraform(self, stack: str) -> Terraform:
        return World(self.in_files, self._folder).terraform(stack)

    def __call__(self, before: Settings, after: Settings) -> None:
        move(Console(quiet=True), before, after, lambda settings: synthesize(settings, self._folder))

    def resources(self) -> dict[str, list[str]]:
        return {stack: self.terraform(stack).resources() for stack in self.stacks}

    def assert_nothing_to_change(self) -> None:
        for stack in self.stacks:
            code, output = self.terraform(stack).run("plan", "-detailed-exitcode", "-no-color")
            assert code == 0, output


@pytest.fixture
def moving(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Move:
    monkeypatch.setenv("LOCAL_DIR", str(tmp_path / "files"))
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path / "moved"))
    return Move(world, tmp_path / "moved")


def test_move_from_files_to_s3_and_back_keeps_all(world: World, moving: Move) -> None:
    held = moving.resources()

    moving(moving.in_files, moving.in_s3)
    moving.assert_nothing_to_change()
    assert moving.resources() == held
    bucket = world.settings.state_bucket(HERE)
    keys = {each["Key"] for each in world.s3(HERE).list_objects_v2(Bucket=bucket)["Contents"]}
    assert f"{moving.in_files.name}-{HERE}/terraform.tfstate" in keys

    # The files hold an older state of the same resources.
    code, output = moving.terraform("global").run(*APPLY, "-replace=terraform_data.shared")
    assert code == 0, output
    moving(moving.in_s3, moving.in_files)
    moving.assert_nothing_to_change()
    assert moving.resources() == held


def test_move_after_interruption_continues(moving: Move, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_move_over_other_state_is_refused(moving: Move, tmp_path: Path) -> None:
    moving(moving.in_files, moving.in_s3)
    theirs = moving.terraform("global")
    _, text = theirs.run("state", "pull")
    foreign = tmp_path / "foreign.tfstate"
    outputs = {"theirs": {"value": "x", "type": "string"}}
    foreign.write_text(json.dumps(json.loads(text) | {"lineage": "another-lineage", "outputs": outputs}))
    code, output = theirs.run("state", "push", "-force", str(foreign))
    assert code == 0, output
    with pytest.raises(RefusedError, match="another deployment"):
        moving(moving.in_files, moving.in_s3)
    _, text = theirs.run("state", "pull")
    assert json.loads(text)["lineage"] == "another-lineage"
