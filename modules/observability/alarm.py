"""Metrics, and the definition of a CloudWatch alarm on them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarm,
)
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarmMetricQuery as MetricQuery,
)
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarmMetricQueryMetric as MetricOfQuery,
)
from constructs import Construct

from modules.support.resources import DELETED_LAST

_COMPARISONS = {">": "GreaterThanThreshold", "<": "LessThanThreshold"}


@dataclass(frozen=True)
class Metric:
    """A CloudWatch metric. `statistic` is one of CloudWatch's or a percentile such as `p99`."""

    namespace: str
    name: str
    dimensions: Mapping[str, str] = field(hash=False)
    statistic: str = "Sum"
    period: int = 60
    """Seconds."""

    def as_input(self) -> dict[str, Any]:
        """Return the arguments of the alarm's resource."""
        is_percentile = self.statistic.startswith("p")
        return {
            "namespace": self.namespace,
            "metric_name": self.name,
            "dimensions": dict(self.dimensions),
            "extended_statistic" if is_percentile else "statistic": self.statistic,
            "period": self.period,
        }

    def as_part(self, id: str) -> MetricQuery:
        """Return the metric as an input of a formula, which refers to it by `id`."""
        metric = MetricOfQuery(
            namespace=self.namespace,
            metric_name=self.name,
            dimensions=dict(self.dimensions),
            stat=self.statistic,
            period=self.period,
        )
        return MetricQuery(id=id, metric=metric)


@dataclass(frozen=True)
class Query:
    """A Metrics Insights query, for metrics whose dimensions differ, such as the receiving region.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-alarms.html
    """

    expression: str
    period: int = 60
    """Seconds."""

    def as_input(self) -> dict[str, Any]:
        """Return the arguments of the alarm's resource."""
        query = MetricQuery(id="answer", expression=self.expression, period=self.period, return_data=True)
        return {"metric_query": [query]}

    def as_part(self, id: str) -> MetricQuery:
        """Return the query as an input of a formula, which refers to its result by `id`."""
        return MetricQuery(id=id, expression=self.expression, period=self.period)


@dataclass(frozen=True)
class Formula:
    """Arithmetic over metrics, or over the result of one query. `metrics` has them by their names in the expression.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
    """

    expression: str
    metrics: Mapping[str, Metric | Query] = field(hash=False)

    def as_input(self) -> dict[str, Any]:
        """Return the arguments of the alarm's resource."""
        answer = MetricQuery(id="answer", expression=self.expression, label="answer", return_data=True)
        return {"metric_query": [*(each.as_part(id) for id, each in self.metrics.items()), answer]}


@dataclass(frozen=True)
class AlarmDefinition:
    """An alarm that starts when `datapoints` of the last `periods` are above (or below) the threshold."""

    name: str
    """Without the deployment's name, which is its prefix."""
    metric: Metric | Query | Formula
    threshold: float
    description: str
    """The fault and where to look first, for the operator on call."""
    comparison: Literal[">", "<"] = ">"
    datapoints: int = 3
    periods: int = 5
    missing: Literal["notBreaching", "breaching"] = "notBreaching"
    """How missing data counts. Without traffic most metrics have none; Route 53's health checks report in any case.

    Alarms of metrics in AWS/DynamoDB ignore this and keep their state: their metric is a formula with FILL.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    """
    notifies: bool = True
    """Whether the alarm notifies operators. One that does not is a part of a composite alarm."""
    affects_shoppers: bool = False
    """Whether the region counts as unhealthy while the alarm is on: it is a part of a composite alarm."""

    def alarm_name(self, deployment: str) -> str:
        """Return the alarm's name in CloudWatch."""
        return f"{deployment}-{self.name}"

    def add_to(
        self,
        scope: Construct,
        *,
        deployment: str,
        topic_arn: str,
        provider: TerraformProvider | None = None,
    ) -> CloudwatchMetricAlarm:
        """Add the alarm to `scope`. It notifies the topic when it starts and when it ends."""
        topics = [topic_arn] if self.notifies else None
        is_part = self.affects_shoppers or not self.notifies
        return CloudwatchMetricAlarm(
            scope,
            self.name,
            alarm_name=self.alarm_name(deployment),
            alarm_description=self.description,
            **self.metric.as_input(),
            evaluation_periods=self.periods,
            datapoints_to_alarm=self.datapoints,
            comparison_operator=_COMPARISONS[self.comparison],
            threshold=self.threshold,
            treat_missing_data=self.missing,
            alarm_actions=topics,
            ok_actions=topics,
            provider=provider,
            lifecycle=DELETED_LAST if is_part else None,
        )
