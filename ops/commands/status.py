"""`ops status`: each region at a glance, and who answers the shop's address now."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Annotated

import httpx
import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ops.health_probe import Probe
from ops.region_commands import DEFAULT_SETTINGS, SettingsOption, exit_codes
from ops.replication_lag import lag_behind
from ops.replication_pause import Backlog, Pausing
from ops.traffic import ALIAS_TTL, Traffic
from stacks.settings import Settings

PATIENCE = 10.0
"""Seconds after which a region counts as behind."""
_EVACUATED = {True: Text("yes", "yellow"), False: Text("no"), None: Text("? Route 53 does not say", "yellow")}


@dataclass(frozen=True)
class RegionStatus:
    """A region as operators see it; `replication_lag_seconds` is None when too long, or not to be told.

    `evacuated` is None when Route 53's control plane does not answer: it is in us-east-1 alone. `replication` says
    what is out of the ordinary with it; only a shop on one machine knows.
    """

    region: str
    healthy: bool
    detail: str
    evacuated: bool | None
    replication_lag_seconds: float | None
    replication: str = ""


@dataclass(frozen=True)
class Status:
    """The whole deployment; `answered_by` is the region that `api` reaches from here, if any does."""

    regions: Sequence[RegionStatus]
    api: str
    answered_by: str | None


def status(
    settings: SettingsOption = DEFAULT_SETTINGS,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show each region: healthy, evacuated, how far behind the others; and which answers the shop's address."""
    with exit_codes():
        environment = Settings.load(settings)
        now = survey(environment, Traffic(environment), Probe(environment))
    if as_json:
        typer.echo(json.dumps(asdict(now), indent=2))
    else:
        console = Console()
        console.print(_table(now))
        console.print(
            f"{now.api} is answered by [bold]{now.answered_by or 'nobody'}[/bold], as seen from here; "
            f"an answer of DNS is kept for {ALIAS_TTL} s",
            highlight=False,
        )


def survey(settings: Settings, traffic: Traffic, probe: Probe, *, patience: float = PATIENCE) -> Status:
    """Ask every region and Route 53, side by side: neither waits for the other."""
    regions = settings.regions

    def lag(region: str) -> float | None:
        sources = [other for other in healthy if other != region]
        return lag_behind(settings, sources, region, timeout=patience) if region in healthy else None

    with ThreadPoolExecutor(max_workers=2 * len(regions)) as pool:
        evacuated = pool.map(lambda region: _is_evacuated(region, traffic), regions)
        health = dict(zip(regions, pool.map(probe.health, regions), strict=True))
        healthy = [region for region in regions if health[region].healthy]
        lags = pool.map(lag, regions)
        backlog = _backlog(settings)
        return Status(
            [
                RegionStatus(
                    region=region,
                    healthy=health[region].healthy,
                    detail=health[region].detail,
                    evacuated=away,
                    replication_lag_seconds=None if behind is None else round(behind, 3),
                    replication=backlog.of(region),
                )
                for region, away, behind in zip(regions, evacuated, lags, strict=True)
            ],
            api=probe.api,
            answered_by=probe.who_answers(),
        )


def _backlog(settings: Settings) -> Backlog:
    pausing = Pausing.of(settings)
    if pausing:
        with suppress(httpx.HTTPError):
            return pausing.backlog()
    return Backlog(())


def _is_evacuated(region: str, traffic: Traffic) -> bool | None:
    with suppress(BotoCoreError, ClientError):
        return traffic.is_evacuated(region)
    return None


def _table(status: Status) -> Table:
    table = Table("region", "healthy", "evacuated", "behind the others")
    for each in status.regions:
        table.add_row(
            each.region,
            Text("yes", "green") if each.healthy else Text(f"no: {each.detail}", "red"),
            _EVACUATED[each.evacuated],
            Text(each.replication, "yellow") if each.replication else _behind(each),
        )
    return table


def _behind(region: RegionStatus) -> str:
    if region.replication_lag_seconds is not None:
        return f"{region.replication_lag_seconds:.1f} s"
    return f"over {PATIENCE:.0f} s, or not to be told" if region.healthy else "?"
