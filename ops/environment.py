"""The settings of the environment that a command is for."""

from pathlib import Path

import typer

from stacks.settings import Settings, SettingsError


def load_environment(path: Path) -> Settings:
    """The settings in `path`. Ends the command with code 2, a line a mistake, when they cannot be used."""
    try:
        return Settings.load(path)
    except SettingsError as error:
        typer.echo("\n".join(error.mistakes), err=True)
        raise typer.Exit(2) from None
