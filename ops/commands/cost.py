"""`ops cost`: prices the environment, and the same with each feature toggled and one region less."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ops.cli import DEFAULT_SETTINGS, SettingsOption
from ops.console import plain_console
from ops.cost.bill import Bill
from ops.cost.prices import Prices
from ops.cost.synthesized import synthesize
from stacks.settings import Features, Settings

SYNTHS_AT_ONCE = 2
"""Each synth uses a Python and a Node process."""


_WANTED_BY = {
    "blog": (("BOOKSTORE_BLOG__IMAGE_TAG", "any"),),
    "delivery": (("BOOKSTORE_DELIVERY__REPOSITORY", "owner/name"),),
}
"""Settings that a feature requires. Without an image the blog runs no tasks, which would cost nothing."""


@dataclass(frozen=True)
class Comparison:
    """The same environment with one thing changed."""

    label: str
    variables: tuple[tuple[str, str], ...]
    removes: bool
    """Whether the change removes something, so that its share is the saving."""

    def share(self, base: Bill, changed: Bill) -> float:
        """USD a month that the changed part costs."""
        return (base.total - changed.total) * (1 if self.removes else -1)


def cost(settings: SettingsOption = DEFAULT_SETTINGS) -> None:
    """Print the environment's idle cost a month by kind and region, and the share of each feature."""
    environment = Settings.load(settings)
    prices = Prices.load()
    for region in environment.regions:
        prices.monthly("vpc_endpoint_hour", region=region)
    comparisons = [*_features(environment), *_last_region(environment)]
    base, *changed = _bills(
        settings, prices, [{}, *(dict(comparison.variables) for comparison in comparisons)]
    )
    console = plain_console()
    console.print(_by_kind(environment, base, prices))
    console.print(_by_part(base, dict(zip(comparisons, changed, strict=True))))
    _print_what_is_missing(console, base)


def _features(environment: Settings) -> list[Comparison]:
    comparisons = []
    for feature in Features.model_fields:
        is_on = getattr(environment.features, feature)
        comparisons.append(
            Comparison(
                label=feature if is_on else f"{feature} (off; would add)",
                variables=(
                    (f"BOOKSTORE_FEATURES__{feature.upper()}", str(not is_on).lower()),
                    *_WANTED_BY.get(feature, ()),
                ),
                removes=is_on,
            )
        )
    return [*comparisons, _rate_rule(environment)]


def _rate_rule(environment: Settings) -> Comparison:
    is_on = environment.firewall.requests_per_5_minutes > 0
    return Comparison(
        label="rate rule for each address" if is_on else "rate rule for each address (off; would add)",
        variables=(("BOOKSTORE_FIREWALL__REQUESTS_PER_5_MINUTES", "0" if is_on else "2000"),),
        removes=is_on,
    )


def _last_region(environment: Settings) -> list[Comparison]:
    *others, last = environment.regions
    if not others:
        return []
    return [Comparison(f"region {last}", (("BOOKSTORE_REGIONS", json.dumps(others)),), removes=True)]


def _bills(settings: Path, prices: Prices, variants: list[Mapping[str, str]]) -> list[Bill]:
    def priced(overrides: Mapping[str, str]) -> Bill:
        return Bill.of(synthesize(settings, overrides), prices)

    with ThreadPoolExecutor(SYNTHS_AT_ONCE) as pool:
        return list(pool.map(priced, variants))


def _by_kind(environment: Settings, bill: Bill, prices: Prices) -> Table:
    places = bill.places(environment.regions)
    table = Table(
        title=f"{environment.name}: USD a month when idle",
        caption=f"List prices of {prices.as_of}, without free tiers and tax, from {prices.source}",
        show_footer=True,
    )
    table.add_column("", footer="together")
    for place in places:
        table.add_column(place, justify="right", footer=f"{bill.at(place):.2f}")
    table.add_column("all", justify="right", footer=f"{bill.total:.2f}")
    for kind in bill.kinds:
        amounts = [bill.at(place, kind) for place in places]
        table.add_row(kind, *(f"{usd:.2f}" if usd else "" for usd in amounts), f"{sum(amounts):.2f}")
    return table


def _by_part(base: Bill, changed: Mapping[Comparison, Bill]) -> Table:
    table = Table(title="Of which")
    table.add_column("")
    table.add_column("USD a month", justify="right")
    for comparison, bill in changed.items():
        # Adding 0.0 turns -0.0 into 0.0.
        table.add_row(comparison.label, f"{round(comparison.share(base, bill), 2) + 0.0:.2f}")
    return table


def _print_what_is_missing(console: Console, bill: Bill) -> None:
    by_use = ", ".join(f"{count} {type_}" for type_, count in sorted(bill.by_use.items()))
    console.print(f"Not counted, because their cost depends on use or stored data: {by_use}.")
    unknown = ", ".join(f"{count} {type_}" for type_, count in sorted(bill.unknown.items()))
    console.print(f"Not priced, because ops/cost/rules.py has no rule: {unknown or 'nothing'}.")
