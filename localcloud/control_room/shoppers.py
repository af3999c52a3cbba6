"""Shoppers for the control room: a handful who browse and buy until they are sent home."""

import asyncio
import secrets
from collections.abc import Mapping

import httpx

from client import Endpoints, Failover, Shop
from ops.deployment import Deployment
from ops.drill.accounts import close_account, open_account
from ops.drill.ledger import Ledger
from ops.drill.recording import Recording
from ops.drill.shoppers import Pace, Shopping, Visitor

SHOPPERS = 6
TURN_SECONDS = 0.9
"""Between two clicks of one shopper; four clicks are an order."""


class Shoppers:
    """Visitors in every region who fail over by themselves, as the storefront does."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self._over: asyncio.Event | None = None
        self._work: asyncio.Task[None] | None = None

    @property
    def at_work(self) -> bool:
        """Whether they are shopping."""
        return self._work is not None and not self._work.done()

    @property
    def confirmed(self) -> set[str]:
        """Ids of the orders that they saw confirmed."""
        return {order_id for intent in self.ledger.intents for order_id in intent.order_ids}

    async def come(self, deployment: Deployment, api: str, regions: Mapping[str, str]) -> None:
        """Open their accounts and let them shop. Raises what boto3 and the client raise."""
        if self.at_work:
            return
        visitors = await asyncio.to_thread(_visitors, deployment, list(regions))
        endpoints = Endpoints(api, regions)
        async with httpx.AsyncClient() as http:
            books = (await Shop(Failover(http, endpoints)).books(limit=100))["items"]
        self._over = asyncio.Event()
        self._work = asyncio.create_task(self._shop(deployment, visitors, endpoints, books, self._over))

    async def go(self) -> None:
        """Send them home, once what they are ordering is ordered."""
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
    """One after another: the emulator signs in one at a time in any case."""
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
