"""Injects failures under load, heals them and counts lost orders: `python -m ops drill`."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import httpx
import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.table import Table

from ops.cli import DEFAULT_SETTINGS, SettingsOption
from ops.console import plain_console
from ops.deployment import Deployment
from ops.drill.failures import (
    Evacuated,
    Failure,
    FunctionsFailing,
    MappingDeleted,
    RedisLost,
    ReplicationPaused,
    WritesFailing,
)
from ops.drill.overload import Overloaded
from ops.drill.plan import Plan
from ops.drill.region_loss import EdgeFaults, RegionLost, RegionSlow, UserPoolLost
from ops.drill.report import Report, seconds
from ops.drill.runner import Drill, UnhealedError
from ops.errors import DeploymentError, InputError, InterruptError, OperatorError
from ops.health_probe import Probe
from ops.replication_experiment import ReplicationExperiment
from ops.replication_pause import Pausing
from ops.traffic import Traffic
from stacks.settings import Settings

ORDERS = 2_000
"""Orders of a full drill, enough to detect one loss in a thousand."""


def drill(
    short: Annotated[bool, typer.Option("--short", help="Two failures in one region.")] = False,
    only: Annotated[
        str, typer.Option(help="Run only failures whose name contains this text, such as redis.")
    ] = "",
    seed: Annotated[int, typer.Option(help="Seed of the shoppers' choices.")] = 1,
    rate: Annotated[float, typer.Option(help="Requests per second of all shoppers together.")] = 6.0,
    orders: Annotated[
        int | None,
        typer.Option(help=f"Minimum number of confirmed orders: {ORDERS:,}, or 0 with --short or --only."),
    ] = None,
    shoppers: Annotated[int, typer.Option(help="Shoppers per region and kind of client.")] = 2,
    settings: SettingsOption = DEFAULT_SETTINGS,
) -> None:
    """Break regions under load, heal them, count lost orders, and write report.json and report.html.

    The shoppers place real orders: do not run this in production. Exits with 1 if an order was lost or
    duplicated, or a limit was missed.
    """
    deployment = Deployment.load(Settings.load(settings))
    if len(deployment.regions) < 2:
        raise InputError("a drill needs two regions, and this deployment has one: add another to `regions`")
    known = steps(deployment, within_reach(deployment), rate=rate, short=short)
    chosen = [step for step in known if only.lower() in step[0].name.lower()]
    if not chosen:
        names = ", ".join(dict.fromkeys(failure.name for failure, _ in known))
        raise InputError(f"no failure has {only!r} in its name: {names}")
    minimum = orders if orders is not None else 0 if short or only else ORDERS
    try:
        local = deployment.settings.local
        delay = local.replication_delay if local and not short else None
        plan = Plan(chosen, seed=seed, shoppers=shoppers, rate=rate, delay=delay, orders=minimum)
        report = asyncio.run(_run(deployment, plan))
    except asyncio.CancelledError as error:
        raise InterruptError(f"stopped; {_healing(error)}") from None
    except (BotoCoreError, ClientError, httpx.HTTPError) as error:
        raise OperatorError(f"{error}; {_healing(error)}") from error
    page = report.write(Path(os.environ.get("LOCAL_DIR", ".local")) / "drill")
    _print(report)
    print(f"report: {page}")
    if report.missed():
        raise typer.Exit(1)


def _healing(error: BaseException) -> str:
    """Say which region is not healed, from the errors that `error` replaced."""
    found: BaseException | None = error
    while found:
        if isinstance(found, UnhealedError):
            return str(found)
        found = found.__context__
    return "everything is healed, see `make status`"


def within_reach(deployment: Deployment) -> Sequence[str]:
    """Regions whose shoppers can be simulated: all locally, on AWS only the one that DNS returns here.

    Raises DeploymentError if no region responds.
    """
    if deployment.settings.is_local:
        return tuple(deployment.regions)
    probe = Probe(deployment.settings)
    here = probe.who_answers()
    if here is None or here not in deployment.regions:
        raise DeploymentError(f"no region responds at {probe.api}: see `make status`")
    others = ", ".join(region for region in deployment.regions if region != here)
    print(f"DNS returns {here} here; run the drill of {others} from a machine near them")
    return (here,)


def steps(
    deployment: Deployment, regions: Sequence[str], *, rate: float, short: bool
) -> list[tuple[Failure, str]]:
    """Failures and regions in order: each failure in each of `regions`; if `short` two in the first.

    `rate` is in requests per second of all shoppers.
    """
    mapping, redis = MappingDeleted(deployment), RedisLost(deployment)
    if short:
        return [(redis, regions[0]), (mapping, regions[0])]
    pausing = Pausing.of(deployment.settings)
    controls = pausing or ReplicationExperiment.of(deployment)
    if controls is None:
        print("replication is not paused: that needs features.fault_injection, docs/walkthrough/5-drill.md")
    paused: list[Failure] = [ReplicationPaused(controls)] if controls else []
    local = deployment.settings.local
    losses: list[tuple[Failure, str]] = []
    if pausing and local and local.control_room:
        edge = EdgeFaults(local.control_room)
        lost, slow = RegionLost(edge, pausing), RegionSlow(edge)
        losses = [(failure, region) for failure in (lost, slow) for region in regions]
        losses.append((UserPoolLost(edge, pausing), deployment.shared.user_pool_region))
    failures: list[Failure] = [
        mapping,
        FunctionsFailing(deployment),
        *paused,
        redis,
        WritesFailing(deployment),
        Overloaded(deployment, rate),
        Evacuated(Traffic(deployment.settings)),
    ]
    return losses + [(failure, region) for failure in failures for region in regions]


async def _run(deployment: Deployment, plan: Plan) -> Report:
    rehearsal = Drill(deployment, plan, say=lambda text: print(text, flush=True))
    task = asyncio.ensure_future(rehearsal.run())

    def stop() -> None:
        """Heal everything. A second signal must not end the healing."""
        if not task.cancelling():
            task.cancel()

    for received in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(received, stop)
    return Report(
        name=deployment.settings.name,
        seed=plan.seed,
        regions=tuple(deployment.regions),
        reconciliation=await task,
        recording=rehearsal.recording,
        arithmetic=rehearsal.arithmetic,
    )


def _print(report: Report) -> None:
    table = Table("failure", "client, s", "DNS, s", "RPO, s", "client failed", "DNS failed")
    table.title = "Failover of a client that knows all regions, and of one that follows DNS"
    for incident in report.recording.incidents:
        client, dns = report.outages(incident)
        table.add_row(
            f"{incident.failure}, {incident.region}",
            seconds(client.longest_wait),
            seconds(dns.last_recovered),
            f"{incident.loss.oldest_seconds:.2f}" if incident.loss else "–",
            f"{client.failed} of {client.requests}",
            f"{dns.failed} of {dns.requests}",
        )
    plain_console().print(table)
    print(f"DNS should take at most {report.arithmetic}")
    found = report.reconciliation
    print(
        f"{found.confirmed:,} orders confirmed of {found.purchases:,} requested: {len(found.lost)} lost, "
        f"{len(found.doubled)} doubled, {len(found.unexpected)} unexpected; {len(found.carts)} carts wrong, "
        f"{len(found.bestsellers)} bestsellers wrong"
    )
    print(
        f"{found.stock.sold:,} copies sold of {found.stock.received:,} received, {found.stock.moved:,} moved between "
        f"regions: {len(found.stock.oversold)} books oversold, {len(found.stock.inconsistent)} shares wrong"
    )
    for line in report.missed():
        print(f"missed: {line}", file=sys.stderr)
