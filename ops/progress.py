"""Shows long work while it goes on: what moves on a terminal, or lines for a log.

A deployment has a line a stack, whatever can be counted a bar.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from ops.cdktf import Listener, Phase, StackProgress


def view(listener: Listener, console: Console) -> "LiveView | PlainView":
    """What fits `console`."""
    return (LiveView if console.is_terminal else PlainView)(listener, console)


class LiveView:
    """A line a stack that moves, for a terminal."""

    def __init__(self, listener: Listener, console: Console) -> None:
        self._clocks = {name: Clock() for name in listener.stacks}
        self._stacks = listener.stacks
        self._spinner = Spinner("dots", style="cyan")
        self._live = Live(get_renderable=self._table, console=console, refresh_per_second=8)

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.__exit__(kind, error, trace)

    def changed(self, stack: StackProgress) -> None:
        """Keep the time; the screen renews itself."""
        self._clocks[stack.name].observe(stack.phase)

    def _table(self) -> Group:
        table = Table.grid(padding=(0, 2))
        for name, stack in self._stacks.items():
            table.add_row(*self._row(stack, self._clocks[name]))
        return Group(table)

    def _row(
        self, stack: StackProgress, clock: "Clock"
    ) -> tuple[Spinner | Text, Text, ProgressBar, Text, Text, Text]:
        marks = {
            Phase.WAITING: Text("·", style="dim"),
            Phase.DONE: Text("✓", style="green"),
            Phase.FAILED: Text("✗", style="red"),
        }
        total = max(stack.planned, 1)
        return (
            marks.get(stack.phase, self._spinner),
            Text(stack.name, style="dim" if stack.phase is Phase.WAITING else "bold"),
            ProgressBar(
                total=total, completed=total if stack.phase is Phase.DONE else stack.finished, width=24
            ),
            Text(f"{stack.finished}/{stack.planned}" if stack.planned else "", justify="right"),
            Text(clock.text(), style="dim", justify="right"),
            Text(_doing(stack), style="dim", overflow="ellipsis", no_wrap=True),
        )


class PlainView:
    """A line whenever a stack enters another phase, and now and then while it applies, for logs and pipes."""

    QUIET_SECONDS = 15

    def __init__(
        self, listener: Listener, console: Console, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._clocks = {name: Clock(now) for name in listener.stacks}
        self._console = console
        self._now = now
        self._spoke = now()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def changed(self, stack: StackProgress) -> None:
        """Print the stack's new phase, or how far it is when nothing was printed for long."""
        if self._clocks[stack.name].observe(stack.phase):
            if stack.phase is not Phase.WAITING:
                self._print(stack, _phase(stack))
        elif stack.phase is Phase.APPLYING and self._now() - self._spoke >= self.QUIET_SECONDS:
            self._print(stack, f"{stack.finished} of {stack.planned} made, now {_doing(stack)}")

    def _print(self, stack: StackProgress, words: str) -> None:
        self._spoke = self._now()
        at_work = self._clocks[stack.name].text()
        self._console.print(
            f"{stack.name}: {words}{f' ({at_work})' if at_work else ''}", markup=False, soft_wrap=True
        )


class Clock:
    """How long a stack has been at work: from its plan until it ended. Times in seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._phase = Phase.WAITING
        self._start: float | None = None
        self._end: float | None = None

    def observe(self, phase: Phase) -> bool:
        """Take in the phase a stack is in now; returns whether it is a new one."""
        if phase is self._phase:
            return False
        self._phase = phase
        if phase is Phase.PLANNING:
            self._start = self._now()
        if phase in (Phase.DONE, Phase.FAILED):
            self._end = self._now()
        return True

    def text(self) -> str:
        """Seconds at work, or nothing before it began."""
        if self._start is None:
            return ""
        return f"{(self._end or self._now()) - self._start:.0f} s"


def _doing(stack: StackProgress) -> str:
    """What a stack is about, in a few words."""
    if stack.phase is Phase.APPLYING and stack.busy:
        first, *others = stack.busy
        return first + (f" and {len(others)} more" if others else "")
    if stack.phase is Phase.DONE and not stack.planned:
        return "nothing to change"
    return "" if stack.phase is Phase.DONE else str(stack.phase)


def _phase(stack: StackProgress) -> str:
    """The phase a stack has come to, as a line by itself."""
    if stack.phase is Phase.APPLYING:
        return f"applying {_changes(stack.planned)}"
    if stack.phase is Phase.DONE:
        return f"done, {_changes(stack.planned) if stack.planned else 'nothing to change'}"
    return str(stack.phase)


def _changes(number: int) -> str:
    return f"{number} change{'' if number == 1 else 's'}"


@contextmanager
def counting(label: str, things: str) -> Iterator[Callable[[int, int], None]]:
    """Give what is to be told how many things of how many are done: a bar for eyes; for a log, a line a tenth."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _a_line_a_tenth(label, things)
        return
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(label)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _a_line_a_tenth(label: str, things: str) -> Callable[[int, int], None]:
    shown = -1

    def progress(done: int, total: int) -> None:
        nonlocal shown
        tenth = done * 10 // total
        if tenth > shown:
            shown = tenth
            print(f"{label}: {done:,} of {total:,} {things}", file=sys.stderr, flush=True)

    return progress
