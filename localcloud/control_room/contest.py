"""A contest for the last copies of a book: many shoppers order one copy each, in all regions at once."""

import asyncio
import secrets
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from client import Bookstore, Endpoints, Failover, RefusedError, UnreachableError
from localcloud.control_room.journal import Journal
from localcloud.edge.region_locations import region_name
from ops import stock
from ops.deployment import Deployment
from ops.drill.accounts import Account, close_reachable, open_account
from ops.drill.shoppers import VIEWER_HEADER

COPIES, ORDERS, ACCOUNTS = 100, 400, 12
AT_ONCE = 6
"""Orders in progress at the same time."""
PART = 50
"""Orders after which the journal shows the figures."""
RETRY_SECONDS = 0.5
LONGEST_WAIT = 120.0
"""Seconds for which orders are repeated whose copies are in an unreachable region."""
CATCH_UP_SECONDS = 30.0

Json = dict[str, Any]


@dataclass(frozen=True)
class Buyer:
    """A shopper who wants one copy, with the region that DNS leads to. `key` identifies the order."""

    account: Account
    home: str
    key: str


class Purchases:
    """Orders of one copy of a book, sent as the client library does.

    Attributes:
        sold: order ids by key.
        refused: keys of orders that no region had a copy for.
    """

    def __init__(self, endpoints: Endpoints, book: Json, at_once: int = AT_ONCE) -> None:
        self._endpoints = endpoints
        self._book = book
        self._at_once = at_once
        self._tls = httpx.create_ssl_context()  # one for all clients: it takes longer to make than an order
        self.sold: dict[str, str] = {}
        self.refused: set[str] = set()

    async def order(self, buyers: Sequence[Buyer]) -> list[Buyer]:
        """Send the orders. Returns the buyers whose copies are in a region that they cannot reach."""
        turn = asyncio.Semaphore(self._at_once)
        answered = await asyncio.gather(*(self._buy(buyer, turn) for buyer in buyers))
        return [buyer for buyer, done in zip(buyers, answered, strict=True) if not done]

    async def _buy(self, buyer: Buyer, turn: asyncio.Semaphore) -> bool:
        headers = {VIEWER_HEADER: f"{buyer.key}@{buyer.home}"}
        item = {"bookId": self._book["id"], "quantity": 1}
        async with turn, httpx.AsyncClient(headers=headers, verify=self._tls) as http:
            shop = Bookstore(Failover(http, self._endpoints), token=buyer.account.shopper.token)
            try:
                reply = await shop.order([item], self._book["price"], key=buyer.key)
            except UnreachableError:
                return False
            except RefusedError as error:
                if error.slug == "out-of-stock":
                    self.refused.add(buyer.key)
                return error.slug == "out-of-stock"
        self.sold[buyer.key] = reply.body["orderId"]
        return True


class Contest:
    """Sells the last copies of the scarcest book. `watch` is called with the book whose copies the page shows."""

    def __init__(self, endpoints: Endpoints, journal: Journal, watch: Callable[[Json], None]) -> None:
        self._endpoints = endpoints
        self._journal = journal
        self._watch = watch
        self.running = False

    async def run(self, deployment: Deployment, catch_up: Callable[[float], None]) -> None:
        """Run the contest to its end. Raises errors of boto3, the client and `catch_up`.

        `catch_up` waits for replication, at most for the seconds that it is called with.
        """
        self.running = True
        accounts: list[Account] = []
        try:
            shares = await asyncio.to_thread(stock.status, deployment)
            scarcest = _scarcest(shares)
            if scarcest is None:
                self._journal.note(f"There is no contest: no book has fewer than {COPIES} copies.")
                return
            book = await self._book(scarcest)
            missing = COPIES - _left([share for share in shares if share.book == scarcest])
            await asyncio.to_thread(stock.add, deployment, scarcest, missing)
            self._watch(book)
            before = await asyncio.to_thread(stock.status, deployment, scarcest)
            self._journal.note(
                f"Contest: {ORDERS} shoppers order one copy each of the last {_left(before)} of {book['title']}. "
                f"Three of four are near {region_name(before[0].region)}. Copies left: {_by_region(before)}."
            )
            await asyncio.to_thread(_open, deployment, accounts)
            await self._sell(deployment, book, _buyers(accounts, list(deployment.regions)), before, catch_up)
        finally:
            self.running = False
            await asyncio.to_thread(close_reachable, deployment, accounts)

    async def _book(self, book_id: str) -> Json:
        async with httpx.AsyncClient() as http:
            return (await Bookstore(Failover(http, self._endpoints)).book(book_id)).body

    async def _sell(
        self,
        deployment: Deployment,
        book: Json,
        buyers: list[Buyer],
        before: list[stock.Status],
        catch_up: Callable[[float], None],
    ) -> None:
        purchases, began = Purchases(self._endpoints, book), time.monotonic()
        waiting: list[Buyer] = []
        for first in range(0, ORDERS, PART):
            waiting += await purchases.order(buyers[first : first + PART])
            shares = await asyncio.to_thread(stock.status, deployment, book["id"])
            self._journal.note(f"Contest: {_figures(purchases)}. Copies left: {_by_region(shares)}.")
        deadline = time.monotonic() + LONGEST_WAIT
        while waiting and time.monotonic() < deadline:
            await asyncio.sleep(RETRY_SECONDS)
            waiting = await purchases.order(waiting)
        seconds = time.monotonic() - began
        await asyncio.to_thread(catch_up, CATCH_UP_SECONDS)
        after = await asyncio.to_thread(stock.status, deployment, book["id"])
        unanswered = f", {len(waiting)} without an answer" if waiting else ""
        self._journal.note(
            f"The contest is over after {seconds:.0f} s: {_figures(purchases)}{unanswered}, "
            f"{max(0, -_left(after))} oversold. {_given(after) - _given(before)} copies moved between regions. "
            f"Copies left: {_by_region(after)}."
        )


def _scarcest(shares: Sequence[stock.Status]) -> str | None:
    """The book with the fewest copies, if they are fewer than COPIES."""
    left = Counter[str]()
    for share in shares:
        left[share.book] += share.rights
    book = min(left, key=left.__getitem__, default=None)
    return book if book is not None and left[book] < COPIES else None


def _buyers(accounts: Sequence[Account], regions: Sequence[str]) -> list[Buyer]:
    """One buyer for each order: three of four in the first region, the others in the other regions in turn."""
    others = regions[1:] or regions
    return [
        Buyer(
            accounts[number % len(accounts)],
            others[number // 4 % len(others)] if number % 4 == 3 else regions[0],
            str(uuid.uuid4()),
        )
        for number in range(ORDERS)
    ]


def _open(deployment: Deployment, accounts: list[Account]) -> None:
    """Open accounts one by one: the emulator signs in one at a time."""
    party = secrets.token_hex(4)
    for number in range(ACCOUNTS):
        accounts.append(open_account(deployment, f"contest-{party}-{number}@example.com"))


def _figures(purchases: Purchases) -> str:
    return f"{len(purchases.sold)} sold, {len(purchases.refused)} refused"


def _left(shares: Sequence[stock.Status]) -> int:
    return sum(share.rights for share in shares)


def _given(shares: Sequence[stock.Status]) -> int:
    return sum(share.given for share in shares)


def _by_region(shares: Sequence[stock.Status]) -> str:
    return ", ".join(f"{region_name(share.region)} {share.rights}" for share in shares)
