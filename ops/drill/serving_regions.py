"""Finds the region that serves new clients, by DNS, and the drill's shoppers."""

import asyncio
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from ssl import SSLContext

import httpx

from ops.drill.recording import Incident, Recording, Sample
from ops.drill.shoppers import VIEWER_HEADER

TIMEOUT = 2.0
"""Seconds for a response to a new client."""


@dataclass(frozen=True)
class ServingRegions:
    """The regions that serve a drill's requests."""

    api: str
    """Address that Route 53 resolves."""
    recording: Recording
    shoppers: int
    """Shoppers whose home is the same region."""
    _tls: SSLContext = field(default_factory=httpx.create_ssl_context)
    """One for all clients: it takes longer to make than a request."""

    async def answers(self, near: str, wanted: Callable[[str | None], bool], deadline: float) -> bool:
        """Whether `wanted` accepts the region that answers new clients before `deadline`.

        Each client is near the region `near` and has no cached DNS answer. `wanted` gets None for an error.
        `deadline` is in the recording's seconds.
        """
        while self.recording.now() < deadline:
            viewer = {VIEWER_HEADER: f"{uuid.uuid4()}@{near}"}
            async with httpx.AsyncClient(timeout=TIMEOUT, headers=viewer, verify=self._tls) as http:
                with suppress(httpx.TransportError):
                    answer = await http.get(f"{self.api}/region")
                    if wanted(answer.headers.get("x-region") if answer.is_success else None):
                        return True
            await asyncio.sleep(1.0)
        return False

    def has_moved(self, incident: Incident) -> bool:
        """Whether another region answered the last request of each of the region's shoppers."""
        last: dict[str, Sample] = {}
        for sample in self.recording.samples:
            if sample.home == incident.region and sample.at > incident.broke_at:
                last[sample.shopper] = sample
        moved = [sample for sample in last.values() if sample.ok and sample.region != incident.region]
        return len(moved) == self.shoppers

    def is_home(self) -> bool:
        """Whether each shopper's home region answered the last request."""
        last = {sample.shopper: sample for sample in self.recording.samples}
        return all(sample.region == sample.home for sample in last.values())
