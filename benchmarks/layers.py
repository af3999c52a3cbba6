"""Time of one request by layer.

A request is sent to the edge, to the emulator's API Gateway without the edge, and to the function in this process
with the same tables. The difference between two of them is a layer's share; the function's wait is DynamoDB's.
"""

import io
import math
import os
import time
import uuid
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Self

import httpx

from benchmarks.metering import ROUNDS, Cost, Meter, measure
from benchmarks.results import middle
from benchmarks.routes import request
from ops.deployment import Deployment
from ops.drill.accounts import Account

SAMPLES = 20
"""Samples per layer and round."""

Json = dict[str, Any]


@dataclass(frozen=True)
class Probe:
    """A request to measure layer by layer."""

    function: str
    method: str
    path: str
    query: Json = field(default_factory=dict)
    make: Callable[[], tuple[Json, Json]] = lambda: ({}, {})
    """Headers and body of a new request."""


def probes(book: Json) -> list[Probe]:
    """A listing, a cart and an order."""

    def order() -> tuple[Json, Json]:
        items = [{"bookId": book["id"], "quantity": 1}]
        return {"idempotency-key": str(uuid.uuid4())}, {"items": items, "expectedTotal": book["price"]}

    return [
        Probe("catalog", "GET", "/books", {"limit": 24}),
        Probe("cart", "GET", "/cart"),
        Probe("orders", "POST", "/orders", make=order),
    ]


def enter_function(deployment: Deployment) -> None:
    """Set the environment variables of the first region's functions in this process."""
    region, deployed = next(iter(deployment.regions.items()))
    client = deployment.client("lambda", region)
    for probe in ("catalog", "cart", "orders"):
        configuration = client.get_function_configuration(FunctionName=deployed.functions[probe])
        os.environ.update(configuration["Environment"]["Variables"])
    os.environ["AWS_REGION"] = region


@dataclass(frozen=True)
class Share:
    """Milliseconds of a layer, and their spread."""

    ms: float
    ms_spread: float

    def less(self, inner: Self) -> "Share":
        """Subtract an inner layer."""
        return Share(round(self.ms - inner.ms, 2), round(math.hypot(self.ms_spread, inner.ms_spread), 2))

    def text(self) -> str:
        """As text."""
        return f"{self.ms:.1f} ± {self.ms_spread:.1f}"


def layers(deployment: Deployment, endpoints: Json, account: Account, probe: Probe) -> dict[str, Share]:
    """Measure the time of each layer."""
    region, deployed = next(iter(deployment.regions.items()))
    edge, gateway = over_http(
        probe,
        account.shopper.token(),
        (endpoints["regions"][region]["api"], {}),
        (
            f"{endpoints['aws_endpoint']}/{deployed.api_stage}",
            {"host": f"{deployed.api_id}.execute-api.localhost"},
        ),
    )
    own = in_process(probe, account)
    function, waits = Share(own.p50_ms, own.p50_spread_ms), Share(own.waits_ms, own.waits_spread_ms)
    return {
        "edge": edge.less(gateway),
        "gateway and Lambda": gateway.less(function).less(waits),
        "function": function,
        "DynamoDB": waits,
        "all": edge,
    }


def over_http(probe: Probe, token: str, *ways: tuple[str, dict[str, str]]) -> list[Share]:
    """Measure each address in turn; `ways` are addresses with their headers.

    Raises:
        httpx.HTTPError: a request failed.
    """
    took: list[list[float]] = [[] for _ in ways]
    with httpx.Client(timeout=30) as http:
        for _ in range(ROUNDS * SAMPLES):
            for (address, host), measured in zip(ways, took, strict=True):
                headers, body = probe.make()
                headers = {"authorization": f"Bearer {token}", **host, **headers}
                began = time.perf_counter()
                answer = http.request(
                    probe.method, address + probe.path, params=probe.query, headers=headers, json=body or None
                )
                measured.append((time.perf_counter() - began) * 1000)
                answer.raise_for_status()
    return [Share(*middle(measured)) for measured in took]


def in_process(probe: Probe, account: Account) -> Cost:
    """Measure the function's own time and its wait for DynamoDB."""
    handle = import_module(f"{probe.function}.handler").handle
    query = {name: str(value) for name, value in probe.query.items()}

    def call() -> Json:
        headers, body = probe.make()
        sent = request(account.id, probe.method, probe.path, body or None, headers=headers, query=query)
        answer: Json = handle(sent, None)
        return answer

    with Meter() as meter, redirect_stdout(io.StringIO()):
        return measure(meter, call, SAMPLES)
