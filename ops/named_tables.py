"""The tables and functions of a deployment by their names in the settings, for commands of an incident."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ops.aws import client
from ops.deployment import load_shared
from stacks.settings import Settings

STOCK_FUNCTION_SECONDS = 65
"""The time limit of the stock function, and some more."""


class RegionTables(Protocol):
    """A region's tables."""

    @property
    def tables(self) -> Mapping[str, str]:
        """Full table names by short name."""


class TablesOfRegions(Protocol):
    """The part of a deployment with which its tables are read and written."""

    @property
    def regions(self) -> Mapping[str, RegionTables]:
        """The regions by name, the primary first."""

    def client(self, service: str, region: str) -> Any:
        """A boto3 client."""


@dataclass(frozen=True)
class NamedRegion:
    """Full names of a region's tables and functions by short name."""

    tables: Mapping[str, str]
    functions: Mapping[str, str]


class NamedTables:
    """Reads no Terraform state, which may be in a lost region. Implements `TablesOfRegions`."""

    def __init__(self, settings: Settings) -> None:
        tables = {table: f"{settings.name}-{table}" for table in ("books", "cart", "orders", "stock")}
        named = NamedRegion(tables, functions={"stock": f"{settings.name}-stock"})
        self.regions: Mapping[str, NamedRegion] = dict.fromkeys(settings.regions, named)

    def client(self, service: str, region: str) -> Any:
        """A boto3 client with short timeouts."""
        return client(service, region)


class NamedDeployment(NamedTables):
    """Also the user pool, from the states of the stacks that exist once. Reads no state of a region's stack."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.shared = load_shared(settings)

    def client(self, service: str, region: str) -> Any:
        """A boto3 client with short timeouts, except for the answer of a function."""
        if service == "lambda":
            return client(service, region, read_timeout=STOCK_FUNCTION_SECONDS)
        return super().client(service, region)
