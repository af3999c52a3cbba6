"""The engine with the real Terraform, over stacks that need no provider."""

import errno
import io
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from botocore.exceptions import ClientError
from rich.console import Console

from ops.errors import OperatorError
from ops.terraform.engine import Engine, StacksFailedError, Task
from ops.terraform.events import Phase
from ops.terraform.interruption import stop_requested
from ops.terraform.process import Terraform
from tests.support.terraform_stacks import NEEDS, SETTINGS, TerraformStacks
from tests.support.waiting import wait_until

DEPLOY_IN_A_PROCESS = """
from pathlib import Path
from rich.console import Console
from ops.terraform.engine import Engine
from tests.support.terraform_stacks import NEEDS, SETTINGS
try:
    Engine(SETTINGS, Console(), Path("deploy.log")).deploy(NEEDS)
except KeyboardInterrupt:
    print("ended in order", flush=True)
"""


@pytest.fixture
def engine(stacks: TerraformStacks) -> Engine:
    return Engine(SETTINGS, Console(file=io.StringIO()), stacks.folder / "deploy.log")


def contains(log: Path, text: str) -> bool:
    return log.exists() and text in log.read_text()


def phases(failure: StacksFailedError) -> dict[str, Phase]:
    return {name: stack.phase for name, stack in failure.stacks.items()}


def test_deploy_applies_stacks_in_order(stacks: TerraformStacks, engine: Engine) -> None:
    engine.deploy(NEEDS)
    assert stacks.held()["edge"] == "global=first;one=first;global=first;two=first;edge=first;"
    assert "edge: Apply complete!" in engine.log.read_text()


def test_deploy_failed_region_lets_others_finish(
    stacks: TerraformStacks, engine: Engine, tmp_path: Path
) -> None:
    """hashicorp/terraform-cdk#3206: a region's error killed the other regions during their apply."""
    gate = tmp_path / "gate"
    stacks.write_failing("one")
    stacks.write_slow("two", gate)

    def open_gate_after_failure() -> None:
        wait_until(lambda: contains(engine.log, "one: Error: local-exec provisioner error"), 60, "no failure")
        gate.touch()

    with_gate = threading.Thread(target=open_gate_after_failure)
    with_gate.start()
    with pytest.raises(StacksFailedError) as failure:
        engine.deploy(NEEDS)
    with_gate.join()

    assert phases(failure.value) == {
        "global": Phase.DONE,
        "one": Phase.FAILED,
        "two": Phase.DONE,
        "edge": Phase.SKIPPED,
    }
    assert stacks.locks() == []
    message = str(failure.value)
    assert "two: done" in message
    assert "edge: not started: it needs one" in message
    assert "exit status 3" in message
    assert failure.value.exit_code == 1


