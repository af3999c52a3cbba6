"""Prints one line per step of a long command, with its duration."""

import contextlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager

from rich.console import Console
from rich.table import Table
from rich.text import Text

TITLE_WIDTH = 26


class StepSkipped(Exception):  # noqa: N818 - not an error
    """Raised by a step that cannot run here. The message is the reason."""


class Steps:
    """Prints steps to `console`: a spinner while a step runs in a terminal, then its line."""

    def __init__(self, console: Console) -> None:
        self.console = console

    @contextmanager
    def step(self, title: str, *, own_display: bool = False) -> Iterator[Callable[[str], None]]:
        """Run the body as a step. The body calls the yielded function with a short result.

        With `own_display` the body draws its own progress and no spinner is shown.
        """
        note = ""

        def say(text: str) -> None:
            nonlocal note
            note = text

        began = time.monotonic()
        try:
            with contextlib.nullcontext() if own_display else self.spinner(title):
                yield say
        except BaseException:
            self.line("✗", "red", title, note, time.monotonic() - began)
            raise
        self.line("✓", "green", title, note, time.monotonic() - began)

    def background(self, title: str, work: Callable[[], str]) -> "BackgroundStep":
        """Start `work` as a step in a thread. `work` returns a short result."""
        return BackgroundStep(self, title, work)

    def spinner(self, title: str) -> AbstractContextManager[object]:
        """Spinner for a running step; nothing without a terminal."""
        if not self.console.is_terminal:
            return contextlib.nullcontext()
        return self.console.status(f"[bold]{title}[/bold]")

    def line(self, mark: str, style: str, title: str, note: str, seconds: float) -> None:
        """Print the line of a finished step."""
        line = Table.grid(padding=(0, 1))
        line.add_column(width=1)
        line.add_column(width=TITLE_WIDTH)
        line.add_column(width=7, justify="right")
        line.add_column(overflow="fold")
        line.add_row(
            Text(mark, style=style), title, Text(f"{seconds:.1f} s", style="dim"), Text(note, style="dim")
        )
        self.console.print(line)


class BackgroundStep:
    """A step in its own thread. A failing command does not wait for it."""

    def __init__(self, steps: Steps, title: str, work: Callable[[], str]) -> None:
        self._steps = steps
        self._title = title
        self._began = time.monotonic()
        self.is_printed = False
        """Whether its line was printed."""
        self._succeeded = False
        self.skipped = ""
        """Reason of a skipped step, once it is printed."""
        pool = ThreadPoolExecutor(max_workers=1)
        self._result = pool.submit(lambda: (work(), time.monotonic() - self._began))
        pool.shutdown(wait=False)

    def finish(self, *, wait: bool = True) -> bool:
        """Wait for the work and print the step once. Returns whether it is done. Raises the error of the work.

        Without `wait`, do nothing while the work still runs.
        """
        if self.is_printed or not (wait or self._result.done()):
            return self._succeeded
        self.is_printed = True
        try:
            with self._steps.spinner(self._title):
                note, seconds = self._result.result()
        except StepSkipped as reason:
            self.skipped = str(reason)
            self._steps.line("–", "yellow", self._title, self.skipped, time.monotonic() - self._began)
            return False
        except BaseException:
            self._steps.line("✗", "red", self._title, "", time.monotonic() - self._began)
            raise
        self._steps.line("✓", "green", self._title, note, seconds)
        self._succeeded = True
        return True
