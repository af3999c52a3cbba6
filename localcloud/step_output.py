"""Shows what a long command is doing: one line a step, with the time that it took."""

import contextlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager

from rich.console import Console
from rich.table import Table
from rich.text import Text

TITLE_WIDTH = 26


class Steps:
    """Prints steps to `console`: a spinner while one runs in a terminal, and its line when it is over."""

    def __init__(self, console: Console) -> None:
        self.console = console

    @contextmanager
    def step(self, title: str, *, own_display: bool = False) -> Iterator[Callable[[str], None]]:
        """Run the body as a step; what it gives is called with a few words about the result.

        With `own_display` the body draws its own progress, so no spinner is shown.
        """
        note = ""

        def say(words: str) -> None:
            nonlocal note
            note = words

        began = time.monotonic()
        try:
            with contextlib.nullcontext() if own_display else self.spinner(title):
                yield say
        except BaseException:
            self.line("✗", "red", title, note, time.monotonic() - began)
            raise
        self.line("✓", "green", title, note, time.monotonic() - began)

    def beside(self, title: str, work: Callable[[], str]) -> "Beside":
        """Begin a step that goes on while others do; `work` returns a few words about the result."""
        return Beside(self, title, work)

    def spinner(self, title: str) -> AbstractContextManager[object]:
        """What moves while a step runs, where there is a terminal to show it."""
        if not self.console.is_terminal:
            return contextlib.nullcontext()
        return self.console.status(f"[bold]{title}[/bold]")

    def line(self, mark: str, style: str, title: str, note: str, seconds: float) -> None:
        """Print the line of a step that is over."""
        line = Table.grid(padding=(0, 1))
        line.add_column(width=1)
        line.add_column(width=TITLE_WIDTH)
        line.add_column(width=7, justify="right")
        line.add_column(overflow="fold")
        line.add_row(
            Text(mark, style=style), title, Text(f"{seconds:.1f} s", style="dim"), Text(note, style="dim")
        )
        self.console.print(line)


class Beside:
    """A step in a thread of its own. Nobody has to wait for it: a command that fails meanwhile ends all the same."""

    def __init__(self, steps: Steps, title: str, work: Callable[[], str]) -> None:
        self._steps = steps
        self._title = title
        self._began = time.monotonic()
        self._told = False
        pool = ThreadPoolExecutor(max_workers=1)
        self._result = pool.submit(lambda: (work(), time.monotonic() - self._began))
        pool.shutdown(wait=False)

    def finish(self, *, wait: bool = True) -> None:
        """Print the step when its work is over, once; raises what the work raised.

        Without `wait`, only if it is over by now.
        """
        if self._told or not (wait or self._result.done()):
            return
        self._told = True
        try:
            with self._steps.spinner(self._title):
                note, seconds = self._result.result()
        except BaseException:
            self._steps.line("✗", "red", self._title, "", time.monotonic() - self._began)
            raise
        self._steps.line("✓", "green", self._title, note, seconds)
