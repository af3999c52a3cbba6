"""Functions started before anything is measured: a function that starts cold is no lost region."""

import asyncio
from contextlib import suppress

import httpx

from client import Endpoints

AT_ONCE = 4
"""How many of each request a region gets at one instant, so that as many of each function run."""

PATIENCE = 30.0
"""Seconds that a function may take to start; several start at one time."""

PUBLIC = ("/books?limit=24", "/categories", "/bestsellers")
PRIVATE = ("/cart", "/orders")
_UNLIMITED = httpx.Limits(max_connections=None)


async def warm(endpoints: Endpoints, token: str, book: str) -> None:
    """Have every function of every region run; what fails is found out by the shoppers."""
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(timeout=PATIENCE, headers=headers, limits=_UNLIMITED) as http:
        for region in endpoints.regions.values():
            paths = (*PUBLIC, f"/books/{book}", *PRIVATE) * AT_ONCE
            await asyncio.gather(*(_ask(http, region + path) for path in paths))


async def _ask(http: httpx.AsyncClient, url: str) -> None:
    with suppress(httpx.HTTPError):
        await http.get(url)
