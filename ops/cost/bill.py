"""A month's bill of an idle deployment."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ops.cost.prices import Prices
from ops.cost.rules import (
    BY_USE,
    CHECKERS,
    GLOBAL,
    checker_requests,
    costs_of,
    is_classified,
    is_regional_firewall,
)
from ops.cost.synthesized import Resource


@dataclass(frozen=True)
class Bill:
    """USD a month by kind and place, and the types that are not priced."""

    usd: dict[tuple[str, str], float]
    by_use: dict[str, int]
    """Number of resources of each type that is charged by use."""
    unknown: dict[str, int]
    """Number of resources of each type without a rule."""

    @classmethod
    def of(cls, resources: Iterable[Resource], prices: Prices) -> "Bill":
        """Add up what the resources cost.

        Raises MissingPriceError if the price file lacks one of their prices.
        """
        usd: Counter[tuple[str, str]] = Counter()
        by_use: Counter[str] = Counter()
        unknown: Counter[str] = Counter()
        resources = list(resources)
        if any(is_regional_firewall(resource) for resource in resources):
            requests = sum(checker_requests(resource, prices.hours) for resource in resources)
            if requests:
                usd[CHECKERS, GLOBAL] += requests / 1e6 * prices.monthly("web_acl_request_million")  # type: ignore[assignment]
        for resource in resources:
            for cost in costs_of(resource, prices):
                usd[cost.kind, cost.place] += cost.usd  # type: ignore[assignment]  # Counter adds floats too
            by_use[resource.type] += resource.type in BY_USE
            unknown[resource.type] += not is_classified(resource.type)
        return cls(dict(usd), dict(+by_use), dict(+unknown))

    @property
    def total(self) -> float:
        """USD a month, all places."""
        return sum(self.usd.values())

    @property
    def kinds(self) -> list[str]:
        """Items of the bill, the most expensive first."""
        sums: Counter[str] = Counter()
        for (kind, _), usd in self.usd.items():
            sums[kind] += usd  # type: ignore[assignment]
        return [kind for kind, _ in sums.most_common()]

    def at(self, place: str, kind: str | None = None) -> float:
        """USD a month in one place, for one kind or for all."""
        return sum(
            usd
            for (own_kind, own_place), usd in self.usd.items()
            if own_place == place and kind in {None, own_kind}
        )

    def places(self, regions: Iterable[str]) -> list[str]:
        """The columns: the given regions in their order, then other regions with a cost, then `global`."""
        known = [*regions]
        paid_in = {place for _, place in self.usd}
        return [*known, *sorted(paid_in - {*known, GLOBAL}), GLOBAL]
