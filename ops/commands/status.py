"""`ops status`: the state of each region, and which region the shared API address reaches."""

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Annotated

import httpx
import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.table import Table
from rich.text import Text

from ops.aws import explain
from ops.bucket_copies import Copy, compare_copies
from ops.cli import DEFAULT_SETTINGS, SettingsOption
from ops.console import plain_console
from ops.faults import find_faults
from ops.health_probe import Probe
from ops.replication_lag import lag_behind
from ops.replication_pause import Backlog, Pausing
from ops.traffic import ALIAS_TTL, Traffic, TrafficError
from stacks.settings import Settings

LAG_TIMEOUT = 10.0
"""Seconds to measure the replication lag for."""
_EVACUATED = {
    True: Text("yes", "yellow"),
    False: Text("no"),
    None: Text("? not known", "yellow"),
}


@dataclass(frozen=True)
class RegionStatus:
    """A region's state; `replication_lag_seconds` is None when it exceeds the timeout or cannot be measured.

    `evacuated` is None when Route 53's control plane, which is in us-east-1, does not answer or refuses, or when the
    region is not deployed. A fault of the status then says why. `replication` describes a pause or a backlog; only the
    local cloud reports one.
    """

    region: str
    healthy: bool
    detail: str
    evacuated: bool | None
    replication_lag_seconds: float | None
    replication: str = ""
    busy: bool = False
    files: str = ""
    """Files of the storefront and the blog in the region's buckets, compared with the first region's."""


@dataclass(frozen=True)
class Status:
    """The whole deployment; `answered_by` is the region that `api` reaches from here, or None."""

    regions: Sequence[RegionStatus]
    api: str
    answered_by: str | None
    faults: Sequence[str] = ()
    """Actual state that differs from the expected state."""


def status(
    settings: SettingsOption = DEFAULT_SETTINGS,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show each region's health, evacuation and replication lag, and which region answers the API's address.

    Exits with 1 and names the differences if the actual state differs from the expected state.
    """
    environment = Settings.load(settings)
    now = survey(environment, Traffic(environment), Probe(environment))
    if as_json:
        typer.echo(json.dumps(asdict(now), indent=2))
    else:
        plain_console().print(_table(now))
        answer = f"reaches {now.answered_by}" if now.answered_by else "is not answered by any region"
        typer.echo(f"{now.api} {answer}, from here; resolvers keep a DNS answer for {ALIAS_TTL} s")
        for fault in now.faults:
            plain_console().print(fault, style="red")
    if now.faults:
        raise typer.Exit(1)


def survey(settings: Settings, traffic: Traffic, probe: Probe, *, timeout: float = LAG_TIMEOUT) -> Status:
    """Query every region and Route 53 in parallel."""
    regions = settings.regions

    def lag(region: str) -> float | None:
        sources = [other for other in healthy if other != region]
        return lag_behind(settings, sources, region, timeout=timeout) if region in healthy else None

    with ThreadPoolExecutor(max_workers=2 * len(regions)) as pool:
        answers = pool.map(lambda region: _is_evacuated(region, traffic), regions)
        health = dict(zip(regions, pool.map(probe.health, regions), strict=True))
        healthy = [region for region in regions if health[region].healthy]
        lags = pool.map(lag, regions)
        backlog = _backlog(settings)
        evacuations, reasons = zip(*answers, strict=True)
        files = _files(settings)
        return Status(
            [
                RegionStatus(
                    region=region,
                    healthy=health[region].healthy,
                    detail=health[region].detail,
                    evacuated=is_evacuated,
                    replication_lag_seconds=None if behind is None else round(behind, 3),
                    replication=backlog.of(region),
                    busy=health[region].busy,
                    files=files.get(region, "?"),
                )
                for region, is_evacuated, behind in zip(regions, evacuations, lags, strict=True)
            ],
            api=probe.api,
            answered_by=probe.who_answers(),
            faults=[
                *(
                    f"{name}: unhealthy, {health[name].detail}"
                    for name in regions
                    if not health[name].healthy
                ),
                # Once each: Route 53 is asked about all regions with the same credentials.
                *dict.fromkeys(filter(None, reasons)),
                *_faults(settings, probe, dict(zip(regions, evacuations, strict=True))),
            ],
        )


def _faults(settings: Settings, probe: Probe, evacuated: Mapping[str, bool | None]) -> list[str]:
    if settings.is_local:
        with suppress(httpx.HTTPError, BotoCoreError, ClientError, TrafficError):
            return [f"{fault.description}; repair it with: make up" for fault in find_faults(settings)]
    return [
        *(
            f"{name} is evacuated; undo it with: make restore REGION={name}"
            for name, is_evacuated in evacuated.items()
            if is_evacuated
        ),
        *(f"{name}: the bestsellers are stale" for name in evacuated if probe.has_stale_bestsellers(name)),
    ]


def _backlog(settings: Settings) -> Backlog:
    pausing = Pausing.of(settings)
    if pausing:
        with suppress(httpx.HTTPError):
            return pausing.backlog()
    return Backlog(())


def _files(settings: Settings) -> dict[str, str]:
    """Completeness of each region's files; empty when S3 does not answer."""
    with suppress(BotoCoreError, ClientError):
        return {region: _completeness(copy) for region, copy in compare_copies(settings).items()}
    return {}


def _completeness(copy: Copy) -> str:
    if copy.is_complete:
        return f"{copy.objects}, all"
    faults = [
        f"{len(keys)} {kind} ({keys[0]})"
        for kind, keys in (("missing", copy.missing), ("different", copy.different))
        if keys
    ]
    return f"{copy.objects}, {', '.join(faults)}"


def _is_evacuated(region: str, traffic: Traffic) -> tuple[bool | None, str]:
    """Whether the region is evacuated; None and the reason if Route 53 does not say so."""
    try:
        return traffic.is_evacuated(region), ""
    except TrafficError as error:
        return None, f"{region}: {error}"
    except (BotoCoreError, ClientError) as error:
        return None, f"evacuations are not known: {explain(error)}"


def _table(status: Status) -> Table:
    table = Table("region", "healthy", "evacuated", "behind the others", "files")
    for each in status.regions:
        table.add_row(
            each.region,
            _health(each),
            _EVACUATED[each.evacuated],
            Text(each.replication, "yellow") if each.replication else _behind(each),
            Text(each.files, "" if each.files.endswith(", all") else "yellow"),
        )
    return table


def _health(region: RegionStatus) -> Text:
    if region.busy:
        return Text(f"yes, busy: {region.detail}", "yellow")
    return Text("yes", "green") if region.healthy else Text(f"no: {region.detail}", "red")


def _behind(region: RegionStatus) -> str:
    if region.replication_lag_seconds is not None:
        return f"{region.replication_lag_seconds:.1f} s"
    return f"over {LAG_TIMEOUT:.0f} s or not measurable" if region.healthy else "?"
