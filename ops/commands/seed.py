"""`ops seed`: loads a catalog file into a deployment."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError

from ops.aws import explain
from ops.catalog.loader import Report, load
from ops.cli import DEFAULT_SETTINGS, SettingsOption
from ops.deployment import Deployment
from ops.errors import OperatorError
from ops.progress import counting
from stacks.settings import Settings

DEFAULT_CATALOG = Path("data/catalog.csv")


def seed(
    catalog: Annotated[
        Path, typer.Argument(help="A CSV file; data/README.md lists the columns.")
    ] = DEFAULT_CATALOG,
    settings: SettingsOption = DEFAULT_SETTINGS,
    accept_rejected: Annotated[
        bool, typer.Option("--accept-rejected", help="Exit 0 even if rows were left out.")
    ] = False,
) -> None:
    """Load a catalog into the Books table; run again after an interruption, it continues.

    Invalid rows are listed and left out. Exits 1 when rows were left out, no book was loaded or AWS refused, 2 when
    the file is no catalog.
    """
    environment = Settings.load(settings)
    deployment = Deployment.load(environment)
    try:
        with counting(catalog.name, "books") as progress:
            report = load(deployment, catalog, progress=progress, weights=environment.stock_weights)
    except OSError as error:
        raise OperatorError(f"cannot keep the checkpoint: {error}") from error
    except (BotoCoreError, ClientError) as error:
        raise OperatorError(f"{explain(error)}. Then run the same command again: it continues") from error
    _print(report, catalog)
    if not report.loaded or (report.rejected and not accept_rejected):
        raise typer.Exit(1)


def _print(report: Report, catalog: Path) -> None:
    for row in report.rejected:
        lines = f"{row.line}-{row.last_line}" if row.last_line > row.line else row.line
        print(f"{catalog}:{lines}: left out: {row.reason}", file=sys.stderr)
    resumed = f" ({report.resumed:,} of them by an earlier run)" if report.resumed else ""
    print(
        f"{_counted(report.loaded, 'book')} loaded{resumed}, {_counted(len(report.rejected), 'row')} left out"
    )
    if report.categories:
        total = sum(report.categories.values())
        print(f"the catalog now has {total:,} books in {len(report.categories):,} categories")


def _counted(number: int, unit: str) -> str:
    return f"{number:,} {unit}" if number == 1 else f"{number:,} {unit}s"
