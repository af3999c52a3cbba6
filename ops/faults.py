"""Finds actual state that differs from the expected state on one machine, for example after a drill was killed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from ops.aws import client, invoke
from ops.drill.failures import (
    MISSING_HANDLER,
    UNREACHABLE_REDIS,
    has_moved_mapping,
    mappings,
    move_mappings_back,
)
from ops.drill.overload import has_limits, lift_limits
from ops.drill.region_loss import EdgeFaults
from ops.health_probe import Probe
from ops.replication_pause import Pausing
from ops.traffic import Traffic
from stacks.settings import Settings

CATCH_UP_SECONDS = 120.0
IN_FLIGHT_SECONDS = 1.0
"""Age of writes that wait in normal operation."""
REBUILD = "bestsellers-rebuild"


@dataclass(frozen=True)
class Fault:
    """Actual state that differs from the expected state. `heal` is None where only Terraform restores it."""

    description: str
    heal: Callable[[], None] | None


def find_faults(settings: Settings) -> Iterator[Fault]:
    """Each fault of a local deployment, in the order of healing.

    Raises httpx's and boto3's errors when a part does not answer, TrafficError when nothing is deployed.
    """
    local, pausing = settings.local, Pausing.of(settings)
    if not local or not local.control_room or not pausing:
        return
    edge = EdgeFaults(local.control_room)
    yield from _edge_faults(edge)
    yield from _replication_faults(pausing)
    traffic = Traffic(settings)
    for region in settings.regions:
        if traffic.is_evacuated(region):
            yield Fault(f"{region} is evacuated", partial(traffic.restore, region))
    for region in settings.regions:
        gateway, hosts = client("apigatewayv2", region), (settings.api_host(region), settings.api_host())
        if has_moved_mapping(gateway, hosts):
            yield Fault(
                f"{region}: the API's base path is missing", partial(move_mappings_back, gateway, hosts)
            )
    for region in settings.regions:
        yield from _limits(region, settings.api_host(region))
    probe = Probe(settings)
    for region in settings.regions:
        functions = _functions(region, settings.name)
        broken = [each["FunctionName"] for each in functions if _is_broken(each)]
        if broken:
            yield Fault(f"{region}: a drill broke {', '.join(broken)}", None)
        elif probe.has_stale_bestsellers(region):
            yield Fault(
                f"{region}: the bestsellers are stale", partial(invoke, f"{settings.name}-{REBUILD}", region)
            )


def _edge_faults(edge: EdgeFaults) -> Iterator[Fault]:
    for region in edge.regions():
        name = region["name"]
        if region["cut"]:
            yield Fault(f"{name}: connections are dropped", partial(edge.mend, name))
        if region.get("slow"):  # An edge of an earlier version reports none.
            yield Fault(
                f"{name}: responses are delayed by {region['slow']:g} s",
                partial(edge.slow, name, 0),
            )


def _replication_faults(pausing: Pausing) -> Iterator[Fault]:
    for region in pausing.unavailable_apis():
        yield Fault(
            f"{region}: the AWS APIs are unavailable",
            partial(pausing.restore_apis, region),
        )
    backlog = pausing.backlog()
    if backlog.delay_p95:
        yield Fault(f"replication is delayed (p95 {backlog.delay_p95:g} s)", partial(pausing.set_delay, 0, 0))
    for region in backlog.paused:
        yield Fault(f"{region}: replication is paused", partial(pausing.resume, region))
    late = sum(link.writes for link in backlog.late if link.oldest_seconds > IN_FLIGHT_SECONDS)
    if late:
        yield Fault(
            f"{late} writes wait for their replication",
            partial(pausing.await_caught_up, CATCH_UP_SECONDS),
        )


def _limits(region: str, host: str) -> Iterator[Fault]:
    gateway = client("apigateway", region)
    for _, mapping in mappings(client("apigatewayv2", region), (host,)):
        stage = (mapping["ApiId"], mapping["Stage"])
        if has_limits(gateway, *stage):
            yield Fault(
                f"{region}: a drill's request limits are still set on the API",
                partial(lift_limits, gateway, *stage),
            )


def _functions(region: str, name: str) -> list[dict[str, Any]]:
    pages = client("lambda", region).get_paginator("list_functions").paginate()
    return [each for page in pages for each in page["Functions"] if each["FunctionName"].startswith(name)]


def _is_broken(function: dict[str, Any]) -> bool:
    """Whether a drill's change of this function is still there."""
    variables = function.get("Environment", {}).get("Variables", {})
    return MISSING_HANDLER in function["Handler"] or UNREACHABLE_REDIS in variables.values()
