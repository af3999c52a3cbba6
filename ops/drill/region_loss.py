"""Loss of a whole region: nothing reaches it and nothing replicates from it; measures the RPO."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import httpx

from ops.deployment import Deployment
from ops.drill.failures import Failure
from ops.drill.ledger import Ledger
from ops.drill.reconcile import orders_of
from ops.drill.recording import DataLoss
from ops.replication_pause import Pausing


class EdgeFaults:
    """Faults at the addresses of a local deployment. Methods raise httpx.HTTPError if the edge is unavailable."""

    def __init__(self, endpoint: str) -> None:
        self._address = f"{endpoint.rstrip('/')}/_edge"
        # One client: making one reads all certificates, and some callers ask twenty times a second.
        self._http = httpx.Client(timeout=5, limits=httpx.Limits(max_keepalive_connections=0))

    def cut(self, region: str) -> None:
        """Drop every connection to a region."""
        self._post(f"cut/{region}")

    def mend(self, region: str) -> None:
        """Undo `cut`."""
        self._post(f"mend/{region}")

    def slow(self, region: str, seconds: float) -> None:
        """Delay every response of a region; 0 for none."""
        self._post(f"slow/{region}?seconds={seconds}")

    def regions(self) -> list[dict[str, Any]]:
        """The edge's state of each region: `name`, `cut`, `slow` in seconds, and more."""
        state = self._http.get(f"{self._address}/state").raise_for_status().json()
        found: list[dict[str, Any]] = state["regions"]
        return found

    def _post(self, path: str) -> None:
        self._http.post(f"{self._address}/{path}").raise_for_status()


class RegionLost(Failure):
    """The region drops every connection and replicates nothing; afterwards all regions must converge."""

    name = "region lost"
    description = "the region drops every connection and its writes are not replicated"
    moves_traffic = True
    isolates_region = True

    CATCH_UP = 120.0
    """Seconds within which all waiting writes must arrive."""

    def __init__(self, edge: EdgeFaults, pausing: Pausing) -> None:
        self._edge = edge
        self._pausing = pausing
        self._lost: set[str] = set()

    def break_(self, region: str) -> None:
        """Stop replication, then drop connections: no write may slip out after the loss."""
        self._lost.add(region)
        self._pausing.pause(region)
        self._edge.cut(region)

    def heal(self, region: str) -> None:
        """Accept connections, resume replication and wait until all writes have arrived. Raises NotCaughtUpError."""
        if region in self._lost:
            self._edge.mend(region)
            self._pausing.resume(region)
            self._pausing.await_caught_up(self.CATCH_UP)
            self._lost.remove(region)


class UserPoolLost(RegionLost):
    """The primary region is lost with its AWS APIs, so sign-in fails."""

    name = "user pool lost"
    description = "the primary region and its AWS APIs are unavailable; accounts live there"
    isolates_region = False
    loses_sign_in = True

    def break_(self, region: str) -> None:
        """Lose the region and its AWS APIs."""
        super().break_(region)
        self._pausing.lose_apis(region)

    def heal(self, region: str) -> None:
        """Restore the APIs and the region. Raises NotCaughtUpError."""
        if region in self._lost:
            self._pausing.restore_apis(region)
        super().heal(region)


class RegionSlow(Failure):
    """Every response of the region takes longer than a health check waits."""

    SECONDS = 3.0
    name = "region slow"
    description = f"every response of the region takes {SECONDS:.0f} s longer"
    moves_traffic = True

    def __init__(self, edge: EdgeFaults) -> None:
        self._edge = edge
        self._slow: set[str] = set()

    def break_(self, region: str) -> None:
        """Delay the responses."""
        self._slow.add(region)
        self._edge.slow(region, self.SECONDS)

    def heal(self, region: str) -> None:
        """Stop delaying them."""
        if region in self._slow:
            self._edge.slow(region, 0)
            self._slow.remove(region)


def measure_data_loss(
    deployment: Deployment, ledger: Ledger, customers: Sequence[str], region: str, lost_at: float
) -> DataLoss:
    """Compare the confirmed orders with the surviving and with the lost tables.

    `lost_at` is in seconds since the epoch. Raises botocore's errors.
    """
    confirmed = {
        (purchase.customer, order_id)
        for purchase in list(ledger.purchases)
        for order_id in set(purchase.order_ids)
    }
    survivors = {
        key
        for other in deployment.regions
        if other != region
        for key in orders_of(deployment, other, customers)
    }
    held = orders_of(deployment, region, customers)
    actual = {key for key in confirmed if key in held and key not in survivors}
    ages = [lost_at - _epoch(held[key]["createdAt"]) for key in actual]
    return DataLoss(_ids(confirmed - survivors), _ids(actual), max(ages, default=0.0))


def _ids(keys: Iterable[tuple[str, str]]) -> list[str]:
    return sorted(order_id for _, order_id in keys)


def _epoch(time: str) -> float:
    return datetime.fromisoformat(time).timestamp()
