"""The bookstore's routes as methods. Each returns a `Reply` with the contract's JSON."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from client.errors import BookstoreClientError, OutcomeUnknownError, RefusedError, UnreachableError
from client.failover import Failover, Outgoing
from client.replies import EXPECTED, RETRY_ELSEWHERE, Reply


class Bookstore:
    """The bookstore for one shopper.

    `token` returns the shopper's id token. It is called before each request, so that it can renew the token, and in
    a thread, so that other requests continue meanwhile. Its errors are raised as they are, see `Shopper.token`.
    Without it only the public routes answer. Every method raises RefusedError if the bookstore refuses the
    request, and UnreachableError if no endpoint gives an answer that fits the contract. Both carry the attempts.
    """

    def __init__(self, failover: Failover, *, token: Callable[[], str] | None = None) -> None:
        self._failover = failover
        self._token = token

    async def books(
        self, *, category: str | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Reply:
        """Get one page of books, best rated first."""
        return await self._get("listBooks", "/books", category=category, limit=limit, cursor=cursor)

    async def book(self, book_id: str) -> Reply:
        """Get one book."""
        return await self._get("getBook", f"/books/{_segment(book_id)}")

    async def categories(self) -> Reply:
        """Get every category with its number of books."""
        return await self._get("listCategories", "/categories")

    async def bestsellers(self, *, limit: int | None = None) -> Reply:
        """Get the best-selling books."""
        return await self._get("listBestsellers", "/bestsellers", limit=limit)

    async def cart(self) -> Reply:
        """Get the shopper's cart with current prices."""
        return await self._get("getCart", "/cart")

    async def set_quantity(self, book_id: str, quantity: int) -> Reply:
        """Set the number of copies of a book in the cart."""
        path = f"/cart/{_segment(book_id)}"
        return await self._send("setCartLine", "PUT", path, json={"quantity": quantity})

    async def add(self, book_id: str, quantity: int = 1) -> Reply:
        """Add copies of a book to the cart.

        Raises:
            OutcomeUnknownError: the request may have been processed. Sending it again could add twice.
        """
        line = {"bookId": book_id, "quantity": quantity}
        try:
            return await self._send("addToCart", "POST", "/cart", repeatable=False, json=line)
        except RefusedError as error:
            if error.status in RETRY_ELSEWHERE and error.attempts[-1].may_have_arrived:
                raise OutcomeUnknownError(str(error), error.attempts) from error
            raise
        except UnreachableError as error:
            if error.may_have_arrived:
                raise OutcomeUnknownError(str(error), error.attempts) from error
            raise

    async def remove(self, book_id: str) -> Reply:
        """Remove a book from the cart."""
        return await self._send("removeCartLine", "DELETE", f"/cart/{_segment(book_id)}")

    async def order(self, items: Sequence[Mapping[str, Any]], expected_total: int, *, key: str) -> Reply:
        """Place an order exactly once, in any region.

        `items` are the contract's `OrderedItem`s, `expected_total` is in minor units. `key` is a UUID for this
        purchase: keep it, and call again with the same key if an error's `may_have_arrived` leaves the outcome open,
        also if it is a RefusedError. If the copies are in other regions, the same order is sent there, with the
        same key.
        """
        options: dict[str, Any] = {
            "headers": {"idempotency-key": key},
            "json": {"items": [dict(item) for item in items], "expectedTotal": expected_total},
        }
        try:
            return await self._send("placeOrder", "POST", "/orders", **options)
        except RefusedError as error:
            if error.slug != "stock-elsewhere":
                raise
            return await self._order_elsewhere(error, options)

    async def _order_elsewhere(self, refused: RefusedError, options: Mapping[str, Any]) -> Reply:
        attempts = list(refused.attempts)
        error: BookstoreClientError = refused
        for region in refused.body.get("regions", ()):
            if region not in self._failover.regions:
                continue
            try:
                reply = await self._send("placeOrder", "POST", "/orders", region=region, **options)
            except (RefusedError, UnreachableError) as failure:
                error = failure
                attempts += failure.attempts
            else:
                return replace(reply, attempts=[*attempts, *reply.attempts])
        error.attempts = attempts
        raise error

    async def orders(self, *, limit: int | None = None, cursor: str | None = None) -> Reply:
        """Get one page of the shopper's orders, newest first."""
        return await self._get("listOrders", "/orders", limit=limit, cursor=cursor)

    async def order_by_id(self, order_id: str) -> Reply:
        """Get one of the shopper's orders."""
        return await self._get("getOrder", f"/orders/{_segment(order_id)}")

    async def cancel(self, order_id: str) -> Reply:
        """Cancel an order. Safe to repeat."""
        return await self._send("cancelOrder", "PUT", f"/orders/{_segment(order_id)}/cancellation")

    async def confirm(self, order_id: str) -> Reply:
        """Keep a held order. Safe to repeat."""
        return await self._send("confirmOrder", "PUT", f"/orders/{_segment(order_id)}/confirmation")

    async def _get(self, operation: str, path: str, **query: str | int | None) -> Reply:
        given = {name: value for name, value in query.items() if value is not None}
        return await self._send(operation, "GET", path, params=given)

    async def _send(
        self,
        operation: str,
        method: str,
        path: str,
        *,
        repeatable: bool = True,
        region: str | None = None,
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Reply:
        signed = {"authorization": f"Bearer {await asyncio.to_thread(self._token)}"} if self._token else {}
        options["headers"] = {**signed, **(headers or {})}
        return await self._failover.send(
            Outgoing(method, path, EXPECTED[operation], repeatable, region, options)
        )


def _segment(identifier: str) -> str:
    return quote(identifier, safe="")