def test_deploy_runs_the_program_of_the_setting(
    stacks: TerraformStacks, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TERRAFORM=tofu: a program of that name, which is Terraform here."""
    calls, tofu = tmp_path / "calls", tmp_path / "tofu"
    tofu.write_text(f'#!/bin/sh\necho "$@" >>"{calls}"\nexec terraform "$@"\n')
    tofu.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setenv("TERRAFORM", "tofu")
    engine.deploy({"global": ()})
    commands = [line.split()[1] for line in calls.read_text().splitlines()]
    assert commands == ["init", "apply"]
    assert stacks.held() == {"global": "global=first;"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted_deploy_leaves_no_lock(
    stacks: TerraformStacks, tmp_path: Path, number: signal.Signals
) -> None:
    gate = tmp_path / "gate"
    stacks.write_slow("one", gate)
    log = tmp_path / "deploy.log"
    environment = os.environ | {"PYTHONPATH": str(Path.cwd())}
    with subprocess.Popen(
        [sys.executable, "-c", DEPLOY_IN_A_PROCESS],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        # A shell starts background commands with SIGINT ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:
        wait_until(lambda: contains(log, "one: terraform_data.held: Provisioning"), 60, "no apply")
        process.send_signal(number)
        # The provisioner gets no signal from Terraform; it ends when its gate opens.
        wait_until(lambda: contains(log, "Interrupt received"), failure="Terraform got no signal")
        gate.touch()
        output, _ = process.communicate()

    assert "ended in order" in output
    assert "not started: edge" in output
    assert stacks.locks() == []


class FullLog(io.StringIO):
    """A log on a disk that becomes full once stack `one` applies."""

    def write(self, text: str) -> int:
        if text.startswith("one: terraform_data.held: Provisioning"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(text)


def test_deploy_full_disk_stops_other_stacks(
    stacks: TerraformStacks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stack `two` would wait until the test ends."""
    stacks = TerraformStacks(stacks.folder, {"one": (), "two": ()})
    gate = stacks.folder / "gate"
    for name in stacks.needs:
        stacks.write_slow(name, gate)
    log = cast(Path, SimpleNamespace(parent=stacks.folder, open=lambda *_, **__: FullLog()))
    monkeypatch.setattr("ops.terraform.engine.LOCAL_GRACE", 1.0)
    try:
        with pytest.raises(OSError, match="No space left"):
            Engine(SETTINGS, Console(file=io.StringIO()), log).deploy(stacks.needs)
        assert not stop_requested()
    finally:
        gate.touch()  # Terraform was killed, and its provisioners were not


def test_deploy_raises_unexpected_error_of_work(stacks: TerraformStacks, engine: Engine) -> None:
    """It is no interruption, although the other stacks are stopped as by one."""

    def fail(_task: Task) -> None:
        raise ValueError("an answer of another shape")

    with pytest.raises(ValueError, match="another shape"):
        engine.deploy({"global": (), "catalog": ()}, extra_work={"catalog": fail})
    assert not stop_requested()
    assert stacks.locks() == []


def test_deploy_gate_failure_stops_next_region(stacks: TerraformStacks, engine: Engine) -> None:
    def refuse(_task: Task) -> None:
        raise OperatorError("one does not pass: POST /orders answered 500")

    needs = {**NEEDS, "gate": ("one",), "two": ("global", "gate")}
    with pytest.raises(StacksFailedError, match="POST /orders answered 500") as failure:
        engine.deploy(needs, extra_work={"gate": refuse})
    assert phases(failure.value)["two"] is Phase.SKIPPED
    assert set(stacks.held()) == {"global", "one"}


def test_error_of_aws_in_work_is_explained(stacks: TerraformStacks, engine: Engine) -> None:
    def read_alias(_task: Task) -> None:
        raise ClientError({"Error": {"Code": "ExpiredToken", "Message": "too old"}}, "GetAlias")

    needs = {"one": (), "canary": ("one",), "edge": ("canary",)}
    with pytest.raises(StacksFailedError, match="the AWS credentials have expired") as failure:
        engine.deploy(needs, extra_work={"one": lambda _: None, "canary": read_alias})
    assert phases(failure.value)["canary"] is Phase.FAILED
    assert phases(failure.value)["edge"] is Phase.SKIPPED


def test_deploy_locked_state_names_holder(stacks: TerraformStacks, engine: Engine, tmp_path: Path) -> None:
    engine.deploy({"global": ()})
    gate = tmp_path / "gate"
    stacks.write_slow("one", gate)
    Terraform("one").prepare()
    other = subprocess.Popen(
        ["terraform", f"-chdir={stacks.stack_folder('one')}", "apply", "-auto-approve"],
        stdout=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: bool(stacks.locks()), 60, "no lock")
        with pytest.raises(StacksFailedError, match=r"the state is locked by \S+@\S+ since .*STACK=one"):
            engine.deploy({"one": ()})
    finally:
        gate.touch()
        assert other.wait() == 0


def test_prepare_is_skipped_when_nothing_changed(
    stacks: TerraformStacks, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.deploy(NEEDS)
    commands: list[str] = []
    real = Terraform.events

    def record(terraform: Terraform, *arguments: str, **options: object) -> int:
        commands.append(arguments[0])
        return real(terraform, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Terraform, "events", record)
    engine.deploy(NEEDS)
    assert commands == ["apply"] * len(NEEDS)


def test_destroy_reverses_the_order(stacks: TerraformStacks, engine: Engine) -> None:
    engine.deploy(NEEDS)
    order: list[str] = []

    def note(task: Task) -> None:
        order.append(task.progress.name)

    engine.destroy(NEEDS, before=dict.fromkeys(NEEDS, note))
    assert (order[0], order[-1]) == ("edge", "global")
    assert stacks.held() == {}
