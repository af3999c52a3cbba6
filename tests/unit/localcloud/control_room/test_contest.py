"""The control room's contest for the last copies of a book."""

import uuid
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from client import Endpoints
from client.replies import EXPECTED
from localcloud.control_room import contest
from localcloud.control_room.contest import Buyer, Contest, Purchases
from localcloud.control_room.journal import Journal
from ops import stock
from ops.deployment import Deployment
from ops.drill import accounts
from ops.drill.accounts import Account
from ops.stock import Status

pytestmark = pytest.mark.anyio
REGIONS = ("eu-west-1", "ap-southeast-1")
HERE, THERE = REGIONS
BOOK = {**dict.fromkeys(EXPECTED["getBook"].fields), "id": "dune", "title": "Dune", "price": 990}
PLENTY = [Status("ubik", region, 8, 0, 0, 0, 0) for region in REGIONS]


class Bookshop:
    """An API with copies of one book, all in the first region. It also stands in for the Stock table."""

    def __init__(self) -> None:
        self.copies = 3
        self.opened: list[str] = []
        self.asked = Counter[str]()
        self.sold: set[str] = set()
        self.unreachable = 0

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/books/dune", self._book)
        app.router.add_post("/orders", self._order)
        return app

    def add(self, _deployment: Deployment, book: str, copies: int) -> None:
        assert book == BOOK["id"]
        self.copies += copies

    def status(self, _deployment: Deployment, book: str | None = None) -> list[Status]:
        left = self.copies - len(self.sold)
        dune = [Status("dune", HERE, left, len(self.sold), 0, 0, 0), Status("dune", THERE, 0, 0, 0, 0, 0)]
        return dune if book else [*PLENTY, *dune]

    def open_account(self, _deployment: Deployment, email: str) -> Account:
        self.opened.append(email)
        return Account(email, email, "", cast(Any, SimpleNamespace(token=lambda: "token")))

    def close_account(self, _deployment: Deployment, account: Account) -> None:
        self.opened.remove(account.email)

    async def _book(self, _request: web.Request) -> web.Response:
        return self._answer(200, BOOK)

    async def _order(self, request: web.Request) -> web.Response:
        self.asked[request.headers["x-viewer"].rpartition("@")[2]] += 1
        if self.unreachable:
            self.unreachable -= 1
            return web.Response(status=502)
        if len(self.sold) >= self.copies:
            return self._problem("out-of-stock")
        self.sold.add(request.headers["idempotency-key"])
        order = dict.fromkeys(EXPECTED["placeOrder"].fields)
        return self._answer(201, {**order, "orderId": str(uuid.uuid4())})

    def _problem(self, slug: str) -> web.Response:
        body = {"type": f"urn:bookstore:problem:{slug}", "status": 409, "title": slug}
        return self._answer(409, body, "application/problem+json")

    @staticmethod
    def _answer(status: int, body: Any, media_type: str = "application/json") -> web.Response:
        response = web.json_response(body, status=status, content_type=media_type)
        response.headers["x-region"] = HERE
        return response


@pytest.fixture
def bookshop(monkeypatch: pytest.MonkeyPatch) -> Bookshop:
    made = Bookshop()
    monkeypatch.setattr(contest, "open_account", made.open_account)
    monkeypatch.setattr(accounts, "close_account", made.close_account)
    for name in ("add", "status"):
        monkeypatch.setattr(stock, name, getattr(made, name))
    for name, value in {"COPIES": 10, "ORDERS": 40, "PART": 10, "RETRY_SECONDS": 0}.items():
        monkeypatch.setattr(contest, name, value)
    return made


@pytest.fixture
async def endpoints(bookshop: Bookshop) -> AsyncIterator[Endpoints]:
    async with TestServer(bookshop.app()) as server:
        address = str(server.make_url("")).rstrip("/")
        yield Endpoints(address)


async def run(endpoints: Endpoints, watched: list[Any] | None = None) -> list[str]:
    """Run a contest in two regions and return the journal's texts."""
    journal = Journal(lambda: None)
    waits: list[float] = []
    deployment = cast(Deployment, SimpleNamespace(regions=dict.fromkeys(REGIONS)))
    made = Contest(endpoints, journal, [].append if watched is None else watched.append)
    await made.run(deployment, waits.append)
    assert not made.running
    return [entry["text"] for entry in journal.entries]


async def test_contest_sells_each_copy_once(bookshop: Bookshop, endpoints: Endpoints) -> None:
    watched: list[Any] = []
    first, *parts, last = await run(endpoints, watched)
    assert [book["id"] for book in watched] == ["dune"]
    assert "40 shoppers order one copy each of the last 10 of Dune" in first
    assert len(parts) == 4
    assert "10 sold, 30 refused, 0 oversold" in last
    assert last.endswith("Copies left: Ireland 0, Singapore 0.")
    assert len(bookshop.sold) == 10
    assert bookshop.asked == {HERE: 30, THERE: 10}
    assert bookshop.opened == []


async def test_lost_answers_are_repeated(bookshop: Bookshop, endpoints: Endpoints) -> None:
    bookshop.unreachable = 5
    texts = await run(endpoints)
    assert "10 sold, 30 refused, 0 oversold" in texts[-1]
    assert bookshop.asked.total() == 45


async def test_copies_sold_twice_are_reported(
    bookshop: Bookshop, endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    sold = bookshop.status

    def two_more(deployment: Deployment, book: str | None = None) -> list[Status]:
        *others, there = sold(deployment, book)
        return [*others, replace(there, rights=-2, sold=2)]

    monkeypatch.setattr(stock, "status", two_more)
    assert "2 oversold" in (await run(endpoints))[-1]


async def test_contest_without_scarce_books_sells_nothing(bookshop: Bookshop, endpoints: Endpoints) -> None:
    bookshop.copies = 10
    assert await run(endpoints) == ["There is no contest: no book has fewer than 10 copies."]
    assert not bookshop.asked


async def test_unanswered_buyers_are_returned(bookshop: Bookshop, endpoints: Endpoints) -> None:
    bookshop.unreachable = 1
    account = bookshop.open_account(cast(Deployment, None), "ada")
    buyers = [Buyer(account, HERE, str(uuid.uuid4())) for _ in range(2)]
    purchases = Purchases(endpoints, BOOK, at_once=1)
    assert await purchases.order(buyers) == [buyers[0]]
    assert list(purchases.sold) == [buyers[1].key]
    assert purchases.refused == set()
