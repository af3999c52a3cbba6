"""What the commands that move traffic do alike: know the regions, end with one line and an exit code."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError
from rich.console import Console

from ops.traffic import TrafficError
from stacks.settings import Settings, SettingsError

DEFAULT_SETTINGS = Path("settings/local.toml")
SettingsOption = Annotated[Path, typer.Option("--settings", envvar="SETTINGS", help="Which deployment.")]
RegionArgument = Annotated[str, typer.Argument(help="An AWS region of the deployment, such as eu-west-1.")]


class RefusedError(Exception):
    """The command will not do it; the message says why and what would help."""


class UnknownRegionError(Exception):
    """A region that the deployment does not have."""

    def __init__(self, region: str, settings: Settings) -> None:
        said = f"unknown region {region!r}" if region else "no region was given, as in REGION=eu-west-1"
        super().__init__(f"{said}: this deployment has {', '.join(settings.regions)}")


def check_region(region: str, settings: Settings) -> None:
    """Raises UnknownRegionError."""
    if region not in settings.regions:
        raise UnknownRegionError(region, settings)


@contextmanager
def exit_codes() -> Iterator[None]:
    """Turn failures into one line on standard error and the code: 1 refused or failed, 2 wrong input."""
    errors = Console(stderr=True, soft_wrap=True)
    try:
        yield
    except (SettingsError, UnknownRegionError) as mistake:
        errors.print(str(mistake), style="red", markup=False, highlight=False)
        raise typer.Exit(2) from None
    except (RefusedError, TrafficError) as failure:
        errors.print(str(failure), style="red", markup=False, highlight=False)
        raise typer.Exit(1) from None
    except EndpointConnectionError as failure:
        asked = urlsplit(failure.kwargs["endpoint_url"])
        told = (
            f"nobody answers at {asked.scheme}://{asked.netloc}; is it a shop on this machine? Run: make up"
        )
        errors.print(told, style="red", markup=False, highlight=False)
        raise typer.Exit(1) from None
    except (BotoCoreError, ClientError) as failure:
        errors.print(f"AWS refused: {failure}", style="red", markup=False, highlight=False)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        errors.print("interrupted: nothing was changed", style="yellow")
        raise typer.Exit(1) from None
