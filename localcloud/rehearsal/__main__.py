"""`python -m localcloud.rehearsal [SETTINGS]`: rehearses a deployment on AWS. Exits 1 when a command fails."""

import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from localcloud.rehearsal.rehearsal import Rehearsal, RehearsalError
from stacks.settings import SettingsError

SettingsArgument = Annotated[
    Path | None, typer.Argument(help="Settings for AWS; the walkthrough's own by default.")
]


def main(settings: SettingsArgument = None) -> None:
    """Run the walkthrough's commands against an emulator of its own."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        Rehearsal.prepare(settings).run()
    except SettingsError as mistakes:
        print(mistakes, file=sys.stderr)
        raise typer.Exit(2) from None
    except RehearsalError as failure:
        print(failure, file=sys.stderr)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    typer.run(main)
