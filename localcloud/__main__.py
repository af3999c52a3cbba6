"""`python -m localcloud`: the bookstore on one machine. `make up`, `make status` and `make down` call it."""

import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError
from httpx import HTTPError
from rich.console import Console

from localcloud import disk_space
from localcloud.down import take_down
from localcloud.environment import export, local_environment
from localcloud.layout import ROOT, Layout
from localcloud.processes import Supervisor
from localcloud.status import show_status
from localcloud.step_output import Steps
from localcloud.up import Up
from ops import provider_mirror
from ops.errors import OperatorError, full_disk
from ops.provider_mirror import ProviderUnavailableError
from stacks.settings import Settings, SettingsError

REFUSALS = (OperatorError, ClientError, BotoCoreError, HTTPError)

app = typer.Typer(
    help="The bookstore on one machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
# A pipe has no width of its own, and 80 columns would fold the table of addresses.
console = Console(highlight=False, width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else 120)
SettingsOption = Annotated[
    Path, typer.Option(envvar="SETTINGS", help=r"A settings file with a \[local] table.")
]
DEFAULT_SETTINGS = Path("settings/local.toml")


@app.command()
def up(
    settings: SettingsOption = DEFAULT_SETTINGS,
    blog: Annotated[bool, typer.Option("--blog", help="Stop when the blog cannot run here.")] = False,
) -> None:
    """Start the emulators, deploy every stack and load the catalog; safe and quick to run again."""
    if subprocess.run(
        [ROOT / "bin" / "prerequisites"], env={**os.environ, "PYTHON": sys.executable}
    ).returncode:
        raise typer.Exit(1)
    try:
        provider_mirror.use()
    except ProviderUnavailableError as error:
        console.print(str(error), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    layout = _layout()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.default_int_handler)
    with _alone(layout):
        supervisor = Supervisor(layout.cloud / "processes", layout.log)
        disk = disk_space.Watch(layout.directory)
        try:
            with disk:
                Up(layout, settings.absolute(), Steps(console), supervisor, blog_wanted=blog).run()
        except SettingsError as mistakes:
            _refuse("\n".join(mistakes.mistakes), supervisor, 2)
        except (*REFUSALS, OSError) as failure:
            full = disk.full()
            if full is None and not isinstance(failure, REFUSALS):
                supervisor.undo()
                raise
            _refuse(full or str(failure), supervisor, 1)
        except KeyboardInterrupt:
            full = disk.full()
            _refuse(full or "interrupted", supervisor, 1 if full else 130)
        except BaseException:
            supervisor.undo()
            raise


@app.command()
def down() -> None:
    """Stop everything and remove its state."""
    layout = _layout()
    with _alone(layout):
        take_down(layout, Supervisor(layout.cloud / "processes", layout.log), Steps(console))


@app.command()
def status() -> None:
    """Show which parts run, and where; exits 1 unless all do."""
    layout = _layout()
    well = show_status(layout, Supervisor(layout.cloud / "processes", layout.log), console)
    raise typer.Exit(0 if well else 1)


@app.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
def run(command: list[str], settings: SettingsOption = DEFAULT_SETTINGS) -> None:
    """Run a command with the environment that points every AWS client at this local cloud.

    With settings for AWS the command runs as it is.
    """
    try:
        chosen = Settings.load(settings)
        if chosen.is_local:
            export(local_environment(_layout(), settings.absolute(), chosen.regions))
        with suppress(ProviderUnavailableError):  # Most commands do not start Terraform.
            provider_mirror.use()
    except SettingsError as mistakes:
        console.print("\n".join(mistakes.mistakes), style="red", markup=False)
        raise typer.Exit(2) from None
    os.execvp(command[0], command)


def _layout() -> Layout:
    try:
        return Layout.from_environment()
    except ValueError as mistake:
        console.print(str(mistake), style="red", markup=False)
        raise typer.Exit(2) from None


@contextmanager
def _alone(layout: Layout) -> Iterator[None]:
    """Hold off a second `up` or `down` of the same local cloud. Exits 1 when there is one."""
    layout.directory.mkdir(parents=True, exist_ok=True)
    for folder in (ROOT / ".local", layout.directory):
        if folder.exists():
            folder.chmod(0o700)  # It holds passwords, keys and the data of the databases.
    with (layout.directory / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            console.print(
                f"another command is changing the local cloud in {layout.directory}: wait for it", style="red"
            )
            raise typer.Exit(1) from None
        yield


def _refuse(reason: str, supervisor: Supervisor, code: int) -> None:
    """Stop what this run started, print the reason and exit. Further signals are ignored meanwhile."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    stopped = supervisor.undo()
    with suppress(OSError):  # The terminal may be gone.
        console.print(reason, style="red", markup=False, soft_wrap=True)
        if stopped:
            console.print(f"stopped again: {', '.join(stopped)}", style="dim")
    raise typer.Exit(code)


def main() -> None:
    """Run the command that the arguments name."""
    try:
        app()
    except OSError as error:
        if (reason := full_disk(error)) is None:
            raise
        sys.exit(reason)


if __name__ == "__main__":
    main()
