"""Where the time of one request goes: it is sent in turn to the edge, to the emulator's API Gateway without the edge,
and to the function in this process against the same tables. What each adds to the next is its share; of the function,
what it waits is DynamoDB's.
"""

import io
import os
import statistics
import time
import uuid
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import httpx

from benchmarks.metering import ROUNDS, Cost, Meter, measure
from benchmarks.routes import request
from ops.deployment import Deployment
from ops.drilling.accounts import Account

SAMPLES = 20
"""Of each layer, in each of the rounds."""

Json = dict[str, Any]


@dataclass(frozen=True)
class Probe:
    """A request that is looked at layer by layer."""

    function: str
    method: str
    path: str
    query: Json = field(default_factory=dict)
    make: Callable[[], tuple[Json, Json]] = lambda: ({}, {})
    """Headers and body, new for each sending."""


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


def layers(deployment: Deployment, endpoints: Json, account: Account, probe: Probe) -> dict[str, float]:
    """Milliseconds of each layer, medians."""
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
    return {
        "edge": round(edge - gateway, 1),
        "gateway and Lambda": round(gateway - own.p50_ms - own.waits_ms, 1),
        "function": own.p50_ms,
        "DynamoDB": own.waits_ms,
        "all": round(edge, 1),
    }


def over_http(probe: Probe, token: str, *ways: tuple[str, dict[str, str]]) -> list[float]:
    """Milliseconds by each way, an address with the headers it takes; the ways take turns.

    Raises:
        httpx.HTTPError: an answer was none, or no success.
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
    return [statistics.median(measured) for measured in took]


def in_process(probe: Probe, account: Account) -> Cost:
    """What the function takes by itself, and waits for DynamoDB."""
    handle = import_module(f"{probe.function}.handler").handle
    query = {name: str(value) for name, value in probe.query.items()}

    def call() -> Json:
        headers, body = probe.make()
        sent = request(account.id, probe.method, probe.path, body or None, headers=headers, query=query)
        answer: Json = handle(sent, None)
        return answer

    with Meter() as meter, redirect_stdout(io.StringIO()):
        return measure(meter, call, SAMPLES)
