"""`ops stock-claim`: lets the other regions sell the stock of a lost region."""

from typing import Annotated

import typer

from ops import stock as library
from ops.cli import DEFAULT_SETTINGS, RegionArgument, SettingsOption, check_region
from ops.deployment import Deployment
from ops.errors import RefusedError
from stacks.settings import Settings


def stock_claim(
    region: RegionArgument,
    confirm: Annotated[str, typer.Option(envvar="CONFIRM", help="The region again, to confirm.")] = "",
    settings: SettingsOption = DEFAULT_SETTINGS,
) -> None:
    """Share the copies that a lost region had left among the others. Sales that were not replicated are unknown."""
    environment = Settings.load(settings)
    check_region(region, environment)
    if len(environment.regions) < 2:
        raise RefusedError("no other region can take the stock over")
    if confirm != region:
        raise RefusedError(
            f"nothing was changed. {region} must not serve: copies that it sold and did not replicate are sold twice. "
            f"To claim its stock: make stock-claim REGION={region} CONFIRM={region}"
        )
    claims = library.claim(Deployment.load(environment), region)
    typer.echo(f"{sum(claims.values()):,} copies of {len(claims):,} books were claimed from {region}.")
