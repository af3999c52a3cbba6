"""Shows what a long command is doing: one line a step, with the time that it took."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

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
            if own_display or not self.console.is_terminal:
                yield say
            else:
                with self.console.status(f"[bold]{title}[/bold]"):
                    yield say
        except BaseException:
            self._line("✗", "red", title, note, time.monotonic() - began)
            raise
        self._line("✓", "green", title, note, time.monotonic() - began)

    def _line(self, mark: str, style: str, title: str, note: str, seconds: float) -> None:
        line = Table.grid(padding=(0, 1))
        line.add_column(width=1)
        line.add_column(width=TITLE_WIDTH)
        line.add_column(width=7, justify="right")
        line.add_column(overflow="fold")
        line.add_row(
            Text(mark, style=style), title, Text(f"{seconds:.1f} s", style="dim"), Text(note, style="dim")
        )
        self.console.print(line)
