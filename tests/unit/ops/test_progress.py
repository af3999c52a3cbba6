"""The progress display of a deployment."""

import io
from collections.abc import Mapping
from typing import Any

from rich.console import Console

from ops.progress import Clock, LiveView, PlainView, view
from ops.terraform.events import Phase, StackProgress

STACK = "shop-local-global"


def event(type_: str, address: str = "") -> Mapping[str, Any]:
    return {"type": type_, "hook": {"resource": {"addr": address}}}


def summary(**changes: int) -> Mapping[str, Any]:
    return {"type": "change_summary", "changes": {"operation": "plan", **changes}}


class Log:
    """The lines that a log gets of one stack; `seconds` is the time."""

    def __init__(self) -> None:
        self.seconds = 0
        self.stack = StackProgress(STACK)
        self._written = io.StringIO()
        console = Console(file=self._written)
        self._view = PlainView({STACK: self.stack}, console, now=lambda: self.seconds)

    def take(self, *events: Mapping[str, Any]) -> list[str]:
        """Take events; returns all lines so far, without the stack's name."""
        for each in events:
            self.stack.take(each)
            self._view.changed(self.stack)
        return [line.removeprefix(f"{STACK}: ") for line in self._written.getvalue().splitlines()]

    def end(self, phase: Phase) -> list[str]:
        self.stack.phase = phase
        return self.take({"type": "log"})


def test_log_has_each_phase_once() -> None:
    log = Log()
    log.take(
        {"type": "init_output"},
        event("refresh_start", "aws_vpc.one"),
        event("planned_change"),
        summary(add=2),
        event("apply_start", "aws_sqs_queue.one"),
        event("apply_start", "aws_sqs_queue.two"),
        event("apply_complete", "aws_sqs_queue.one"),
        event("apply_complete", "aws_sqs_queue.two"),
    )
    assert log.end(Phase.DONE) == [
        "preparing",
        "planning (0 s)",
        "applying 2 changes (0 s)",
        "done, 2 changes (0 s)",
    ]


def test_log_has_line_every_15_seconds() -> None:
    log = Log()
    log.take(
        event("refresh_start", "aws_vpc.one"),
        summary(add=2),
        event("apply_start", "aws_lb.balancer"),
        event("apply_start", "aws_sqs_queue.dead"),
        event("apply_complete", "aws_sqs_queue.dead"),
    )
    for elapsed in (10, 20, 30, 40):
        log.seconds = elapsed
        lines = log.take(event("apply_progress", "aws_lb.balancer"))
    assert lines[2:] == [
        "1 of 2 made, now aws_lb.balancer (20 s)",
        "1 of 2 made, now aws_lb.balancer (40 s)",
    ]


def test_log_of_unchanged_stack_says_so() -> None:
    log = Log()
    log.take(event("refresh_start", "aws_sqs_queue.one"), summary(add=0))
    assert log.end(Phase.DONE) == ["planning (0 s)", "done, nothing to change (0 s)"]


def test_log_of_skipped_stack_names_reason() -> None:
    log = Log()
    log.stack.note = "it needs shop-local-other"
    assert log.end(Phase.SKIPPED) == ["not started: it needs shop-local-other"]


def test_log_prints_arn_unchanged() -> None:
    """`:secret:` is an emoji to rich, and 80 columns would fold the line."""
    log = Log()
    log.stack.note = f"arn:aws:secretsmanager:eu-west-1:000000000000:secret:{'x' * 80}"
    assert log.end(Phase.SKIPPED) == [f"not started: {log.stack.note}"]


def test_clock_measures_plan_to_end() -> None:
    times = iter([10.0, 25.4])
    clock = Clock(lambda: next(times))
    seen = [clock.observe(phase) for phase in (Phase.PREPARING, Phase.PLANNING, Phase.PLANNING, Phase.DONE)]
    assert (seen, clock.text()) == ([True, True, False, True], "15 s")


def test_view_depends_on_terminal() -> None:
    stacks = {STACK: StackProgress(STACK)}
    assert isinstance(view(stacks, Console(file=io.StringIO(), force_terminal=True)), LiveView)
    assert isinstance(view(stacks, Console(file=io.StringIO())), PlainView)
