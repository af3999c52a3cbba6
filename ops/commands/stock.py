"""`ops stock`: shows the stock of all regions, or adds copies of a book."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.table import Table

from ops import stock as library
from ops.aws import explain
from ops.cli import DEFAULT_SETTINGS, SettingsOption, check_region
from ops.console import plain_console
from ops.deployment import Deployment
from ops.errors import InputError, OperatorError
from ops.stock import Status
from stacks.settings import Settings

SHOWN = 20
"""Books in the table if none is named: those with the fewest copies."""


def stock(
    book: Annotated[str, typer.Option(envvar="BOOK", help="Show or change this book only.")] = "",
    add: Annotated[int, typer.Option(envvar="ADD", help="Copies to add to the book.")] = 0,
    region: Annotated[str, typer.Option(envvar="REGION", help="Add to this region only.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print all shares as JSON.")] = False,
    settings: SettingsOption = DEFAULT_SETTINGS,
) -> None:
    """Show each region's rights, sold, given, wanted and in-flight copies; with BOOK and ADD add copies first."""
    environment = Settings.load(settings)
    if region:
        check_region(region, environment)
    if add < 0 or (add and not book):
        raise InputError("to add copies: make stock BOOK=<id> ADD=<copies> [REGION=<region>]")
    deployment = Deployment.load(environment)
    if add:
        added = library.add(deployment, book, add, region or None, environment.stock_weights)
        # On standard error: with --json, standard output is JSON.
        print("added: " + ", ".join(f"{copies} to {each}" for each, copies in added.items()), file=sys.stderr)
    try:
        shares = library.status(deployment, book or None)
    except (BotoCoreError, ClientError) as error:
        if not add:
            raise
        raise OperatorError(
            f"{explain(error)}. All copies were added, do not add them again. To see the stock of all regions later: "
            f"make stock BOOK={book}"
        ) from error
    if as_json:
        print(json.dumps([asdict(share) for share in shares], indent=2))
    else:
        plain_console().print(_table(shares))


def _table(shares: Sequence[Status]) -> Table:
    left: dict[str, int] = {}
    for share in shares:
        left[share.book] = left.get(share.book, 0) + share.rights
    books = sorted(left, key=lambda book: (left[book], book))
    shown = set(books[:SHOWN])
    hidden = len(books) - len(shown)
    table = Table(title=f"Stock; {hidden:,} more books with more copies" if hidden else "Stock")
    for column in ("book", "region"):
        table.add_column(column, overflow="fold")  # whole: operators copy both into the next command
    for column in ("rights", "sold", "given", "wanted", "in flight"):
        table.add_column(column, justify="right")
    for share in shares:
        if share.book in shown:
            numbers = (share.rights, share.sold, share.given, share.wanted, share.in_flight)
            style = "red" if share.rights < 0 else ""
            table.add_row(share.book, share.region, *map(str, numbers), style=style)
    return table
