"""`ops stock-claim`: lets the other regions sell the stock of a lost region."""

from typing import Annotated

import typer

from ops import stock as library
from ops.cli import DEFAULT_SETTINGS, RegionArgument, SettingsOption, check_region
from ops.errors import RefusedError
from ops.named_tables import NamedTables
from ops.traffic import Traffic
from stacks.settings import Settings


def stock_claim(
    region: RegionArgument,
    confirm: Annotated[str, typer.Option(envvar="CONFIRM", help="The region again, to confirm.")] = "",
    book: Annotated[str, typer.Option(envvar="BOOK", help="Claim the copies of this book only.")] = "",
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
    traffic = Traffic(environment)
    if not traffic.is_evacuated(region):
        raise RefusedError(
            f"nothing was changed. {region} would serve as soon as it is healthy, before it knows the claims. "
            f"Evacuate it first: make evacuate REGION={region}"
        )
    # A region that is not deployed yet has no shoppers, and its copies would be sold nowhere.
    deployed = tuple(each for each in environment.regions if each == region or traffic.is_deployed(each))
    if deployed == (region,):
        raise RefusedError("no other region is deployed, so none can take the stock over")
    tables = NamedTables(environment.model_copy(update={"regions": deployed}))
    try:
        claims = library.claim(tables, region, book or None)
        typer.echo(f"{sum(claims.values()):,} copies of {len(claims):,} books were claimed from {region}.")
    finally:
        # Also after an error: some of the claims may be written.
        _require_evacuated(traffic, region)
    typer.echo(
        f"When it is back: make restore REGION={region}, which holds orders whose copies were sold twice."
    )


def _require_evacuated(traffic: Traffic, region: str) -> None:
    """Raises RefusedError if `region` was restored during the claim: `make restore` did not know all claims."""
    if not traffic.is_evacuated(region):
        raise RefusedError(
            f"{region} was restored meanwhile, and can sell copies that were claimed: make evacuate REGION={region}, "
            f"then make restore REGION={region}, which holds the orders that sold the same copies"
        )
