"""The whole shop on the local cloud, with shoppers at once: what it bears, and where the time goes.

A shopper browses, fills a cart, orders and looks at orders and best sellers, one request after the other and without
a pause, in the region that is theirs. What stands in for AWS runs on the same machine as the shoppers, so the
figures compare levels and layers of this shop; they say nothing of AWS.

For the layers, one request is sent in turn to the edge, to the emulator's API Gateway without the edge, and to the
function in this process against the same tables. What each adds to the next is its share; of the function, what it
waits is DynamoDB's.
"""

import asyncio
import io
import json
import os
import statistics
import sys
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, redirect_stdout
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.metering import Meter, measure, middle
from benchmarks.results import record
from benchmarks.routes import request
from localcloud.environment import export, local_environment
from localcloud.layout import Layout
from ops.deployment import Deployment
from ops.drilling.accounts import Account, close_account, open_account
from stacks.settings import Settings

SHOPPERS = (1, 4, 16)
ROUNDS = 5
ROUND_SECONDS = 5.0
SAMPLES = 20
"""Of each layer, in each of the rounds."""

Json = dict[str, Any]


@dataclass
class Spent:
    """Of one round: milliseconds by route, and what went wrong how often."""

    milliseconds: dict[str, list[float]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)

    def all(self) -> list[float]:
        """Of every route together."""
        return [spent for route in self.milliseconds.values() for spent in route]


@dataclass(frozen=True)
class Level:
    """So many shoppers at once: medians of the rounds, and half the distance between their quartiles."""

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
        """Go round the shop until a moment of the loop's clock."""
        while time.perf_counter() < until:
            async for route, took, outcome in self._round():
                spent.milliseconds.setdefault(route, []).append(took)
                if outcome:
                    spent.errors[f"{route}: {outcome}"] += 1
                if time.perf_counter() >= until:
                    return

    async def _round(self) -> AsyncIterator[tuple[str, float, str]]:
        listed = await self._send("GET", "/books", params={"limit": 24})
        yield listed[:3]
        books = listed[3].get("items") or [{"id": "unknown", "price": 0}]
        book = books[self._number % len(books)]
        yield (await self._send("GET", f"/books/{book['id']}", "/books/{bookId}"))[:3]
        line = f"/cart/{book['id']}"
        yield (await self._send("PUT", line, "/cart/{bookId}", json={"quantity": 1}))[:3]
        cart = await self._send("GET", "/cart")
        yield cart[:3]
        yield (await self._order(cart[3], book))[:3]
        yield (await self._send("GET", "/orders", params={"limit": 24}))[:3]
        yield (await self._send("GET", "/bestsellers"))[:3]

    async def _order(self, cart: Json, book: Json) -> tuple[str, float, str, Json]:
        return await self._send(
            "POST",
            "/orders",
            headers={"idempotency-key": cart.get("checkoutKey", str(uuid.uuid4()))},
            json={"items": [{"bookId": book["id"], "quantity": 1}], "expectedTotal": book["price"]},
        )

    async def _send(
        self, method: str, path: str, resource: str = "", **parts: Any
    ) -> tuple[str, float, str, Json]:
        headers = {**self._headers, **parts.pop("headers", {})}
        began = time.perf_counter()
        try:
            answer = await self._http.request(method, self._api + path, headers=headers, **parts)
            outcome = "" if answer.is_success else str(answer.status_code)
            body: Json = answer.json() if answer.is_success else {}
        except httpx.TransportError as error:
            outcome, body = type(error).__name__, {}
        return f"{method} {resource or path}", (time.perf_counter() - began) * 1000, outcome, body


async def level(apis: list[str], accounts: list[Account]) -> Level:
    """Let as many shop at once as there are accounts, one round after the other."""
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
        *middle([len(spent.all()) / ROUND_SECONDS for spent in rounds]),
        *middle([statistics.median(spent.all()) for spent in rounds]),
        *middle([statistics.quantiles(spent.all(), n=100, method="inclusive")[-1] for spent in rounds]),
        sum(len(spent.all()) for spent in rounds),
        dict(errors),
    )


@dataclass(frozen=True)
class Probe:
    """A request that is looked at layer by layer."""

    function: str
    method: str
    path: str
    query: Json = field(default_factory=dict)
    make: Callable[[], tuple[Json, Json]] = lambda: ({}, {})
    """Headers and body, new for each sending."""


