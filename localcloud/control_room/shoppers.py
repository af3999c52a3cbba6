"""Simulated shoppers of the control room."""

import asyncio
import secrets
from collections.abc import Mapping

import httpx

from client import Bookstore, Endpoints, Failover
from ops.deployment import Deployment
from ops.drill.accounts import close_account, open_account
from ops.drill.ledger import Ledger
from ops.drill.recording import Recording
from ops.drill.shoppers import Pace, Shopping, Visitor

SHOPPERS = 6
TURN_SECONDS = 0.9
"""Seconds between two requests of a shopper; four requests place an order."""


class Shoppers:
    """Shoppers in every region, with failover as in the storefront."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self._over: asyncio.Event | None = None
        self._work: asyncio.Task[None] | None = None

    @property
    def at_work(self) -> bool:
        """Whether shoppers are active."""
        return self._work is not None and not self._work.done()

    @property
    def confirmed(self) -> set[str]:
        """Ids of confirmed orders."""
        return {order_id for purchase in self.ledger.purchases for order_id in purchase.order_ids}

    async def come(self, deployment: Deployment, api: str, regions: Mapping[str, str]) -> None:
        """Open accounts and start shopping. Raises errors of boto3 and the client."""
        if self.at_work:
            return
        visitors = await asyncio.to_thread(_visitors, deployment, list(regions))
        endpoints = Endpoints(api, regions)
        async with httpx.AsyncClient() as http:
            books = (await Bookstore(Failover(http, endpoints)).books(limit=100)).body["items"]
        self._over = asyncio.Event()
        self._work = asyncio.create_task(self._shop(deployment, visitors, endpoints, books, self._over))

    async def go(self) -> None:
        """Stop after the orders in progress are confirmed."""
        if self._over and self._work:
            self._over.set()
            await asyncio.wait([self._work])

    async def _shop(
        self,
        deployment: Deployment,
        visitors: list[Visitor],
        endpoints: Endpoints,
        books: list[dict[str, object]],
        over: asyncio.Event,
    ) -> None:
        recording = Recording()
        try:
            async with asyncio.TaskGroup() as group:
                for index, visitor in enumerate(visitors):
                    shopping = Shopping(
                        visitor, endpoints, books=books, seed=index, recording=recording, ledger=self.ledger
                    )
                    group.create_task(shopping.run(Pace(TURN_SECONDS, index * TURN_SECONDS / SHOPPERS, over)))
        finally:
            await asyncio.to_thread(_close, deployment, visitors)


def _visitors(deployment: Deployment, regions: list[str]) -> list[Visitor]:
    """Open accounts one by one: the emulator signs in one at a time."""
    party = secrets.token_hex(4)
    return [
        Visitor(
            name=f"control-room-{party}-{number}",
            account=open_account(deployment, f"control-room-{party}-{number}@example.com"),
            home=regions[number % len(regions)],
            population="failover",
        )
        for number in range(SHOPPERS)
    ]


def _close(deployment: Deployment, visitors: list[Visitor]) -> None:
    for visitor in visitors:
        close_account(deployment, visitor.account)
