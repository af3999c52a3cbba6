"""Load on the local cloud: throughput and latency by number of concurrent shoppers.

A shopper browses, fills a cart, orders and lists orders and bestsellers, without pauses, in one region. The
emulators run on the same machine, so the figures compare levels and layers; they say nothing about AWS. See
`benchmarks.layers` for the layers.
"""

import asyncio
import json
import os
import statistics
import sys
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.layers import Json, Share, enter_function, layers, probes
from benchmarks.metering import ROUNDS
from benchmarks.results import middle, record
from localcloud.environment import export, local_environment
from localcloud.layout import Layout
from ops.deployment import Deployment
from ops.drill.accounts import Account, close_account, open_account
from stacks.settings import Settings

SHOPPERS = (1, 4, 16)
ROUND_SECONDS = 5.0


@dataclass(frozen=True)
class Sent:
    """A sent request: milliseconds to the response, its error if any, and its body."""

    route: str
    milliseconds: float
    fault: str
    body: Json


@dataclass
class Spent:
    """One round: milliseconds of each request, and counts of errors."""

    milliseconds: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)

    def add(self, sent: Sent) -> None:
        """Add a request."""
        self.milliseconds.append(sent.milliseconds)
        if sent.fault:
            self.errors[f"{sent.route}: {sent.fault}"] += 1


@dataclass(frozen=True)
class Level:
    """Result with a number of shoppers: medians of the rounds, and half the interquartile range."""

    per_second: float
    per_second_spread: float
    p50_ms: float
    p50_spread_ms: float
    p99_ms: float
    p99_spread_ms: float
    requests: int
    errors: dict[str, int]


class Shopper:
    """Sends one request after the other."""

    def __init__(self, http: httpx.AsyncClient, api: str, account: Account, number: int) -> None:
        self._http = http
        self._api = api
        self._headers = {"authorization": f"Bearer {account.shopper.token()}"}
        self._number = number

    async def shop(self, until: float, spent: Spent) -> None:
        """Repeat the round until a time of `perf_counter`."""
        while time.perf_counter() < until:
            async for sent in self._round():
                spent.add(sent)
                if time.perf_counter() >= until:
                    return

    async def _round(self) -> AsyncIterator[Sent]:
        yield (listed := await self._send("GET", "/books", params={"limit": 24}))
        books = listed.body.get("items") or [{"id": "unknown", "price": 0}]
        book = books[self._number % len(books)]
        yield await self._send("GET", f"/books/{book['id']}", "/books/{bookId}")
        yield await self._send("PUT", f"/cart/{book['id']}", "/cart/{bookId}", json={"quantity": 1})
        yield (cart := await self._send("GET", "/cart"))
        yield await self._order(cart.body.get("checkoutKey", str(uuid.uuid4())), book)
        yield await self._send("GET", "/orders", params={"limit": 24})
        yield await self._send("GET", "/bestsellers")

    async def _order(self, key: str, book: Json) -> Sent:
        body = {"items": [{"bookId": book["id"], "quantity": 1}], "expectedTotal": book["price"]}
        return await self._send("POST", "/orders", headers={"idempotency-key": key}, json=body)

    async def _send(self, method: str, path: str, resource: str = "", **parts: Any) -> Sent:
        headers = {**self._headers, **parts.pop("headers", {})}
        began = time.perf_counter()
        try:
            answer = await self._http.request(method, self._api + path, headers=headers, **parts)
            fault = "" if answer.is_success else str(answer.status_code)
            body: Json = answer.json() if answer.is_success else {}
        except httpx.TransportError as error:
            fault, body = type(error).__name__, {}
        return Sent(f"{method} {resource or path}", (time.perf_counter() - began) * 1000, fault, body)


async def level(apis: list[str], accounts: list[Account]) -> Level:
    """Measure all rounds with one shopper per account."""
    rounds = []
    async with httpx.AsyncClient(timeout=30) as http:
        shoppers = [
            Shopper(http, apis[number % len(apis)], account, number)
            for number, account in enumerate(accounts)
        ]
        for _ in range(ROUNDS):
            spent = Spent()
            until = time.perf_counter() + ROUND_SECONDS
            await asyncio.gather(*(shopper.shop(until, spent) for shopper in shoppers))
            rounds.append(spent)
    errors = sum((spent.errors for spent in rounds), Counter[str]())
    return Level(
        *middle([len(spent.milliseconds) / ROUND_SECONDS for spent in rounds]),
        *middle([statistics.median(spent.milliseconds) for spent in rounds]),
        *middle(
            [statistics.quantiles(spent.milliseconds, n=100, method="inclusive")[-1] for spent in rounds]
        ),
        sum(len(spent.milliseconds) for spent in rounds),
        dict(errors),
    )


def show(levels: dict[int, Level], shares: dict[str, dict[str, Share]]) -> None:
    """Print the tables of levels and layers."""
    table = Table(title=f"Concurrent shoppers,  {ROUNDS} rounds of {ROUND_SECONDS:.0f} s")
    for column in ("shoppers", "requests/s", "p50 ms", "p99 ms", "errors"):
        table.add_column(column, justify="right")
    for count, at in levels.items():
        table.add_row(
            str(count),
            f"{at.per_second:.0f} ± {at.per_second_spread:.0f}",
            f"{at.p50_ms:.0f} ± {at.p50_spread_ms:.0f}",
            f"{at.p99_ms:.0f} ± {at.p99_spread_ms:.0f}",
            f"{sum(at.errors.values())} of {at.requests}",
        )
    Console().print(table)
    where = Table(title="Time of one request by layer, ms")
    where.add_column("route")
    for layer in next(iter(shares.values())):
        where.add_column(layer, justify="right")
    for route, share in shares.items():
        where.add_row(route, *(spent.text() for spent in share.values()))
    Console().print(where)


@contextmanager
def opened(deployment: Deployment, count: int) -> Iterator[list[Account]]:
    """Open accounts; the context closes them."""
    with ExitStack() as stack:
        accounts = []
        for _ in range(count):
            account = open_account(deployment, f"bench-{uuid.uuid4()}@example.com")
            stack.callback(close_account, deployment, account)
            accounts.append(account)
        yield accounts


def main() -> int:
    """Measure, print and record; returns 1 if a request failed."""
    layout, path = Layout.from_environment(), Path(os.environ.get("SETTINGS", "settings/local.toml"))
    export(local_environment(layout, path, Settings.load(path).regions))
    if not layout.endpoints.exists():
        print("no local cloud runs: run `make up`", file=sys.stderr)
        return 2
    deployment = Deployment.load(Settings.load(path))
    endpoints = json.loads(layout.endpoints.read_text())
    apis = [endpoints["regions"][region]["api"] for region in deployment.regions]
    with opened(deployment, max(SHOPPERS)) as accounts:
        levels = {count: asyncio.run(level(apis, accounts[:count])) for count in SHOPPERS}
        enter_function(deployment)
        book = httpx.get(f"{apis[0]}/books", params={"limit": 1}).json()["items"][0]
        shares = {
            f"{probe.method} {probe.path}": layers(deployment, endpoints, accounts[0], probe)
            for probe in probes(book)
        }
    show(levels, shares)
    by_route = {
        route: {name: asdict(layer) for name, layer in share.items()} for route, share in shares.items()
    }
    record("shop", {"levels": {str(count): asdict(at) for count, at in levels.items()}, "layers": by_route})
    return 1 if any(at.errors for at in levels.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
