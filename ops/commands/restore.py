"""`ops restore`: an evacuated region takes traffic again, once it can."""

import time
from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console

from ops.health_probe import Probe
from ops.region_commands import (
    DEFAULT_SETTINGS,
    RefusedError,
    RegionArgument,
    SettingsOption,
    check_region,
    exit_codes,
)
from ops.replication_lag import catches_up
from ops.traffic import ALIAS_TTL, Traffic
from stacks.settings import Settings

POLL = 2.0
"""Seconds between two looks at a region that does not answer yet."""

Tell = Callable[[str], None]


def restore(
    region: RegionArgument,
    settings: SettingsOption = DEFAULT_SETTINGS,
    timeout: Annotated[float, typer.Option(help="Seconds to wait until the region is ready.")] = 300.0,
) -> None:
    """Bring a region back, after checking that it is healthy and that its data has caught up."""
    with exit_codes():
        environment = Settings.load(settings)
        check_region(region, environment)
        traffic = Traffic(environment)
        if not traffic.is_evacuated(region):
            typer.echo(f"{region} is not evacuated: it takes traffic whenever its health check passes")
            return
        with Console(stderr=True).status("") as line:
            await_ready(environment, Probe(environment), region, timeout=timeout, tell=line.update)
        traffic.restore(region)
        typer.echo(
            f"{region} takes traffic again: Route 53 sends shoppers there as resolvers forget where they were "
            f"sent before, within {ALIAS_TTL} s.\nWatch: make status   Undo: make evacuate REGION={region}"
        )


def await_ready(settings: Settings, probe: Probe, region: str, *, timeout: float, tell: Tell) -> None:
    """Wait until `region` is healthy and has caught up with every other healthy region.

    Raises RefusedError after `timeout` seconds.
    """
    deadline = time.monotonic() + timeout
    tell(f"asking {region} how it is")
    while not (health := probe.health(region)).healthy:
        if time.monotonic() > deadline:
            raise RefusedError(f"{region} is still unhealthy ({health.detail}): it stays evacuated")
        tell(f"waiting until {region} is healthy: {health.detail}")
        time.sleep(POLL)
    for source in settings.regions:
        if source != region and probe.health(source).healthy:
            tell(f"waiting until {region} has what was written in {source}")
            if not catches_up(settings, source, region, deadline=deadline):
                raise RefusedError(f"{region} has not caught up with {source}: it stays evacuated")
