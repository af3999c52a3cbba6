"""Structured logs and metrics: one JSON line each, on standard output, where Lambda picks them up.

Why not Powertools for AWS Lambda: importing its Logger and Metrics takes 95 to 170 ms on two cores, more than
a whole handler may take here (see `benchmarks/cold_start.py`), and this shop needs only the few lines below.
The line names follow Powertools', and metrics are in CloudWatch's embedded metric format:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
import sys
import time
from typing import Any

from runtime import tracing
from runtime.settings import settings

LEVELS = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40}

_request = ""
"""An environment runs one invocation at a time, and threads that it starts belong to it."""


def follow(request_id: str) -> None:
    """Say, on every line from here on, which request they are about; call it as an invocation begins."""
    global _request
    _request = request_id


def write(level: str, message: str, **fields: Any) -> None:
    """Log `message` with its fields, unless the function's level is above `level`.

    Fields must hold nothing about a shopper: no identity, no cart, no token.
    """
    if LEVELS[level] < LEVELS.get(settings().log_level, LEVELS["INFO"]):
        return
    _print({"level": level, "message": message, **_origin(), **fields})


def metric(name: str, value: float | list[float], unit: str = "Count", **dimensions: str) -> None:
    """Record a figure, or several figures of one kind, for CloudWatch to aggregate.

    Dimensions are the function's shop and whatever is given; each distinct set of values is a metric that is
    paid for, so they must be few.
    """
    names = ["shop", *dimensions]
    directive = {"Namespace": "Bookstore", "Dimensions": [names], "Metrics": [{"Name": name, "Unit": unit}]}
    envelope = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}
    _print({"_aws": envelope, **_origin(), **dimensions, name: value})


def _origin() -> dict[str, str]:
    told = settings()
    origin = {"shop": told.shop, "function": told.function, "region": told.region}
    correlation = {"request_id": _request, "trace_id": tracing.trace_id()}
    return origin | {name: id for name, id in correlation.items() if id}


def _print(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False, separators=(",", ":"), default=str) + "\n")
    sys.stdout.flush()
