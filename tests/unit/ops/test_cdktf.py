"""What the commands make of cdktf's output, and how they end it."""

import os
import signal
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops import cdktf
from ops.cdktf import Listener, Phase, run, stack_order
from ops.commands.plan import CHANGES, FAILED, NO_CHANGE, StackPlan, exit_code

GLOBAL, REGION = "shop-local-global", "shop-local-eu-west-1"
DEPLOYED = f"""\
{GLOBAL}  Initializing the backend...
{REGION}  Initializing the backend...
{GLOBAL}  Terraform used the selected providers to generate the following execution plan.
                   + create
                   Plan: 2 to add, 1 to change, 0 to destroy.
{GLOBAL}  aws_route53_zone.zone: Creating...
                   aws_dynamodb_table.books: Creating...
{REGION}  aws_vpc.vpc: Refreshing state... [id=vpc-1]
{GLOBAL}  aws_dynamodb_table.books: Creation complete after 1s [id=books]
"""
FAILURE = f"""\
{REGION}  ╷
                   │ Warning: Deprecated attribute
                   │
                   │ The attribute "name" is deprecated.
                   ╵
                   ╷
                   │ Error: creating SQS Queue (dead): AccessDenied
                   │
                   │   with aws_sqs_queue.dead,
                   ╵
"""


def heard(text: str) -> Listener:
    listener = Listener([GLOBAL, REGION])
    for line in text.splitlines():
        listener.hear(line)
    return listener


@pytest.fixture(autouse=True)
def interruptible() -> Iterator[None]:
    """A shell starts what runs in its background with SIGINT ignored, and programs inherit that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_each_stack_is_told_by_its_own_lines() -> None:
    stacks = heard(DEPLOYED).stacks
    assert (stacks[GLOBAL].planned, stacks[GLOBAL].finished, list(stacks[GLOBAL].busy)) == (
        3,
        1,
        ["aws_route53_zone.zone"],
    )
    assert [stack.phase for stack in stacks.values()] == [Phase.APPLYING, Phase.PLANNING]


def test_a_stack_that_is_initialized_waits_for_those_that_it_needs() -> None:
    listener = heard(f"{REGION}  Initializing the backend...")
    assert listener.stacks[REGION].phase is Phase.PREPARING
    listener.hear(f"{REGION}  Terraform has been successfully initialized!")
    assert listener.stacks[REGION].phase is Phase.WAITING
    listener.hear(f"{REGION}  data.terraform_remote_state.global: Reading...")
    assert listener.stacks[REGION].phase is Phase.PLANNING


@pytest.mark.parametrize(
    "last", ["Apply complete! Resources: 3 added, 0 changed, 0 destroyed.", "No changes. Your"]
)
def test_a_stack_is_done_when_terraform_says_so(last: str) -> None:
    listener = heard(f"{GLOBAL}  {last}")
    assert listener.stacks[GLOBAL].phase is Phase.DONE
    listener.hear(f"{GLOBAL}  aws_route53_zone.zone: Refreshing state... [id=Z1]")
    assert listener.stacks[GLOBAL].phase is Phase.DONE, "cdktf has it planned once more for the outputs"


def test_an_error_is_kept_whole_and_a_warning_is_none() -> None:
    failed = heard(DEPLOYED + FAILURE).failed
    assert [stack.name for stack in failed] == [REGION]
    assert failed[0].errors == [
        "Error: creating SQS Queue (dead): AccessDenied\n\n  with aws_sqs_queue.dead,"
    ]
    assert failed[0].phase is Phase.FAILED


def test_lines_of_nobody_are_nobodys() -> None:
    listener = Listener([GLOBAL])
    assert listener.hear("Invoking Terraform CLI failed with exit code 1") is None
    assert listener.hear("somebody-else  Error: no") is None


def test_stacks_come_after_those_that_they_need(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(
        '{"stacks": {"edge": {"dependencies": ["one", "two"]}, "two": {"dependencies": ["global"]},'
        ' "one": {"dependencies": ["global"]}, "global": {"dependencies": []}}}'
    )
    assert stack_order(tmp_path) == ["global", "two", "one", "edge"]


def program(folder: Path, script: str) -> list[str]:
    path = folder / "program"
    path.write_text(f"#!/usr/bin/env bash\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return [str(path)]


def test_output_is_heard_and_logged_without_colours_or_animation(tmp_path: Path) -> None:
    lines: list[str] = []
    command = program(
        tmp_path, r"""printf '\033[1mbold\033[0m\n⠋  Synthesizing\n1 Stack deploying     0 done\n'; exit 7"""
    )
    code = run(command, log=tmp_path / "log", hear=lines.append, settings=tmp_path / "settings.toml")
    assert (code, lines) == (7, ["bold"])
    assert (tmp_path / "log").read_text() == "bold\n"


def test_the_app_runs_under_the_python_that_runs_the_command(tmp_path: Path) -> None:
    lines: list[str] = []
    run(
        program(tmp_path, "command -v python; echo $SETTINGS"),
        log=tmp_path / "log",
        hear=lines.append,
        settings=Path("a.toml"),
    )
    assert lines[0] == str(Path(sys.executable).parent / "python")
    assert lines[1] == str(Path("a.toml").absolute())


@pytest.mark.timeout(30)
def test_ctrl_c_lets_terraform_wind_down(tmp_path: Path) -> None:
    """Terraform, in a session of its own as under cdktf, gets the signal; cdktf ends by itself after it."""
    terraform = tmp_path / "terraform"
    terraform.symlink_to("/bin/sleep")
    script = f"""
import subprocess
terraform = subprocess.Popen([{str(terraform)!r}, "600"], start_new_session=True)
print("applying", flush=True)
print("terraform ended:", terraform.wait(), flush=True)
"""
    lines: list[str] = []

    def hear(line: str) -> None:
        lines.append(line)
        if line == "applying":
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        run(
            [sys.executable, "-c", script],
            log=tmp_path / "log",
            hear=hear,
            settings=tmp_path / "settings.toml",
        )
    assert lines == ["applying", f"terraform ended: {-signal.SIGINT}"]


@pytest.mark.timeout(30)
def test_ctrl_c_before_terraform_runs_ends_the_program(tmp_path: Path) -> None:
    def hear(_line: str) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        run(
            program(tmp_path, "echo synthesizing; exec sleep 600"),
            log=tmp_path / "log",
            hear=hear,
            settings=Path("a"),
        )


def test_a_failed_synth_says_what_the_app_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing = program(tmp_path, "echo 'settings/x.toml: regions: missing'; exit 1")
    monkeypatch.setattr(cdktf, "command", lambda *_arguments: failing)
    with pytest.raises(cdktf.SynthesisError, match="regions: missing"):
        cdktf.synthesize(tmp_path / "x.toml", tmp_path / "log")


@pytest.mark.parametrize(
    ("codes", "code"),
    [([0, 0], NO_CHANGE), ([0, 2], CHANGES), ([2, 1], FAILED), ([0, 1], FAILED)],
)
def test_the_plans_exit_code_is_the_worst(codes: list[int], code: int) -> None:
    assert exit_code([StackPlan("shop", each, "") for each in codes]) == code


def test_a_stack_that_awaits_another_is_a_change_to_come() -> None:
    awaiting = StackPlan("shop", FAILED, "Error: Unable to find remote state\n\nNo stored state was found")
    assert exit_code([StackPlan("global", CHANGES, ""), awaiting]) == CHANGES
