"""Structured logs and metrics: one JSON line each on standard output.

Why not Powertools for AWS Lambda: the import of its Logger and Metrics takes 95 to 170 ms on two cores, and a
whole handler may take 100 (see `benchmarks/cold_start.py`). Field names follow Powertools. Metrics use
CloudWatch's embedded metric format:
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
"""Request id of the current invocation. An execution environment runs one invocation at a time."""


def set_request_id(request_id: str) -> None:
    """Add `request_id` to all following lines. Call it when an invocation begins."""
    global _request
    _request = request_id


def write(level: str, message: str, **fields: Any) -> None:
    """Log `message` with its fields, unless the function's log level is above `level`.

    Fields must not identify a shopper: no id, no cart, no token.
    """
    if LEVELS[level] < LEVELS.get(settings().log_level, LEVELS["INFO"]):
        return
    _print({"level": level, "message": message, **_origin(), **fields})


def metric(name: str, value: float | list[float], unit: str = "Count", **dimensions: str) -> None:
    """Record one or more values of a CloudWatch metric.

    The dimensions are the deployment's name and `dimensions`. CloudWatch bills each distinct set of values as one
    metric, so use few.
    """
    names = ["shop", *dimensions]
    directive = {"Namespace": "Bookstore", "Dimensions": [names], "Metrics": [{"Name": name, "Unit": unit}]}
    envelope = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}
    _print({"_aws": envelope, **_origin(), **dimensions, name: value})


def _origin() -> dict[str, str]:
    own = settings()
    origin = {"shop": own.shop, "function": own.function, "region": own.region}
    correlation = {"request_id": _request, "trace_id": tracing.trace_id()}
    return origin | {name: id for name, id in correlation.items() if id}


def _print(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False, separators=(",", ":"), default=str) + "\n")
    sys.stdout.flush()
