"""Reads the price file; a missing price is an error that names the key."""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ops.errors import OperatorError

PRICE_FILE = Path(__file__).with_name("prices.toml")


class MissingPriceError(OperatorError):
    """The price file has no such region or key. The message names the key and its section."""


@dataclass(frozen=True)
class Prices:
    """On-demand list prices in USD. `monthly` multiplies prices whose key ends with `_hour` by the hours of a month."""

    as_of: date
    source: str
    hours: int
    everywhere: dict[str, float]
    regions: dict[str, dict[str, Any]]

    @classmethod
    def load(cls, path: Path = PRICE_FILE) -> "Prices":
        """Read the price file."""
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        return cls(
            as_of=content["as_of"],
            source=content["source"],
            hours=content["hours_per_month"],
            everywhere=content["everywhere"],
            regions=content["region"],
        )

    def monthly(self, key: str, *, region: str | None = None, kind: str | None = None) -> float:
        """USD a month for one of `key`, in `region` or in all regions. `kind` is a node or instance type.

        Raises MissingPriceError if the file has no such price.
        """
        place = f"[region.{region}]" if region else "[everywhere]"
        if region and region not in self.regions:
            raise MissingPriceError(
                f"no prices for region {region} in {PRICE_FILE.name} (as of {self.as_of}): add {place}, "
                f"with the keys of [region.{next(iter(self.regions))}]"
            )
        table: dict[str, Any] = self.regions[region] if region else self.everywhere
        price = table.get(key)
        if kind is not None and price is not None:
            price = price.get(kind)
        if price is None:
            wanted = f"{key}.{kind!r}" if kind else key
            raise MissingPriceError(f"no price {wanted} under {place} in {PRICE_FILE.name}: add it")
        return float(price) * (self.hours if key.endswith("_hour") else 1)
