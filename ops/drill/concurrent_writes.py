"""Conflicting writes in several regions: the same cart line, the same order, and others.

Each records its expected result in the ledger. While regions do not replicate, the writes are sequential, so the
last one is known; of simultaneous writes any may win.
"""

import asyncio
import uuid
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any

import httpx

from ops.drill.accounts import Account
from ops.drill.ledger import Ledger, Purchase
from ops.errors import OperatorError

Json = dict[str, Any]
Send = Callable[[httpx.AsyncClient], Coroutine[Any, Any, httpx.Response]]
SCENARIOS = 5
"""Number of scenarios; each account runs one."""


class WriteRejectedError(OperatorError):
    """A region rejected a valid write."""


class ConflictingWrites:
    """Sends conflicting writes; `regions` are API addresses by region."""

    def __init__(self, regions: Mapping[str, str], ledger: Ledger, books: Sequence[Json]) -> None:
        self._regions = dict(regions)
        self._ledger = ledger
        self._books = books

    async def send_simultaneously(self, accounts: Sequence[Account]) -> None:
        """Send the same order and the same line to every region at once."""
        for number, account in enumerate(accounts):
            book = self._books[number % len(self._books)]
            await self._same_order(account, book)
            await self._lines_at_once(account, book)

    async def send_isolated(self, accounts: Sequence[Account]) -> None:
        """Run the conflict scenarios while regions do not replicate. Raises WriteRejectedError on a rejected write."""
        ways = (
            self._line_after_line,
            self._same_cart_ordered_everywhere,
            self._other_order_in_each,
            self._ordered_then_changed,
            self._changed_then_ordered,
        )
        for number, account in enumerate(accounts):
            book = self._books[number % len(self._books)]
            await ways[number % SCENARIOS](account, book)

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
        self._ledger.forget_cart(account.id)
        self._ledger.contested[account.id, book["id"]] = written

    async def _same_order(self, account: Account, book: Json) -> None:
        purchase, request = self._purchase(account, book, 1)
        answers = await asyncio.gather(*(self._send(account, region, request) for region in self._regions))
        for answer in answers:
            if answer and answer.status_code == httpx.codes.CREATED:
                self._ledger.record_order(purchase, answer.json())

    async def _order(self, account: Account, book: Json, quantity: int, region: str) -> None:
        purchase, request = self._purchase(account, book, quantity)
        self._ledger.record_order(purchase, (await self._must(account, region, request)).json())

    async def _put(self, account: Account, region: str, book: Json, quantity: int) -> None:
        await self._must(account, region, _put(book, quantity))

    def _purchase(self, account: Account, book: Json, quantity: int) -> tuple[Purchase, Send]:
        purchase = Purchase(account.id, str(uuid.uuid4()), {book["id"]: quantity}, book["price"] * quantity)
        self._ledger.purchases.append(purchase)
        body = {"items": [{"bookId": book["id"], "quantity": quantity}], "expectedTotal": purchase.total}
        return purchase, lambda http: http.post(
            "/orders", json=body, headers={"idempotency-key": purchase.key}
        )

    async def _must(self, account: Account, region: str, request: Send) -> httpx.Response:
        answer = await self._send(account, region, request)
        if answer is None or not answer.is_success:
            raise WriteRejectedError(f"{region} rejected a write: {answer.text if answer else 'no answer'}")
        return answer

    async def _send(self, account: Account, region: str, request: Send) -> httpx.Response | None:
        headers = {"authorization": f"Bearer {account.shopper.token()}"}
        async with httpx.AsyncClient(base_url=self._regions[region], headers=headers, timeout=10.0) as http:
            with suppress(httpx.TransportError):
                return await request(http)
        return None


def _put(book: Json, quantity: int) -> Send:
    return lambda http: http.put(f"/cart/{book['id']}", json={"quantity": quantity})
