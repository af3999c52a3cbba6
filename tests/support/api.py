"""API client of the tests; validates every response against the contract."""

import uuid
from collections.abc import Iterator
from typing import Any

import httpx

from client import Shopper
from tests.support import contract
from tests.support.waiting import TIMEOUT_SECONDS

Json = dict[str, Any]

_TLS = httpx.create_ssl_context()
"""One for all clients: making one reads all certificates, which takes ten times as long as a request."""


class Api:
    """Client of one API address. `shopper` signs requests; `region` must be the responding region, None for any."""

    def __init__(self, url: str, region: str | None, shopper: Shopper | None = None) -> None:
        self.url = url
        self.region = region
        self._shopper = shopper
        # A connection per request: tests stop and start the servers behind an address.
        self._http = httpx.Client(
            timeout=TIMEOUT_SECONDS, limits=httpx.Limits(max_keepalive_connections=0), verify=_TLS
        )

    def signed_in(self, shopper: Shopper) -> "Api":
        """Return a client of the same address for a shopper."""
        return Api(self.url, self.region, shopper)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def send(self, verb: str, path: str, **request: Any) -> httpx.Response:
        """Send a request, validate the response and return it."""
        headers = dict(request.pop("headers", {}))
        if self._shopper and "authorization" not in headers:
            headers["authorization"] = f"Bearer {self._shopper.token()}"
        response = self._http.request(verb, self.url + path, headers=headers, **request)
        contract.check(response, path, self.region)
        return response

    def get(self, path: str, **query: Any) -> Json:
        """GET `path` and return the body of the 200 response."""
        return self.expect(200, "GET", path, params=query)

    def text(self, path: str, /, **query: Any) -> str:
        """GET `path` and return the text of the 200 response."""
        response = self.send("GET", path, params=query)
        assert response.status_code == 200, f"GET {path}: {response.status_code} {response.text}"
        return response.text

    def expect(self, status: int, verb: str, path: str, **request: Any) -> Json:
        """Send a request and return the body; fails the test on another status."""
        response = self.send(verb, path, **request)
        assert response.status_code == status, f"{verb} {path}: {response.status_code} {response.text}"
        body: Json = response.json() if response.content else {}
        return body

    def put_line(self, book_id: str, quantity: int) -> Json:
        """Set a cart line's quantity and return the cart."""
        return self.expect(200, "PUT", f"/cart/{book_id}", json={"quantity": quantity})

    def order(self, items: list[Json], total: int, *, key: str | None = None, status: int = 201) -> Json:
        """Place an order with `key`, a new one by default."""
        return self.expect(
            status,
            "POST",
            "/orders",
            headers={"idempotency-key": key or str(uuid.uuid4())},
            json={"items": items, "expectedTotal": total},
        )

    def order_book(self, book: Json, quantity: int = 1, *, key: str | None = None) -> Json:
        """Order copies of one book at its catalog price."""
        return self.order([item(book, quantity)], book["price"] * quantity, key=key)


def item(book: Json, quantity: int = 1) -> Json:
    """Line of an order request."""
    return {"bookId": book["id"], "quantity": quantity}


def without_stock(book: Json) -> Json:
    """A book without its copies, which other tests change."""
    return {name: value for name, value in book.items() if name != "stock"}


def cart_without_stock(cart: Json) -> Json:
    """A cart without the copies of its books, which other tests change."""
    return {**cart, "items": [{**line, "book": without_stock(line["book"])} for line in cart["items"]]}


def pages(api: Api, **query: Any) -> Iterator[Json]:
    """Yield every book of a listing, following its cursors."""
    cursor = None
    while True:
        page = api.get("/books", **query, **({"cursor": cursor} if cursor else {}))
        yield from page["items"]
        cursor = page["nextCursor"]
        if cursor is None:
            return
