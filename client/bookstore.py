"""The shop's routes as methods; what they give is the contract's JSON."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast
from uuid import uuid4

import httpx

from client.failover import CANNOT_SERVE, Answer, Failover, UnreachableError

Json = dict[str, Any]


class RefusedError(Exception):
    """The shop said no: `status`, and the problem details (RFC 9457) as `body`."""

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        try:
            self.body: Json = response.json()
        except ValueError:
            self.body = {}
        super().__init__(f"{self.status} {self.body.get('title', response.reason_phrase)}")


class OutcomeUnknownError(Exception):
    """A request that adds was cut off, and may have counted; read the cart before anything else."""


class Shop:
    """The shop as one shopper sees it.

    `token` gives the shopper's id token and is asked before each request, so that it may be renewed; without
    it only the public routes answer. `seen` hears of every answer. Methods raise RefusedError for an error
    of the shop's, and UnreachableError when no region answers.
    """

    def __init__(
        self,
        failover: Failover,
        *,
        token: Callable[[], str] | None = None,
        seen: Callable[[Answer], None] = lambda _answer: None,
    ) -> None:
        self._failover = failover
        self._token = token
        self._seen = seen

    async def books(
        self, *, category: str | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Json:
        """One page, best rated first."""
        return await self._get("/books", category=category, limit=limit, cursor=cursor)

    async def book(self, book_id: str) -> Json:
        """One book."""
        return await self._get(f"/books/{book_id}")

    async def categories(self) -> Json:
        """Every category and its size."""
        return await self._get("/categories")

    async def bestsellers(self, *, limit: int | None = None) -> Json:
        """What sells most."""
        return await self._get("/bestsellers", limit=limit)

    async def cart(self) -> Json:
        """The shopper's cart, priced now."""
        return await self._get("/cart")

    async def set_quantity(self, book_id: str, quantity: int) -> Json:
        """Have this many of a book in the cart, whatever there was."""
        return await self._send("PUT", f"/cart/{book_id}", json={"quantity": quantity})

    async def add(self, book_id: str, quantity: int = 1) -> Json:
        """Add to what the cart holds.

        Raises OutcomeUnknownError where the request may have counted: sending it again could count it twice.
        """
        line = {"bookId": book_id, "quantity": quantity}
        try:
            return await self._send("POST", "/cart", repeatable=False, json=line)
        except RefusedError as problem:
            if problem.status in CANNOT_SERVE:
                raise OutcomeUnknownError(str(problem)) from problem
            raise
        except UnreachableError as failure:
            if failure.may_have_arrived:
                raise OutcomeUnknownError(str(failure)) from failure
            raise

    async def remove(self, book_id: str) -> None:
        """Have none of a book in the cart."""
        await self._send("DELETE", f"/cart/{book_id}")

    async def order(
        self, items: Sequence[Mapping[str, Any]], expected_total: int, *, key: str | None = None
    ) -> Json:
        """Place an order, once, in whatever region answers; `key` stands for this purchase and no other."""
        return await self._send(
            "POST",
            "/orders",
            headers={"idempotency-key": key or str(uuid4())},
            json={"items": [dict(item) for item in items], "expectedTotal": expected_total},
        )

    async def orders(self, *, limit: int | None = None, cursor: str | None = None) -> Json:
        """One page of the shopper's orders, newest first."""
        return await self._get("/orders", limit=limit, cursor=cursor)

    async def _get(self, path: str, **query: str | int | None) -> Json:
        return await self._send(
            "GET", path, params={name: value for name, value in query.items() if value is not None}
        )

    async def _send(
        self,
        method: str,
        path: str,
        *,
        repeatable: bool = True,
        headers: Mapping[str, str] | None = None,
        **request: Any,
    ) -> Json:
        signed = {"authorization": f"Bearer {self._token()}"} if self._token else {}
        answer = await self._failover.send(
            method, path, repeatable=repeatable, headers={**signed, **(headers or {})}, **request
        )
        self._seen(answer)
        if answer.response.is_error:
            raise RefusedError(answer.response)
        return cast(Json, answer.response.json()) if answer.response.content else {}
