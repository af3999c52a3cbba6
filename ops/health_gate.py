"""Checks a region after its deployment, before the next region is changed.

Three checks: the region's health route, its CloudWatch alarms, and a purchase by a shopper who exists for it only.
"""

import time
import uuid
from collections.abc import Callable
from typing import Any

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from ops.aws import client, explain
from ops.drill.accounts import close_account, open_account
from ops.errors import OperatorError
from ops.health_probe import Probe
from ops.named_tables import NamedDeployment
from ops.terraform.engine import Task, Work
from ops.terraform.events import Phase
from ops.terraform.graph import gate_name
from ops.terraform.interruption import stop_requested
from ops.traffic import Traffic
from stacks.settings import Settings

SECONDS = 120.0
"""Seconds to wait until a region passes. Functions restart first, and an alarm with one-minute periods needs two
periods."""
POLL = 5.0
TIMEOUT = 10.0
"""Seconds for each request of the purchase."""
BOOKS = 20
"""Books to try: a region may have sold its copies of some."""

Check = Callable[[Settings, str], str | None]
"""Returns what is wrong with a region, or None."""


class GateError(OperatorError):
    """A region does not pass its checks after a deployment."""


def gates(settings: Settings) -> dict[str, Work]:
    """The work of each region's gate, by its name in the graph."""
    return {gate_name(region): _gate(settings, region) for region in settings.regions}


def _gate(settings: Settings, region: str) -> Work:
    def work(task: Task) -> None:
        task.enter(Phase.PLANNING)
        if note := await_healthy(settings, region):
            task.progress.note = note

    return work


def await_healthy(settings: Settings, region: str, *, seconds: float = SECONDS) -> str:
    """Wait until `region` passes every check; returns a note where it was not checked.

    Raises GateError after `seconds`, with the reason and the way back.
    """
    if not _has_traffic(settings, region):
        return "not checked: no traffic goes there yet"
    deadline = time.monotonic() + seconds
    while reason := failed_check(settings, region):
        if stop_requested() or time.monotonic() > deadline:
            raise GateError(
                f"{region} does not pass after the deployment: {reason}. The next regions are unchanged.\n"
                f"To take shoppers away from it: make evacuate REGION={region}\n"
                f"To go back: check out the last release that passed, then make deploy\n"
                f"To deploy all regions without checks: make deploy ARGS=--at-once"
            )
        time.sleep(POLL)
    return ""


def failed_check(settings: Settings, region: str) -> str | None:
    """The first check that fails in `region`, as text; None when all pass."""
    for check in (_health, _alarms, _purchase):
        try:
            if reason := check(settings, region):
                return reason
        except (BotoCoreError, ClientError) as error:
            return explain(error)
        except (OperatorError, httpx.HTTPError) as error:
            return str(error)
    return None


def _has_traffic(settings: Settings, region: str) -> bool:
    """Whether Route 53 knows the region: the edge stack comes last at the first deployment."""
    return Traffic(settings).is_deployed(region)


def _health(settings: Settings, region: str) -> str | None:
    health = Probe(settings).health(region)
    return None if health.healthy else f"/v1/health: {health.detail}"


def _alarms(settings: Settings, region: str) -> str | None:
    pages = (
        client("cloudwatch", region)
        .get_paginator("describe_alarms")
        .paginate(
            AlarmNamePrefix=f"{settings.name}-",
            AlarmTypes=["MetricAlarm", "CompositeAlarm"],
            StateValue="ALARM",
        )
    )
    alarms = [
        alarm["AlarmName"]
        for page in pages
        for alarm in [*page.get("MetricAlarms", ()), *page.get("CompositeAlarms", ())]
        # One without actions is a part of a composite alarm and no fault by itself.
        if alarm.get("AlarmActions", True) and is_of_shop(alarm["AlarmName"], settings, region)
    ]
    return f"in alarm: {', '.join(sorted(alarms))}" if alarms else None


def is_of_shop(alarm: str, settings: Settings, region: str) -> bool:
    """Whether an alarm that the deployment has in `region` is one of that region's shop.

    The blog's are not: a fault of the blog must not stop the next region. Nor are the edge stack's in us-east-1: for
    CloudFront's certificate, and for the health checks of other regions and of all regions.
    """
    name = alarm.removeprefix(f"{settings.name}-")
    if name.endswith("-unhealthy"):
        return name in ("region-unhealthy", f"{region}-unhealthy")
    return not name.startswith(("blog-", "cloudfront-"))


def _purchase(settings: Settings, region: str) -> str | None:
    """Buy one book as a new shopper, cancel the order, and delete the account."""
    deployment = NamedDeployment(settings)
    account = open_account(deployment, f"canary-{uuid.uuid4().hex}@{settings.domain}")
    try:
        headers = {"authorization": f"Bearer {account.shopper.token()}"}
        with httpx.Client(base_url=Probe(settings).address(region), headers=headers, timeout=TIMEOUT) as http:
            return buy(http)
    finally:
        close_account(deployment, account)


def buy(http: httpx.Client) -> str | None:
    """Buy a book, read the order back and cancel it; returns what went wrong, or None.

    Books that this region cannot sell now are passed over. An empty catalog passes.
    """
    books = http.get("/books", params={"limit": BOOKS})
    if books.is_error:
        return f"GET /books answered {books.status_code}"
    placed = None
    for book in books.json()["items"]:
        placed = _order(http, book)
        if placed.status_code != httpx.codes.CONFLICT:
            break
    if placed is None:
        return None
    if placed.is_error:
        return f"POST /orders answered {placed.status_code}"
    order = f"/orders/{placed.json()['orderId']}"
    read = http.get(order)
    if read.is_error:
        return f"GET /orders/{{orderId}} answered {read.status_code}"
    cancelled = http.put(f"{order}/cancellation")
    return (
        f"PUT /orders/{{orderId}}/cancellation answered {cancelled.status_code}"
        if cancelled.is_error
        else None
    )


def _order(http: httpx.Client, book: dict[str, Any]) -> httpx.Response:
    order = {"items": [{"bookId": book["id"], "quantity": 1}], "expectedTotal": book["price"]}
    return http.post("/orders", json=order, headers={"idempotency-key": str(uuid.uuid4())})
