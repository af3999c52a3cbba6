"""`ops evacuate`: moves traffic out of a region without a deployment."""

from collections.abc import Mapping

import typer

from ops.cli import DEFAULT_SETTINGS, RegionArgument, SettingsOption, check_region
from ops.errors import RefusedError
from ops.health_probe import Probe
from ops.traffic import ALIAS_TTL, Traffic, TrafficError
from stacks.settings import Settings


def evacuate(region: RegionArgument, settings: SettingsOption = DEFAULT_SETTINGS) -> None:
    """Stop sending traffic to a region, unless it is the last healthy one. Undo it with `restore`."""
    environment = Settings.load(settings)
    check_region(region, environment)
    traffic = Traffic(environment)
    if traffic.is_evacuated(region):
        typer.echo(f"{region} is evacuated already. Undo: make restore REGION={region}")
        return
    probe = Probe(environment)
    with traffic.lock():
        require_another(
            region,
            {
                other: unavailability(other, traffic, probe)
                for other in environment.regions
                if other != region
            },
        )
        traffic.evacuate(region)
    typer.echo(
        f"{region} is evacuated: DNS answers with the other regions now. Resolvers keep the old answer for up to "
        f"{ALIAS_TTL} s, and open connections stay until they close.\n"
        f"Watch: make status   Undo: make restore REGION={region}"
    )


def require_another(region: str, others: Mapping[str, str | None]) -> None:
    """Raise RefusedError unless one of `others` can take the traffic. The values are reasons, None for available."""
    if any(reason is None for reason in others.values()):
        return
    reasons = "; ".join(f"{other} {reason}" for other, reason in others.items()) or "there is no other"
    raise RefusedError(f"{region} is the last region that can serve ({reasons}): restore another one first")


def unavailability(region: str, traffic: Traffic, probe: Probe) -> str | None:
    """Reason that `region` cannot take traffic; None if it can."""
    try:
        is_evacuated = traffic.is_evacuated(region)
    except TrafficError:
        # It is in the settings already, and its health check comes with the next deployment.
        return "is not deployed"
    if is_evacuated:
        return "is evacuated"
    health = probe.health(region)
    return None if health.healthy else f"is unhealthy: {health.detail}"
