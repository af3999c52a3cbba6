"""Cost of calls: CPU time of this process, wait time and DynamoDB traffic."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.httpsession import URLLib3Session

from benchmarks.results import middle

ROUNDS = 5

Call = Callable[[], dict[str, Any]]
"""Invokes a function and returns its response to API Gateway."""


@dataclass(frozen=True)
class Cost:
    """Milliseconds of this process: medians of the rounds, and half the interquartile range."""

    p50_ms: float
    p50_spread_ms: float
    p99_ms: float
    p99_spread_ms: float
    waits_ms: float
    waits_spread_ms: float
    calls: float
    kilobytes: float


class Meter:
    """Counts requests to DynamoDB and response bytes while the context is entered."""

    def __init__(self) -> None:
        self.calls = 0
        self.bytes = 0
        self._send = URLLib3Session.send

    def __enter__(self) -> Self:
        def counted(session: URLLib3Session, request: AWSPreparedRequest) -> AWSResponse:
            answer = self._send(session, request)
            self.calls += 1
            self.bytes += len(answer.content)
            return answer

        URLLib3Session.send = counted
        return self

    def __exit__(self, *_error: object) -> None:
        URLLib3Session.send = self._send


def measure(meter: Meter, call: Call, calls: int) -> Cost:
    """Measure the cost of a call in rounds of `calls`.

    Raises:
        RuntimeError: a call failed.
    """
    called, received, p50, p99, waits = meter.calls, meter.bytes, [], [], []
    for _ in range(ROUNDS):
        spent = [timed(call) for _ in range(calls)]
        own = [processor for processor, _ in spent]
        p50.append(statistics.median(own))
        p99.append(statistics.quantiles(own, n=100, method="inclusive")[-1])
        waits.append(statistics.median(wall - processor for processor, wall in spent))
    total = ROUNDS * calls
    return Cost(
        *middle(p50),
        *middle(p99),
        *middle(waits),
        (meter.calls - called) / total,
        round((meter.bytes - received) / total / 1024, 1),
    )


def timed(call: Call) -> tuple[float, float]:
    """Milliseconds of CPU time and of wall time.

    Raises:
        RuntimeError: the call failed.
    """
    wall, processor = time.perf_counter(), time.process_time()
    answer = call()
    spent = (time.process_time() - processor) * 1000, (time.perf_counter() - wall) * 1000
    if answer["statusCode"] >= 300:
        raise RuntimeError(f"{answer['statusCode']} {answer['body']}")
    return spent
