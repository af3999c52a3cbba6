"""What a person reads while stacks are deployed."""

import io

from rich.console import Console

from ops.cdktf import Listener, Phase
from ops.progress import Clock, LiveView, PlainView, view

STACK = "shop-local-global"


class Pipe:
    """What a pipe gets of cdktf's lines about one stack; `seconds` is the time."""

    def __init__(self) -> None:
        self.seconds = 0
        self._written = io.StringIO()
        self._listener = Listener([STACK])
        self._view = PlainView(self._listener, Console(file=self._written), now=lambda: self.seconds)

    def hear(self, *lines: str) -> list[str]:
        """Take in lines; returns all that was printed so far, without the stack's name."""
        for line in lines:
            if stack := self._listener.hear(f"{STACK}  {line}"):
                self._view.changed(stack)
        return [line.removeprefix(f"{STACK}: ") for line in self._written.getvalue().splitlines()]


def test_a_pipe_is_told_each_phase_once() -> None:
    assert Pipe().hear(
        "Initializing the backend...",
        "Terraform has been successfully initialized!",
        "data.terraform_remote_state.other: Reading...",
        "data.terraform_remote_state.other: Read complete after 0s",
        "Terraform used the selected providers to generate the following execution plan.",
        "Plan: 2 to add, 0 to change, 0 to destroy.",
        "aws_sqs_queue.one: Creating...",
        "aws_sqs_queue.two: Creating...",
        "aws_sqs_queue.one: Creation complete after 1s",
        "aws_sqs_queue.two: Creation complete after 1s",
        "Apply complete! Resources: 2 added, 0 changed, 0 destroyed.",
    ) == ["preparing", "planning (0 s)", "applying 2 changes (0 s)", "done, 2 changes (0 s)"]


def test_a_pipe_is_not_left_without_a_word_for_long() -> None:
    pipe = Pipe()
    pipe.hear(
        "aws_vpc.one: Refreshing state...",
        "Plan: 2 to add, 0 to change, 0 to destroy.",
        "aws_lb.balancer: Creating...",
        "aws_sqs_queue.dead: Creating...",
        "aws_sqs_queue.dead: Creation complete after 0s",
    )
    for elapsed in (10, 20, 30, 40):
        pipe.seconds = elapsed
        lines = pipe.hear(f"aws_lb.balancer: Still creating... [{elapsed}s elapsed]")
    assert lines[2:] == [
        "1 of 2 made, now aws_lb.balancer (20 s)",
        "1 of 2 made, now aws_lb.balancer (40 s)",
    ]


def test_a_stack_without_changes_says_so() -> None:
    assert Pipe().hear(
        "aws_sqs_queue.one: Refreshing state...", "No changes. Your infrastructure matches"
    ) == [
        "planning (0 s)",
        "done, nothing to change (0 s)",
    ]


def test_what_is_read_during_an_apply_is_no_plan() -> None:
    plan = "Plan: 1 to add, 0 to change, 0 to destroy."
    lines = Pipe().hear(plan, "aws_sqs_queue.a: Creating...", "data.aws_sqs_queue.b: Reading...")
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
