"""States in S3, a bucket a region, under what happens to states: two at once, a kill, a region away."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from stacks.settings import State
from tests.e2e.state.conftest import World
from tests.e2e.state.workshop import synthesize

HERE = "ap-southeast-1"
ELSEWHERE = "us-west-2"
APPLY = ("apply", "-auto-approve", "-no-color")

Until = Callable[[Callable[[], bool]], None]


def test_two_applies_at_once_one_is_refused_or_waits_and_the_state_is_whole(
    world: World, until: Until
) -> None:
    terraform = world.terraform(HERE)
    terraform.init()
    first = terraform.start(*APPLY)
    until(lambda: world.lock(HERE))

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


def test_an_interrupted_apply_keeps_what_it_made_and_gives_its_lock_back(world: World, until: Until) -> None:
    terraform = world.terraform(HERE)
    terraform.init()
    process = terraform.start(*APPLY)
    until(lambda: world.lock(HERE))
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


def test_a_killed_apply_leaves_a_lock_that_names_itself_and_can_be_broken(world: World, until: Until) -> None:
    terraform = world.terraform(HERE)
    terraform.init()
    process = terraform.start(*APPLY)
    until(lambda: world.lock(HERE))
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


def test_states_move_from_files_to_s3_and_lose_nothing(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCAL_DIR", str(tmp_path / "files"))
    in_files = world.settings.model_copy(update={"environment": "moved", "state": State(backend="local")})
    folder = tmp_path / "moved"
    synthesize(in_files, folder)
    moved = World(in_files, folder)
    for stack in ("global", HERE):
        terraform = moved.terraform(stack)
        terraform.init()
        terraform.gate.touch()
        code, said = terraform.run(*APPLY)
        assert code == 0, said

    synthesize(in_files.model_copy(update={"state": world.settings.state}), folder)
    for stack in ("global", HERE):
        terraform = moved.terraform(stack)
        code, said = terraform.run("init", "-migrate-state", "-force-copy", "-no-color")
        assert code == 0, said
        code, said = terraform.run("plan", "-detailed-exitcode", "-no-color")
        assert code == 0, said
    bucket = world.settings.state_bucket(HERE)
    keys = {each["Key"] for each in world.s3(HERE).list_objects_v2(Bucket=bucket)["Contents"]}
    assert f"{in_files.name}-{HERE}/terraform.tfstate" in keys
