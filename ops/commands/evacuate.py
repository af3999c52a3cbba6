"""`ops evacuate`: traffic leaves a region, without a deployment."""

from collections.abc import Mapping

import typer

from ops.health_probe import Probe
from ops.region_commands import (
    DEFAULT_SETTINGS,
    RefusedError,
    RegionArgument,
    SettingsOption,
    check_region,
    exit_codes,
)
from ops.traffic import ALIAS_TTL, Traffic
from stacks.settings import Settings


def evacuate(region: RegionArgument, settings: SettingsOption = DEFAULT_SETTINGS) -> None:
    """Send traffic away from a region, unless it is the last healthy one. Undo it with `restore`."""
    with exit_codes():
        environment = Settings.load(settings)
        check_region(region, environment)
        traffic = Traffic(environment)
        if traffic.is_evacuated(region):
            typer.echo(f"{region} is evacuated already. Undo: make restore REGION={region}")
            return
        probe = Probe(environment)
        require_another(
            region,
            {other: why_not(other, traffic, probe) for other in environment.regions if other != region},
        )
        traffic.evacuate(region)
        typer.echo(
            f"{region} is evacuated. DNS sends nobody there from now on; resolvers forget it within "
            f"{ALIAS_TTL} s, and clients that keep a connection open leave when they next connect.\n"
            f"Watch: make status   Undo: make restore REGION={region}"
        )


def require_another(region: str, others: Mapping[str, str | None]) -> None:
    """Raise RefusedError unless one of `others` can take the traffic: each has a reason why not, or None."""
    if any(reason is None for reason in others.values()):
        return
    account = "; ".join(f"{other} {reason}" for other, reason in others.items()) or "there is no other"
    raise RefusedError(f"{region} is the last region that can serve ({account}): bring another back first")


def why_not(region: str, traffic: Traffic, probe: Probe) -> str | None:
    """What keeps `region` from taking traffic; None where nothing does."""
    if traffic.is_evacuated(region):
        return "is evacuated"
    health = probe.health(region)
    return None if health.healthy else f"is unhealthy: {health.detail}"
