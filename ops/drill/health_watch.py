"""Requests every region's health check while a region is broken, and counts the answers."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx

from ops.drill.recording import Incident

HEALTH_INTERVAL = 5.0
"""Seconds between two requests to one region. Route 53's checkers are many and send more."""
HEALTH_TIMEOUT = 2.0
"""Seconds for an answer, as Route 53 has them."""


@asynccontextmanager
async def watch_health(incident: Incident, regions: Mapping[str, str]) -> AsyncIterator[None]:
    """Count the answers in `incident.health` during the body. `regions` are API addresses by region."""
    async with httpx.AsyncClient(
        timeout=HEALTH_TIMEOUT, limits=httpx.Limits(max_keepalive_connections=0)
    ) as http:
        watching = [
            asyncio.create_task(_watch(http, address, incident.health.setdefault(region, {})))
            for region, address in regions.items()
        ]
        try:
            yield
        finally:
            for task in watching:
                task.cancel()
            await asyncio.gather(*watching, return_exceptions=True)


async def _watch(http: httpx.AsyncClient, address: str, seen: dict[str, int]) -> None:
    while True:
        answer = await _ask(http, address)
        seen[answer] = seen.get(answer, 0) + 1
        await asyncio.sleep(HEALTH_INTERVAL)


async def _ask(http: httpx.AsyncClient, address: str) -> str:
    try:
        return str((await http.get(f"{address}/health")).status_code)
    except httpx.HTTPError as error:
        return type(error).__name__
