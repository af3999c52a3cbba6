"""`ops restore`: sends traffic to an evacuated region again, once it is ready."""

import time
from collections.abc import Callable, Iterable
from typing import Annotated

import typer

from ops.cli import DEFAULT_SETTINGS, RegionArgument, SettingsOption, check_region
from ops.console import plain_console
from ops.errors import RefusedError
from ops.health_probe import Probe
from ops.named_tables import NamedTables
from ops.oversold import Oversold, hold_oversold
from ops.replication_lag import catches_up
from ops.traffic import ALIAS_TTL, Traffic
from stacks.settings import Settings

POLL = 2.0
"""Seconds between two requests to a region that is not healthy yet."""

Report = Callable[[str], None]


def restore(
    region: RegionArgument,
    settings: SettingsOption = DEFAULT_SETTINGS,
    timeout: Annotated[float, typer.Option(help="Seconds to wait until the region is ready.")] = 300.0,
) -> None:
    """Send traffic to a region again, after checking its health, its data, and its stock after a claim."""
    environment = Settings.load(settings)
    check_region(region, environment)
    traffic = Traffic(environment)
    if not traffic.is_evacuated(region):
        typer.echo(f"{region} is not evacuated: it gets traffic whenever its health check passes")
        return
    probe, tables = Probe(environment), NamedTables(environment)
    with plain_console(stderr=True).status("") as line:
        await_ready(environment, probe, region, timeout=timeout, report=line.update)
        line.update(f"checking the stock of {region}")
        oversold = hold_oversold(tables, region)
    _name_held(oversold)
    traffic.restore(region)
    typer.echo(
        f"{region} gets traffic again: Route 53 answers with it at once, and resolvers forget their old answer "
        f"within {ALIAS_TTL} s.\nWatch: make status   Undo: make evacuate REGION={region}"
    )
    # A claim that still found the region evacuated may have been written after the check of the stock. A later one ends
    # with an error.
    with plain_console(stderr=True).status("") as line:
        deadline = time.monotonic() + timeout
        if behind := _behind(environment, probe, region, deadline=deadline, report=line.update):
            raise RefusedError(
                f"{region} serves, and has not caught up with {behind}. If `make stock-claim` ran meanwhile: "
                f"make evacuate REGION={region}, then make restore REGION={region}"
            )
        line.update(f"checking the stock of {region} again")
        late = hold_oversold(tables, region)
    _name_held(book for book in late if book not in oversold)


def _name_held(oversold: Iterable[Oversold]) -> None:
    for book in oversold:
        typer.echo(
            f"{book.copies} copies of {book.book} were sold twice, here and after `make stock-claim` elsewhere. "
            f"Held until their shoppers keep or cancel them: {', '.join(book.orders)}"
        )


def await_ready(settings: Settings, probe: Probe, region: str, *, timeout: float, report: Report) -> None:
    """Wait until `region` is healthy and has the writes of every other healthy region.

    Raises RefusedError after `timeout` seconds.
    """
    deadline = time.monotonic() + timeout
    report(f"checking the health of {region}")
    while not (health := probe.health(region)).healthy:
        if time.monotonic() > deadline:
            raise RefusedError(f"{region} is still unhealthy ({health.detail}): it stays evacuated")
        report(f"waiting until {region} is healthy: {health.detail}")
        time.sleep(POLL)
    if behind := _behind(settings, probe, region, deadline=deadline, report=report):
        raise RefusedError(f"{region} has not caught up with {behind}: it stays evacuated")


def _behind(settings: Settings, probe: Probe, region: str, *, deadline: float, report: Report) -> str | None:
    """Wait until `region` has the writes of every other healthy region. Returns the first that is late, or None."""
    for source in settings.regions:
        if source != region and probe.health(source).healthy:
            report(f"waiting until {region} has the writes of {source}")
            if not catches_up(settings, source, region, deadline=deadline):
                return source
    return None
