"""A shopper who orders one book after the other, whatever happens meanwhile."""

import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx

from tests.support.api import Api, Json, item


class Shopper:
    """Orders one book after the other. An order without an answer is sent again with its key, as clients do."""

    def __init__(self, mine: Mapping[str, Api], books: list[Json], *, pause: float = 0.0) -> None:
        """`pause` is the time between two orders, in seconds."""
        self._apis = list(mine.values())
        self._books = books
        self._pause = pause
        self._over = threading.Event()
        self.confirmed: list[str] = []
        """Ids of the confirmed orders."""

    @contextmanager
    def shopping(self) -> Iterator[None]:
        """Shop in a thread during the body."""
        thread = threading.Thread(target=self._shop)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    def _shop(self) -> None:
        number = 0
        while not self._over.is_set():
            self._order(self._books[number % len(self._books)], str(uuid.uuid4()), self._apis[number % 2])
            number += 1
            self._over.wait(self._pause)

    def _order(self, book: Json, key: str, api: Api) -> None:
        body = {"items": [item(book)], "expectedTotal": book["price"]}
        while True:
            try:
                answer = api.send("POST", "/orders", headers={"idempotency-key": key}, json=body)
            except (httpx.TransportError, AssertionError):
                pass  # The region does not answer, or its answer is the gateway's and not of the contract.
            else:
                if answer.status_code == httpx.codes.CREATED:
                    self.confirmed.append(answer.json()["orderId"])
                    return
                if answer.status_code == httpx.codes.CONFLICT:
                    return  # sold out
            if self._over.wait(0.2):
                return
