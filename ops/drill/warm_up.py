"""Starts functions before measurements, so that cold starts are not counted."""

import asyncio
from contextlib import suppress

import httpx

from client import Endpoints

AT_ONCE = 4
"""Concurrent requests per route and region, which start as many function instances."""

TIMEOUT_SECONDS = 30.0
"""Timeout in seconds; several functions start at once."""

PUBLIC = ("/books?limit=24", "/categories", "/bestsellers")
PRIVATE = ("/cart", "/orders")
_UNLIMITED = httpx.Limits(max_connections=None)


async def warm(endpoints: Endpoints, token: str, book: str) -> None:
    """Invoke every function in every region; errors are ignored here."""
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, headers=headers, limits=_UNLIMITED) as http:
        for region in endpoints.regions.values():
            paths = (*PUBLIC, f"/books/{book}", *PRIVATE) * AT_ONCE
            await asyncio.gather(*(_get(http, region + path) for path in paths))


async def _get(http: httpx.AsyncClient, url: str) -> None:
    with suppress(httpx.HTTPError):
        await http.get(url)
