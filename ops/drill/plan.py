"""The plan of a drill: its failures and its load."""

from collections.abc import Sequence
from dataclasses import dataclass

from ops.drill.failures import Failure
from ops.drill.recording import Population
from stacks.settings import ReplicationDelay

POPULATIONS: tuple[Population, ...] = ("failover", "dns")


@dataclass(frozen=True)
class Plan:
    """Failures in order, and the load."""

    steps: Sequence[tuple[Failure, str]]
    seed: int
    shoppers: int
    """Shoppers per region and population."""
    rate: float
    """Requests per second of all shoppers together."""
    delay: ReplicationDelay | None = None
    """Replication delay during the drill; None leaves it as it is."""
    orders: int = 0
    """Minimum number of confirmed orders; shoppers continue until it is reached."""
