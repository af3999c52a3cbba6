"""Loads a catalog into a deployment: `python -m ops seed books.csv`."""

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from botocore.exceptions import BotoCoreError, ClientError

from ops.catalog.loader import Report, load
from ops.catalog.rows import CatalogError
from ops.catalog.table import TableError
from ops.deployment import Deployment, DeploymentError
from ops.progress import counting
from stacks.settings import Settings, SettingsError

__all__ = ["load", "seed"]


def seed(
    catalog: Annotated[Path, typer.Argument(help="A CSV file; catalog/README.md names the columns.")] = Path(
        "data/catalog.csv"
    ),
    settings: Annotated[Path, typer.Option(envvar="SETTINGS", help="Which deployment.")] = Path(
        "settings/local.toml"
    ),
) -> None:
    """Load a catalog into the Books table; stopped half-way, it goes on when run again.

    Rows that don't fit are listed and left out. Exits 0 when any book was loaded, 1 when none was or when AWS
    refused, 2 when the file is no catalog.
    """
    try:
        with counting(catalog.name, "books") as progress:
            report = load(Deployment.load(Settings.load(settings)), catalog, progress=progress)
    except (CatalogError, SettingsError) as error:
        _fail(str(error), 2)
    except (TableError, DeploymentError) as error:
        _fail(str(error), 1)
    except OSError as error:
        _fail(f"cannot keep the checkpoint: {error}", 1)
    except (BotoCoreError, ClientError) as error:
        _fail(f"AWS refused ({error}); run the same command again, it goes on where it stopped", 1)
    _print(report, catalog)
    if not report.loaded:
        raise typer.Exit(1)


def _print(report: Report, catalog: Path) -> None:
    for row in report.rejected:
        print(f"{catalog}:{row.line}: left out: {row.reason}", file=sys.stderr)
    resumed = f" ({report.resumed:,} of them by an earlier run)" if report.resumed else ""
    print(
        f"{_counted(report.loaded, 'book')} loaded{resumed}, {_counted(len(report.rejected), 'row')} left out"
    )
    if report.categories:
        total = sum(report.categories.values())
        print(f"the shop now holds {total:,} books in {len(report.categories):,} categories")


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _fail(message: str, code: int) -> NoReturn:
    print(message, file=sys.stderr)
    raise typer.Exit(code)
