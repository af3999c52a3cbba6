"""A figure that should stay on one side of a bound, and the alarm made of it."""

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

_COMPARISONS = {">": "GreaterThanThreshold", "<": "LessThanThreshold"}


@dataclass(frozen=True)
class Metric:
    """A metric of CloudWatch; `statistic` is one of its own or a percentile such as `p99`."""

    namespace: str
    name: str
    dimensions: Mapping[str, str] = field(hash=False)
    statistic: str = "Sum"
    period: int = 60
    """Seconds."""

    def as_input(self) -> dict[str, Any]:
        """What the alarm wants to know of it."""
        is_percentile = self.statistic.startswith("p")
        return {
            "namespace": self.namespace,
            "metric_name": self.name,
            "dimensions": dict(self.dimensions),
            "extended_statistic" if is_percentile else "statistic": self.statistic,
            "period": self.period,
        }

    def as_part(self, id: str) -> MetricQuery:
        """As what a formula calls `id`."""
        metric = MetricOfQuery(
            namespace=self.namespace,
            metric_name=self.name,
            dimensions=dict(self.dimensions),
            stat=self.statistic,
            period=self.period,
        )
        return MetricQuery(id=id, metric=metric)


@dataclass(frozen=True)
class Formula:
    """Arithmetic over metrics, each under the name that the expression has for it.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
    """

    expression: str
    metrics: Mapping[str, Metric] = field(hash=False)

    def as_input(self) -> dict[str, Any]:
        """What the alarm wants to know of it."""
        answer = MetricQuery(id="answer", expression=self.expression, label="answer", return_data=True)
        return {"metric_query": [*(each.as_part(id) for id, each in self.metrics.items()), answer]}


@dataclass(frozen=True)
class Query:
    """A query over metrics that are not known by name, such as those of whichever regions there are.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-alarms.html
    """

    expression: str
    period: int = 60
    """Seconds."""

    def as_input(self) -> dict[str, Any]:
        """What the alarm wants to know of it."""
        query = MetricQuery(id="answer", expression=self.expression, period=self.period, return_data=True)
        return {"metric_query": [query]}


@dataclass(frozen=True)
class Watch:
    """When to raise an alarm: in `bad` of the last `of` periods the metric is beyond the threshold."""

    name: str
    """Without the deployment's name, which comes before it."""
    metric: Metric | Query | Formula
    threshold: float
    meaning: str
    """What has happened and where to look, for whoever is woken by it."""
    comparison: Literal[">", "<"] = ">"
    bad: int = 3
    of: int = 5
    hurts_shoppers: bool = False
    """Whether shoppers notice, so that the region counts as unhealthy."""

    def alarm_name(self, deployment: str) -> str:
        """What the alarm is called."""
        return f"{deployment}-{self.name}"

    def alarm(
        self,
        scope: Construct,
        *,
        deployment: str,
        topic_arn: str,
        provider: TerraformProvider | None = None,
    ) -> CloudwatchMetricAlarm:
        """The alarm; it tells the topic when it starts and when it ends.

        No data is no news: nobody shops, and what must always report has Route 53's health checks.
        """
        return CloudwatchMetricAlarm(
            scope,
            self.name,
            alarm_name=self.alarm_name(deployment),
            alarm_description=self.meaning,
            **self.metric.as_input(),
            evaluation_periods=self.of,
            datapoints_to_alarm=self.bad,
            comparison_operator=_COMPARISONS[self.comparison],
            threshold=self.threshold,
            treat_missing_data="notBreaching",
            alarm_actions=[topic_arn],
            ok_actions=[topic_arn],
            provider=provider,
        )
