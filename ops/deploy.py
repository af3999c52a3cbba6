"""`ops deploy`: the same `cdktf deploy` on AWS and on the local cloud, with one line a stack to watch."""

import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Annotated, Self

import typer
from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from ops import cdktf
from ops.cdktf import Listener, Phase, StackProgress
from stacks.settings import Settings, SettingsError

LOG = "deploy.log"


class DeployFailedError(Exception):
    """A stack could not be deployed; the message says which, and what Terraform said."""


def deploy(
    settings: Annotated[Path, typer.Option(envvar="SETTINGS", help="The environment's TOML file.")] = Path(
        "settings/local.toml"
    ),
) -> None:
    """Synthesize, then deploy every stack in the order in which they need each other."""
    console = Console()
    try:
        environment = Settings.load(settings)
        log = cdktf.synthesized_folder() / LOG
        with console.status("synthesizing"):
            cdktf.synthesize(settings, log)
        deploy_stacks(environment, settings, console=console, log=log)
    except SettingsError as mistakes:
        console.print(*mistakes.mistakes, sep="\n", markup=False)
        raise typer.Exit(2) from None
    except (cdktf.SynthesisError, DeployFailedError) as failure:
        console.print(str(failure), style="red", markup=False)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        console.print("interrupted: what was finished is in the state, run it again to go on", style="yellow")
        raise typer.Exit(1) from None


def deploy_stacks(environment: Settings, settings: Path, *, console: Console, log: Path) -> None:
    """Deploy what is synthesized. Raises DeployFailedError; KeyboardInterrupt once Terraform has wound down."""
    arguments = [
        "deploy",
        "*",
        "--auto-approve",
        "--skip-synth",
        # cdktf.out is written anew by each synth and kept nowhere: a lock file for other platforms in it helps nobody.
        "--skip-provider-lock",
    ]
    if environment.state.backend != "cloud":
        arguments += ["--terraform-parallelism", str(cdktf.TERRAFORM_PARALLELISM)]
    listener = Listener(cdktf.stack_order(cdktf.synthesized_folder()))
    tail: list[str] = []
    with _view(listener, console) as view:

        def hear(line: str) -> None:
            tail.append(line.rstrip())
            del tail[:-20]
            if stack := listener.hear(line):
                view.changed(stack)

        code = cdktf.run(cdktf.command(*arguments), log=log, hear=hear, settings=settings)
    if code != 0:
        raise DeployFailedError(_account(listener, tail, log))


def _account(listener: Listener, tail: list[str], log: Path) -> str:
    """Which stacks failed and why; where Terraform named no error, the end of what was printed."""
    told = [f"{stack.name}:\n{error}" for stack in listener.failed for error in stack.errors]
    return "\n\n".join([*(told or ["\n".join(tail)]), f"The whole output: {log}"])


def _view(listener: Listener, console: Console) -> "LiveView | PlainView":
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
    """A line whenever a stack enters another phase, for logs and pipes."""

    def __init__(self, listener: Listener, console: Console) -> None:
        self._clocks = {name: Clock() for name in listener.stacks}
        self._console = console

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def changed(self, stack: StackProgress) -> None:
        """Print the stack's new phase, if it is new."""
        if self._clocks[stack.name].observe(stack.phase):
            made = f", {stack.planned} changes" if stack.phase in (Phase.APPLYING, Phase.DONE) else ""
            self._console.print(
                f"{escape(stack.name)}: {stack.phase}{made} ({self._clocks[stack.name].text()})"
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
