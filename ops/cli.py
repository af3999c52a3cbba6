"""The operators' command line, `python -m ops COMMAND`. The only place that prints errors and sets exit codes.

Exit codes: 0 done, 1 failed or refused, 2 wrong input, 130 interrupted. `move-state` has Terraform's: 2 means changes.
"""

import functools
import signal
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Annotated, NoReturn, ParamSpec, TypeVar

import typer
from botocore.exceptions import BotoCoreError, ClientError

from ops.aws import explain
from ops.console import plain_console
from ops.errors import OperatorError, UnknownRegionError, full_disk
from stacks.settings import Settings, SettingsError

P = ParamSpec("P")
R = TypeVar("R")

COMMANDS = (
    "bootstrap",
    "bootstrap-ci",
    "synth",
    "plan",
    "plan-summary",
    "apply",
    "deploy",
    "unlock",
    "remove-region",
    "move-state",
    "destroy",
    "seed",
    "stock",
    "stock-claim",
    "customer-export",
    "customer-erase",
    "status",
    "evacuate",
    "restore",
    "drill",
    "blog-promote",
    "cost",
)

DEFAULT_SETTINGS = Path("settings/local.toml")
SettingsOption = Annotated[
    Path, typer.Option("--settings", envvar="SETTINGS", help="The environment's TOML file.")
]
RegionLostOption = Annotated[
    bool,
    typer.Option(
        "--region-lost", help="Plan the global stack without reading its resources: replicas do not answer."
    ),
]
RegionArgument = Annotated[str, typer.Argument(help="An AWS region of the deployment, such as eu-west-1.")]


def main() -> None:
    """Run the command that the arguments name."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    application()()


def application() -> typer.Typer:
    """Every command, each from the module of its name in `ops/commands`."""
    app = typer.Typer(
        name="ops",
        help="Deploys and operates the bookstore, on AWS and on the local cloud.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for name in COMMANDS:
        function = name.replace("-", "_")
        command = getattr(import_module(f"ops.commands.{function}"), function)
        app.command(name)(report_errors(command))
    return app


def report_errors(command: Callable[P, R]) -> Callable[P, R]:
    """Make `command` print an expected error on standard error and exit with its code."""

    @functools.wraps(command)
    def reporting(*arguments: P.args, **options: P.kwargs) -> R:
        try:
            return command(*arguments, **options)
        except OperatorError as error:
            _fail(str(error), error.exit_code)
        except SettingsError as error:
            _fail(str(error), 2)
        except (BotoCoreError, ClientError) as error:
            _fail(explain(error), 1)
        except OSError as error:
            if (reason := full_disk(error)) is None:
                raise
            _fail(reason, 1)
        except KeyboardInterrupt:
            _fail("interrupted", 130)

    return reporting


def check_region(region: str, settings: Settings) -> None:
    """Raises UnknownRegionError unless the deployment has `region`."""
    if region not in settings.regions:
        problem = f"unknown region {region!r}" if region else "no region was given, as in REGION=eu-west-1"
        raise UnknownRegionError(f"{problem}: this deployment has {', '.join(settings.regions)}")


def _fail(message: str, code: int) -> NoReturn:
    plain_console(stderr=True).print(message, style="red")
    raise typer.Exit(code) from None
