"""`ops cost`: prices the environment, and the same with each feature toggled and one region less."""

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from ops.cli import DEFAULT_SETTINGS, SettingsOption
from ops.console import plain_console
from ops.cost.abuse import abuse
from ops.cost.bill import Bill
from ops.cost.busy import Line, Month, busy_month
from ops.cost.prices import Prices
from ops.cost.savings import Saving, savings
from ops.cost.synthesized import Resource, synthesize
from stacks.settings import Features, Settings

SYNTHS_AT_ONCE = 2
"""Each synth uses a Python and a Node process."""


_REQUIRED_BY = {
    "blog": (("BOOKSTORE_BLOG__IMAGE_TAG", "any"),),
    "delivery": (("BOOKSTORE_DELIVERY__REPOSITORY", "owner/name"),),
}
"""Settings that a feature requires. Without an image the blog runs no tasks, which would cost nothing."""


@dataclass(frozen=True)
class Comparison:
    """The same environment with one change."""

    label: str
    variables: tuple[tuple[str, str], ...]
    removes: bool
    """Whether the change removes something, so that its share is the saving."""

    def share(self, base: Bill, changed: Bill) -> float:
        """USD a month that the changed part costs."""
        return (base.total - changed.total) * (1 if self.removes else -1)


def cost(
    settings: SettingsOption = DEFAULT_SETTINGS,
    of_abuse: Annotated[
        bool, typer.Option("--abuse", help="Only the cost of a client that sends as much as it can.")
    ] = False,
) -> None:
    """Print the idle cost a month, the share of each feature, the savings by design, and a busy month by service."""
    environment = Settings.load(settings)
    prices = Prices.load()
    for region in environment.regions:
        prices.monthly("vpc_endpoint_hour", region=region)
    if of_abuse:
        _print_abuse(environment, prices, synthesize(settings, {}))
        return
    comparisons = [*_features(environment), *_last_region(environment)]
    resources = synthesize(settings, {})
    base = Bill.of(resources, prices)
    changed = _bills(settings, prices, [dict(comparison.variables) for comparison in comparisons])
    console = plain_console()
    console.print(_by_kind(environment, base, prices))
    console.print(_by_part(base, dict(zip(comparisons, changed, strict=True))))
    console.print(_savings(savings(resources, base, prices, environment.regions)))
    month = Month()
    lines = busy_month(
        prices, regions=len(environment.regions), firewall=environment.has_firewall, month=month
    )
    console.print(_busy(lines, month))
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
                    *_REQUIRED_BY.get(feature, ()),
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


def _savings(found: Sequence[Saving]) -> Table:
    table = Table(title="Saved by design, USD a month when idle")
    table.add_column("")
    table.add_column("USD a month", justify="right")
    for each in found:
        table.add_row(each.decision, f"{each.usd:.2f}")
    return table


def _busy(lines: Sequence[Line], month: Month) -> Table:
    table = Table(
        title="A busy month, in addition to the idle one", caption=month.assumptions(), show_footer=True
    )
    table.add_column("", footer="together")
    table.add_column("quantity", justify="right")
    table.add_column("USD", justify="right", footer=f"{sum(line.usd for line in lines):,.2f}")
    for line in lines:
        table.add_row(line.service, line.quantity, f"{line.usd:,.2f}")
    return table


def _print_abuse(environment: Settings, prices: Prices, resources: Sequence[Resource]) -> None:
    table = Table(title="One client at full rate for a month, USD")
    for column in ("client", "before the limits", "after", "times less"):
        table.add_column(column, justify="left" if column == "client" else "right")
    for each in abuse(
        resources,
        prices,
        regions=len(environment.regions),
        orders_per_hour=environment.orders.per_hour,
    ):
        times = each.before / each.after
        table.add_row(each.client, f"{each.before:,.0f}", f"{each.after:,.0f}", f"{times:.0f}")
    plain_console().print(table)


def _print_what_is_missing(console: Console, bill: Bill) -> None:
    by_use = ", ".join(f"{count} {type_}" for type_, count in sorted(bill.by_use.items()))
    console.print(f"Not counted, because their cost depends on use or stored data: {by_use}.")
    unknown = ", ".join(f"{count} {type_}" for type_, count in sorted(bill.unknown.items()))
    console.print(f"Not priced, because ops/cost/rules.py has no rule: {unknown or 'nothing'}.")
