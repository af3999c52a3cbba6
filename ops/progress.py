"""Shows progress: a display that moves on a terminal, lines in a log.

A deployment has a line for each stack, counted work has a bar.
"""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
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

from ops.console import plain_console
from ops.terraform.events import ENDED, Phase, StackProgress

Stacks = Mapping[str, StackProgress]


def view(stacks: Stacks, console: Console) -> "LiveView | PlainView":
    """The display for `console`: a terminal or a log."""
    return (LiveView if console.is_terminal else PlainView)(stacks, console)


class LiveView:
    """A line for each stack that moves, for a terminal."""

    def __init__(self, stacks: Stacks, console: Console) -> None:
        self._clocks = {name: Clock() for name in stacks}
        self._stacks = stacks
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
        """Update the stack's clock; the display refreshes itself."""
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
            Phase.SKIPPED: Text("-", style="yellow"),
            Phase.STOPPED: Text("■", style="yellow"),
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
    """A line for each new phase of a stack, and one every 15 seconds while it applies, for logs and pipes."""

    QUIET_SECONDS = 15

    def __init__(self, stacks: Stacks, console: Console, now: Callable[[], float] = time.monotonic) -> None:
        self._clocks = {name: Clock(now) for name in stacks}
        self._console = console
        self._now = now
        self._printed_at = now()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def changed(self, stack: StackProgress) -> None:
        """Print the stack's new phase, or its progress when nothing was printed for 15 seconds."""
        if self._clocks[stack.name].observe(stack.phase):
            if stack.phase is not Phase.WAITING:
                self._print(stack, _phase(stack))
        elif stack.phase is Phase.APPLYING and self._now() - self._printed_at >= self.QUIET_SECONDS:
            self._print(stack, f"{stack.finished} of {stack.planned} made, now {_doing(stack)}")

    def _print(self, stack: StackProgress, words: str) -> None:
        self._printed_at = self._now()
        elapsed = self._clocks[stack.name].text()
        line = f"{stack.name}: {words}{f' ({elapsed})' if elapsed else ''}"
        self._console.print(line, markup=False, emoji=False, highlight=False, soft_wrap=True)


class Clock:
    """Measures a stack from its plan to its end, in seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._phase = Phase.WAITING
        self._start: float | None = None
        self._end: float | None = None

    def observe(self, phase: Phase) -> bool:
        """Record the stack's phase; returns whether it is a new one."""
        if phase is self._phase:
            return False
        self._phase = phase
        if phase is Phase.PLANNING:
            self._start = self._now()
        if phase in ENDED:
            self._end = self._now()
        return True

    def text(self) -> str:
        """Elapsed seconds; empty before the plan."""
        if self._start is None:
            return ""
        return f"{(self._end or self._now()) - self._start:.0f} s"


def _doing(stack: StackProgress) -> str:
    """The current activity of a stack in a few words."""
    if stack.phase is Phase.APPLYING and stack.busy:
        first, *others = list(stack.busy)
        return first + (f" and {len(others)} more" if others else "")
    if stack.phase is Phase.DONE:
        return "" if stack.planned else stack.note or "nothing to change"
    if stack.phase is Phase.FAILED and stack.errors:
        return stack.errors[0].summary
    return stack.note or str(stack.phase)


def _phase(stack: StackProgress) -> str:
    """A stack's new phase as a line."""
    if stack.phase is Phase.APPLYING:
        return f"applying {_changes(stack.planned)}"
    if stack.phase is Phase.DONE:
        return f"done, {_changes(stack.planned) if stack.planned else stack.note or 'nothing to change'}"
    return f"{stack.phase}: {stack.note}" if stack.note else str(stack.phase)


def _changes(number: int) -> str:
    return f"{number} change{'' if number == 1 else 's'}"


@contextmanager
def counting(label: str, things: str) -> Iterator[Callable[[int, int], None]]:
    """Yield a function of (done, total): a bar on a terminal; in a log, a line for each tenth."""
    console = plain_console(stderr=True)
    if not console.is_terminal:
        yield _line_per_tenth(label, things)
        return
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(label)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _line_per_tenth(label: str, things: str) -> Callable[[int, int], None]:
    shown = -1

    def progress(done: int, total: int) -> None:
        nonlocal shown
        tenth = done * 10 // total
        if tenth > shown:
            shown = tenth
            print(f"{label}: {done:,} of {total:,} {things}", file=sys.stderr, flush=True)

    return progress
