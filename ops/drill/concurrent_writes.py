"""Writes that meet in several regions: the same cart line, the same order, others of the same shopper.

Each leaves in the ledger what must have become of it. Where regions do not hear of each other, what was written last
is known, since one write follows the other; where all write at one instant, any of them may have won.
"""

import asyncio
import uuid
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any

import httpx

from ops.drill.accounts import Account
from ops.drill.ledger import Intent, Ledger

Json = dict[str, Any]
Send = Callable[[httpx.AsyncClient], Coroutine[Any, Any, httpx.Response]]
WAYS = 5
"""Ways in which shoppers write apart; each account goes one of them."""


class ContestError(Exception):
    """A region refused what it must take."""


class Contest:
    """One shopper's writes to many regions; `regions` are their addresses."""

    def __init__(self, regions: Mapping[str, str], ledger: Ledger, books: Sequence[Json]) -> None:
        self._regions = dict(regions)
        self._ledger = ledger
        self._books = books

    async def at_once(self, accounts: Sequence[Account]) -> None:
        """The same order and the same line, sent to every region at one instant."""
        for number, account in enumerate(accounts):
            book = self._books[number % len(self._books)]
            await self._same_order(account, book)
            await self._lines_at_once(account, book)

    async def apart(self, accounts: Sequence[Account]) -> None:
        """What goes wrong most easily while no region hears of another; raises ContestError if one refuses."""
        ways = (
            self._line_after_line,
            self._same_cart_ordered_everywhere,
            self._other_order_in_each,
            self._ordered_then_changed,
            self._changed_then_ordered,
        )
        for number, account in enumerate(accounts):
            book = self._books[number % len(self._books)]
            await ways[number % WAYS](account, book)

    async def _line_after_line(self, account: Account, book: Json) -> None:
        for quantity, region in enumerate(self._regions, 1):
            await self._put(account, region, book, quantity)
        self._ledger.carts[account.id] = {book["id"]: len(self._regions)}

    async def _same_cart_ordered_everywhere(self, account: Account, book: Json) -> None:
        for region in self._regions:
            await self._put(account, region, book, 1)
        await self._same_order(account, book)
        self._ledger.carts[account.id] = {}

    async def _other_order_in_each(self, account: Account, book: Json) -> None:
        for quantity, region in enumerate(self._regions, 1):
            await self._order(account, book, quantity, region)
        self._ledger.carts[account.id] = {}

    async def _ordered_then_changed(self, account: Account, book: Json) -> None:
        first, *_, last = self._regions
        await self._put(account, first, book, 1)
        await self._order(account, book, 1, first)
        await self._put(account, last, book, 5)
        self._ledger.carts[account.id] = {book["id"]: 5}

    async def _changed_then_ordered(self, account: Account, book: Json) -> None:
        first, *_, last = self._regions
        await self._put(account, first, book, 1)
        await self._put(account, last, book, 5)
        await self._order(account, book, 1, first)
        self._ledger.carts[account.id] = {}

    async def _lines_at_once(self, account: Account, book: Json) -> None:
        answers = await asyncio.gather(
            *(
                self._send(account, region, _put(book, quantity))
                for quantity, region in enumerate(self._regions, 1)
            )
        )
        written = {quantity for quantity, answer in enumerate(answers, 1) if answer and answer.is_success}
        self._ledger.lost_sight(account.id)
        self._ledger.contested[account.id, book["id"]] = written

    async def _same_order(self, account: Account, book: Json) -> None:
        intent, request = self._intend(account, book, 1)
        answers = await asyncio.gather(*(self._send(account, region, request) for region in self._regions))
        for answer in answers:
            if answer and answer.status_code == httpx.codes.CREATED:
                self._ledger.saw_order(intent, answer.json())

    async def _order(self, account: Account, book: Json, quantity: int, region: str) -> None:
        intent, request = self._intend(account, book, quantity)
        self._ledger.saw_order(intent, (await self._must(account, region, request)).json())

    async def _put(self, account: Account, region: str, book: Json, quantity: int) -> None:
        await self._must(account, region, _put(book, quantity))

    def _intend(self, account: Account, book: Json, quantity: int) -> tuple[Intent, Send]:
        intent = Intent(account.id, str(uuid.uuid4()), {book["id"]: quantity}, book["price"] * quantity)
        self._ledger.intents.append(intent)
        body = {"items": [{"bookId": book["id"], "quantity": quantity}], "expectedTotal": intent.total}
        return intent, lambda http: http.post("/orders", json=body, headers={"idempotency-key": intent.key})

    async def _must(self, account: Account, region: str, request: Send) -> httpx.Response:
        answer = await self._send(account, region, request)
        if answer is None or not answer.is_success:
            raise ContestError(f"{region} did not take a write: {answer.text if answer else 'no answer'}")
        return answer

    async def _send(self, account: Account, region: str, request: Send) -> httpx.Response | None:
        headers = {"authorization": f"Bearer {account.shopper.token()}"}
        async with httpx.AsyncClient(base_url=self._regions[region], headers=headers, timeout=10.0) as http:
            with suppress(httpx.TransportError):
                return await request(http)
        return None


def _put(book: Json, quantity: int) -> Send:
    return lambda http: http.put(f"/cart/{book['id']}", json={"quantity": quantity})
