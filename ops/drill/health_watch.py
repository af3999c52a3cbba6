"""Requests every region's health check while a region is broken, and counts the answers."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx

from ops.drill.recording import Incident

PASSED = str(httpx.codes.OK.value)
HEALTH_INTERVAL = 5.0
"""Seconds between two requests to one region. Route 53's checkers are many and send more."""
HEALTH_TIMEOUT = 2.0
"""Seconds for an answer, as Route 53 has them."""


@asynccontextmanager
async def watch_health(incident: Incident, regions: Mapping[str, str]) -> AsyncIterator[None]:
    """Count the answers in `incident` during the body. `regions` are API addresses by region."""
    incident.health = {region: {} for region in regions}
    async with httpx.AsyncClient(
        timeout=HEALTH_TIMEOUT, limits=httpx.Limits(max_keepalive_connections=0)
    ) as http:
        watching = [
            asyncio.create_task(_watch(http, address, incident, region))
            for region, address in regions.items()
        ]
        try:
            yield
        finally:
            for task in watching:
                task.cancel()
            await asyncio.gather(*watching, return_exceptions=True)


async def _watch(http: httpx.AsyncClient, address: str, incident: Incident, region: str) -> None:
    seen, failures = incident.health[region], 0
    while True:
        answer = await _probe(http, address)
        seen[answer] = seen.get(answer, 0) + 1
        failures = 0 if answer == PASSED else failures + 1
        incident.failures_in_a_row[region] = max(failures, incident.failures_in_a_row.get(region, 0))
        await asyncio.sleep(HEALTH_INTERVAL)


async def _probe(http: httpx.AsyncClient, address: str) -> str:
    try:
        return str((await http.get(f"{address}/health")).status_code)
    except httpx.HTTPError as error:
        return type(error).__name__
