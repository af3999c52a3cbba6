"""The CloudWatch dashboard of all regions."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdktf_cdktf_provider_aws.cloudwatch_dashboard import CloudwatchDashboard
from constructs import Construct

from modules.cache import NODES, CacheMode

COLUMNS = 24
"""The width of CloudWatch's grid."""
NARROWEST = 6
HEIGHT = 6

Line = tuple[str, str, Mapping[str, str], str] | str
"""Namespace, metric, dimensions, statistic; or a Metrics Insights query, a line for each group."""


@dataclass(frozen=True)
class Row:
    """One graph, shown for each region."""

    title: str
    lines: Sequence[Line]


@dataclass(frozen=True)
class DashboardMetrics:
    """The dimensions of the metrics, which are the same in every region."""

    stage: str
    """Name of the API's stage."""
    tables: Mapping[str, str]
    """DynamoDB tables, from the short name to the name in AWS."""
    feeder: str
    """Name of the function that reads the orders' stream."""
    cache: str
    """Name of the ElastiCache cache."""
    cache_mode: CacheMode
    """Kind of the cache, which decides its dimensions."""


class FleetDashboard(Construct):
    """`<name>-fleet`: a row for each graph, a column for each region, so that a difference stands out."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        regions: Sequence[str],
        metrics: DashboardMetrics,
    ) -> None:
        """Create the dashboard.

        Args:
            name: Name of the deployment.
            regions: AWS regions, a column for each.
            metrics: Dimensions of the metrics, the same in every region.
        """
        super().__init__(scope, id)
        rows = _rows(name, metrics)
        widgets = [
            _widget(row, region, _place(number, column, len(regions)))
            for number, row in enumerate(rows)
            for column, region in enumerate(regions)
        ]
        below = (len(rows)) * _lines_of(len(regions)) * HEIGHT
        if len(regions) > 1:
            widgets += [
                _replication(short, table, regions, y=below + number * HEIGHT)
                for number, (short, table) in enumerate(metrics.tables.items())
            ]
        CloudwatchDashboard(
            self, "fleet", dashboard_name=f"{name}-fleet", dashboard_body=json.dumps({"widgets": widgets})
        )


def _rows(name: str, metrics: DashboardMetrics) -> tuple[Row, ...]:
    api = {"ApiName": name, "Stage": metrics.stage}
    shop = {"shop": name}
    revenue = "SUM(Revenue) FROM SCHEMA(Bookstore, currency, shop)"
    return (
        Row(
            "Requests and failures",
            [
                ("AWS/ApiGateway", "Count", api, "Sum"),
                ("AWS/ApiGateway", "5XXError", api, "Sum"),
                ("AWS/ApiGateway", "4XXError", api, "Sum"),
            ],
        ),
        Row(
            "Latency, ms",
            [("AWS/ApiGateway", "Latency", api, "p50"), ("AWS/ApiGateway", "Latency", api, "p99")],
        ),
        Row(
            "Orders and conflicts",
            [("Bookstore", "OrdersPlaced", shop, "Sum"), ("Bookstore", "CheckoutConflicts", shop, "Sum")],
        ),
        Row(
            "Revenue by currency, minor units",
            [f"SELECT {revenue} WHERE shop = '{name}' GROUP BY currency"],
        ),
        Row(
            "Bestsellers behind, ms",
            [
                ("Bookstore", "BestsellersLag", shop, "p99"),
                ("AWS/Lambda", "IteratorAge", {"FunctionName": metrics.feeder}, "Maximum"),
            ],
        ),
        _memory(metrics.cache, metrics.cache_mode),
    )


def _memory(cache: str, mode: CacheMode) -> Row:
    if mode == "serverless":
        return Row(
            "Redis, bytes", [("AWS/ElastiCache", "BytesUsedForCache", {"clusterId": cache}, "Maximum")]
        )
    share = "DatabaseMemoryUsagePercentage"
    return Row(
        "Redis, % of its memory",
        [("AWS/ElastiCache", share, {"CacheClusterId": f"{cache}-{node}"}, "Maximum") for node in NODES],
    )


def _lines_of(regions: int) -> int:
    """Return how many lines of the grid one row takes."""
    return -(-regions * NARROWEST // COLUMNS)


def _place(row: int, column: int, regions: int) -> dict[str, int]:
    width = max(NARROWEST, COLUMNS // regions)
    line, x = divmod(column * width, COLUMNS // width * width)
    y = (row * _lines_of(regions) + line) * HEIGHT
    return {"x": x, "y": y, "width": width, "height": HEIGHT}


def _widget(row: Row, region: str, place: dict[str, int]) -> dict[str, Any]:
    return {
        "type": "metric",
        **place,
        "properties": {
            "title": f"{region}: {row.title}",
            "region": region,
            "view": "timeSeries",
            "period": 60,
            "metrics": [
                [{"expression": line}] if isinstance(line, str) else _line(*line) for line in row.lines
            ],
        },
    }


def _line(namespace: str, metric: str, dimensions: Mapping[str, str], statistic: str) -> list[Any]:
    named = [part for pair in dimensions.items() for part in pair]
    return [namespace, metric, *named, {"stat": statistic}]


def _replication(short: str, table: str, regions: Sequence[str], *, y: int) -> dict[str, Any]:
    """One graph of a table's replication between every two regions; all lines should be flat."""
    metrics = [
        [
            "AWS/DynamoDB",
            "ReplicationLatency",
            *("TableName", table, "ReceivingRegion", receiver),
            {"stat": "Average", "region": sender, "label": f"{sender} to {receiver}"},
        ]
        for sender in regions
        for receiver in regions
        if sender != receiver
    ]
    properties = {
        "title": f"Replication of {short}, ms",
        "region": regions[0],
        "view": "timeSeries",
        "period": 60,
    }
    return {
        "type": "metric",
        "x": 0,
        "y": y,
        "width": COLUMNS,
        "height": HEIGHT,
        "properties": {**properties, "metrics": metrics},
    }
