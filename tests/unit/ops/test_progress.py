"""What a person reads while stacks are deployed."""

import io

from rich.console import Console

from ops.cdktf import Listener, Phase
from ops.progress import Clock, LiveView, PlainView, view

STACK = "shop-local-global"
CHANGES = 8


def told(*lines: str) -> list[str]:
    """What a pipe gets of cdktf's lines about one stack, without the seconds."""
    listener, pipe = Listener([STACK]), io.StringIO()
    with PlainView(listener, Console(file=pipe, width=200)) as shown:
        for line in lines:
            if stack := listener.hear(f"{STACK}  {line}"):
                shown.changed(stack)
    return [line.removeprefix(f"{STACK}: ").replace(" (0 s)", "") for line in pipe.getvalue().splitlines()]


def made(number: int) -> list[str]:
    return [
        line
        for n in range(number)
        for line in (f"aws_sqs_queue.{n}: Creating...", f"aws_sqs_queue.{n}: Creation complete after 1s")
    ]


def test_a_pipe_is_told_each_phase_and_each_quarter_once() -> None:
    assert told(
        "Initializing the backend...",
        "Terraform has been successfully initialized!",
        "data.terraform_remote_state.other: Reading...",
        "data.terraform_remote_state.other: Read complete after 0s",
        "Terraform used the selected providers to generate the following execution plan.",
        f"Plan: {CHANGES} to add, 0 to change, 0 to destroy.",
        *made(CHANGES),
        f"Apply complete! Resources: {CHANGES} added, 0 changed, 0 destroyed.",
    ) == [
        "preparing",
        "planning",
        "applying 8 changes",
        "2 of 8 changes made",
        "4 of 8 changes made",
        "6 of 8 changes made",
        "done, 8 changes",
    ]


def test_a_stack_without_changes_says_so() -> None:
    assert told("aws_sqs_queue.one: Refreshing state...", "No changes. Your infrastructure matches") == [
        "planning",
        "done, nothing to change",
    ]


def test_what_is_read_during_an_apply_is_no_plan() -> None:
    plan = "Plan: 1 to add, 0 to change, 0 to destroy."
    lines = told(plan, "aws_sqs_queue.a: Creating...", "data.aws_sqs_queue.b: Reading...")
    assert lines == ["applying 1 change"]


def test_a_clock_runs_from_the_plan_to_the_end() -> None:
    times = iter([10.0, 25.4])
    clock = Clock(lambda: next(times))
    seen = [clock.observe(phase) for phase in (Phase.PREPARING, Phase.PLANNING, Phase.PLANNING, Phase.DONE)]
    assert (seen, clock.text()) == ([True, True, False, True], "15 s")


def test_a_terminal_gets_what_moves_and_a_pipe_gets_lines() -> None:
    listener = Listener([STACK])
    assert isinstance(view(listener, Console(file=io.StringIO(), force_terminal=True)), LiveView)
    assert isinstance(view(listener, Console(file=io.StringIO())), PlainView)
