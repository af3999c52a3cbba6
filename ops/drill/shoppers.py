"""Shoppers of a drill: each browses, fills a cart and orders, at a fixed pace and with a seed."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx

from client import Bookstore, Endpoints, Failover, RefusedError, Reply, UnreachableError
from ops.drill.accounts import Account
from ops.drill.ledger import Ledger, Purchase
from ops.drill.recording import Population, Recording, Sample

VIEWER_HEADER = "x-viewer"
"""Header with the client's identity and location for the local edge; ignored on AWS."""

Json = dict[str, Any]


@dataclass(frozen=True)
class Visitor:
    """A shopper, the nearest region, and how the shopper finds the API."""

    name: str
    account: Account
    home: str
    population: Population
    place: str = ""
    """Where DNS locates the shopper; the home region by default."""


class Shopping:
    """One shopper's repeated steps: browse, choose, add to the cart, order."""

    def __init__(
        self,
        visitor: Visitor,
        endpoints: Endpoints,
        *,
        books: list[Json],
        seed: int,
        recording: Recording,
        ledger: Ledger,
    ) -> None:
        self._visitor = visitor
        self._books = books
        self._chance = random.Random(f"{seed} {visitor.name}")  # noqa: S311 - repeatable, not secret
        self._recording = recording
        self._ledger = ledger
        # A connection per request: a kept connection would hide a changed DNS answer.
        self._http = httpx.AsyncClient(
            headers={VIEWER_HEADER: f"{visitor.name}@{visitor.place or visitor.home}"},
            limits=httpx.Limits(max_keepalive_connections=0),
        )
        known = endpoints if visitor.population == "failover" else Endpoints(endpoints.api)
        self._shop = Bookstore(Failover(self._http, known), token=visitor.account.shopper.token)

    async def run(self, pace: "Pace") -> None:
        """Shop until the pace ends; a pending order is retried a few times more."""
        try:
            while await pace.next():
                await self._look_around()
                if not await pace.next():
                    break
                book, quantity = self._chance.choice(self._books), self._chance.randint(1, 3)
                await self._attempt("book", lambda book=book: self._shop.book(book["id"]))  # type: ignore[misc]
                await pace.next()
                cart = await self._fill(book["id"], quantity)
                if cart is not None:
                    await self._buy(cart, pace)
        finally:
            await self._http.aclose()

    async def _look_around(self) -> None:
        if self._chance.random() < 0.5:
            await self._attempt("bestsellers", self._shop.bestsellers)
        else:
            category = self._chance.choice(self._books)["category"]
            await self._attempt("books", lambda: self._shop.books(category=category, limit=24))

    async def _fill(self, book_id: str, quantity: int) -> Json | None:
        cart = await self._attempt("cart", lambda: self._shop.set_quantity(book_id, quantity))
        if cart is None:
            self._ledger.forget_cart(self._visitor.account.id)
        else:
            self._ledger.record_cart(self._visitor.account.id, cart)
        return cart

    async def _buy(self, cart: Json, pace: "Pace") -> None:
        """Order the cart, and repeat the request while there is no response."""
        purchase = self._ledger.record_purchase(self._visitor.account.id, cart)
        extra = 5
        while extra:
            if not await pace.next():
                extra -= 1
            order = await self._attempt("order", lambda: self._order(purchase))
            if order is not None:
                self._ledger.record_order(purchase, order)
                return

    async def _order(self, purchase: Purchase) -> Reply:
        items = [{"bookId": book, "quantity": quantity} for book, quantity in purchase.items.items()]
        return await self._shop.order(items, purchase.total, key=purchase.key)

    async def _attempt(self, action: str, send: Callable[[], Awaitable[Reply]]) -> Json | None:
        """Send and record one request; returns the body, or None if it failed."""
        at = self._recording.now()
        body: Json | None = None
        region: str | None = None
        retry_after: int | None = None
        try:
            reply = await send()
            body, region, failed = reply.body, reply.region, len(reply.attempts) - 1
            outcome = "stale" if body.get("stale") else "ok"
        except RefusedError as error:
            outcome, region, failed = str(error.status), error.region, len(error.attempts)
            retry_after = error.retry_after
        except UnreachableError as error:
            outcome, failed = error.attempts[-1].outcome, len(error.attempts)
        self._recording.samples.append(
            Sample(
                at=at,
                seconds=self._recording.now() - at,
                shopper=self._visitor.name,
                population=self._visitor.population,
                home=self._visitor.home,
                action=action,
                region=region,
                outcome=outcome,
                ok=body is not None,
                failed_attempts=failed,
                retry_after=retry_after,
            )
        )
        return body


class Pace:
    """Allows one request per period until the drill ends; missed turns are not made up."""

    def __init__(self, period: float, phase: float, over: asyncio.Event) -> None:
        self._period = period
        self._next = asyncio.get_running_loop().time() + phase
        self._over = over

    async def next(self) -> bool:
        """Wait for the next turn; returns False when the drill has ended."""
        now = asyncio.get_running_loop().time()
        self._next = max(self._next + self._period, now)
        try:
            async with asyncio.timeout(self._next - now):
                await self._over.wait()
        except TimeoutError:
            return True
        # Remaining requests keep the same pace.
        await asyncio.sleep(self._period)
        return False