def layers(deployment: Deployment, endpoints: Json, account: Account, probe: Probe) -> dict[str, float]:
    """Milliseconds of each layer, medians."""
    region = next(iter(deployment.regions))
    deployed = deployment.regions[region]
    ways = {
        "edge": (endpoints["regions"][region]["api"], {}),
        "gateway": (
            f"{endpoints['aws_endpoint']}/{deployed.api_stage}",
            {"host": f"{deployed.api_id}.execute-api.localhost"},
        ),
    }
    token = account.shopper.token()
    took: dict[str, list[float]] = {name: [] for name in ways}
    handle = import_module(f"{probe.function}.handler").handle

    def in_process() -> Json:
        headers, body = probe.make()
        sent = request(
            account.id,
            probe.method,
            probe.path,
            body or None,
            headers=headers,
            query={name: str(value) for name, value in probe.query.items()},
        )
        answered: Json = handle(sent, None)
        return answered

    with httpx.Client(timeout=30) as http:
        for _ in range(ROUNDS * SAMPLES):
            for name, (address, host) in ways.items():
                headers, body = probe.make()
                began = time.perf_counter()
                answer = http.request(
                    probe.method,
                    address + probe.path,
                    params=probe.query,
                    headers={"authorization": f"Bearer {token}", **host, **headers},
                    json=body or None,
                )
                took[name].append((time.perf_counter() - began) * 1000)
                answer.raise_for_status()
    with Meter() as meter, redirect_stdout(io.StringIO()):
        own = measure(meter, in_process, SAMPLES)
    edge, gateway = statistics.median(took["edge"]), statistics.median(took["gateway"])
    return {
        "edge": round(edge - gateway, 1),
        "gateway and Lambda": round(gateway - own.p50_ms - own.waits_ms, 1),
        "function": own.p50_ms,
        "DynamoDB": own.waits_ms,
        "all": round(edge, 1),
    }


def probes(book: Json) -> list[Probe]:
    """One that reads a listing, one that reads a cart, one that writes."""

    def order() -> tuple[Json, Json]:
        items = [{"bookId": book["id"], "quantity": 1}]
        return {"idempotency-key": str(uuid.uuid4())}, {"items": items, "expectedTotal": book["price"]}

    return [
        Probe("catalog", "GET", "/books", {"limit": 24}),
        Probe("cart", "GET", "/cart"),
        Probe("orders", "POST", "/orders", make=order),
    ]


def enter_function(deployment: Deployment) -> None:
    """Give this process the variables of the deployed functions of the first region."""
    region, deployed = next(iter(deployment.regions.items()))
    client = deployment.client("lambda", region)
    for probe in ("catalog", "cart", "orders"):
        configuration = client.get_function_configuration(FunctionName=deployed.functions[probe])
        os.environ.update(configuration["Environment"]["Variables"])
    os.environ["AWS_REGION"] = region


def show(levels: dict[int, Level], shares: dict[str, dict[str, float]]) -> None:
    """Print both tables."""
    table = Table(title=f"Shoppers at once, {ROUNDS} rounds of {ROUND_SECONDS:.0f} s")
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
    where = Table(title="Where one shopper's time goes, ms")
    where.add_column("route")
    for layer in next(iter(shares.values())):
        where.add_column(layer, justify="right")
    for route, share in shares.items():
        where.add_row(route, *(f"{spent:.1f}" for spent in share.values()))
    Console().print(where)


def main() -> int:
    """Measure, print, record; 1 where a request failed."""
    layout, path = Layout.from_environment(), Path(os.environ.get("SETTINGS", "settings/local.toml"))
    export(local_environment(layout, path, Settings.load(path).regions))
    if not layout.endpoints.exists():
        print("no shop is up: run `make up`", file=sys.stderr)
        return 2
    deployment = Deployment.load(Settings.load(path))
    endpoints = json.loads(layout.endpoints.read_text())
    apis = [endpoints["regions"][region]["api"] for region in deployment.regions]
    with ExitStack() as stack:
        accounts = []
        for _ in range(max(SHOPPERS)):
            account = open_account(deployment, f"bench-{uuid.uuid4()}@example.com")
            stack.callback(close_account, deployment, account)
            accounts.append(account)
        levels = {count: asyncio.run(level(apis, accounts[:count])) for count in SHOPPERS}
        enter_function(deployment)
        book = httpx.get(f"{apis[0]}/books", params={"limit": 1}).json()["items"][0]
        shares = {
            f"{probe.method} {probe.path}": layers(deployment, endpoints, accounts[0], probe)
            for probe in probes(book)
        }
    show(levels, shares)
    record("shop", {"levels": {str(count): asdict(at) for count, at in levels.items()}, "layers_ms": shares})
    return 1 if any(at.errors for at in levels.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
