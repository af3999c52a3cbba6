"""The blog's alarms. None makes a region unhealthy: orders do not need the blog.

Metrics and dimensions are from AWS's documentation:
- https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
- https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service_utilization.html
- https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html
"""

from collections.abc import Iterator
from dataclasses import dataclass

from constructs import Construct

from modules.observability.alarm import AlarmDefinition, Formula, Metric, Query

ERROR_RATE = 0.05
"""Share of responses with a 5xx status."""
REPLICATION_MS = 10_000
BUSY_PERCENT = 90


@dataclass(frozen=True)
class BlogMetrics:
    """The dimensions of a region's blog metrics."""

    balancer: str
    """Suffix of the load balancer's ARN, the dimension `LoadBalancer`."""
    targets: str
    """Suffix of the target group's ARN, the dimension `TargetGroup`."""
    cluster: str
    """Name of the ECS cluster."""
    service: str
    """Name of the ECS service."""
    database: str
    """Identifier of the Aurora cluster."""
    tasks: int
    """Smallest number of tasks that should run. 0: none runs."""

    def alarms(self) -> Iterator[AlarmDefinition]:
        """Define the blog's alarms."""
        yield from _balancer(self.balancer)
        yield from _targets(self.balancer, self.targets)
        if self.tasks:
            yield _missing_tasks(self.cluster, self.service, self.tasks)
        yield from _database(self.database)


class BlogAlarms(Construct):
    """The alarms of a region's blog. They notify the region's topic."""

    def __init__(self, scope: Construct, id: str, *, name: str, metrics: BlogMetrics, topic_arn: str) -> None:
        """Create the alarms.

        Args:
            name: Name of the deployment.
            metrics: Dimensions of the blog's metrics.
            topic_arn: SNS topic to notify.
        """
        super().__init__(scope, id)
        for alarm in metrics.alarms():
            alarm.add_to(self, deployment=name, topic_arn=topic_arn)


def _balancer(balancer: str) -> Iterator[AlarmDefinition]:
    def counted(name: str) -> Metric:
        return Metric("AWS/ApplicationELB", name, {"LoadBalancer": balancer})

    yield AlarmDefinition(
        "blog-errors",
        Formula(
            "(FILL(tasks, 0) + FILL(balancer, 0)) / requests",
            {
                # CloudWatch has no data for these metrics while there is no 5xx.
                "tasks": counted("HTTPCode_Target_5XX_Count"),
                "balancer": counted("HTTPCode_ELB_5XX_Count"),
                "requests": counted("RequestCount"),
            },
        ),
        ERROR_RATE,
        "More than 1 in 20 of the blog's pages fails. Look at its tasks, then at its database.",
    )


def _targets(balancer: str, targets: str) -> Iterator[AlarmDefinition]:
    dimensions = {"LoadBalancer": balancer, "TargetGroup": targets}
    yield AlarmDefinition(
        "blog-unhealthy-targets",
        Metric("AWS/ApplicationELB", "UnHealthyHostCount", dimensions, "Maximum"),
        0,
        "A task of the blog fails the balancer's health check, which queries the database. See its log.",
    )


def _missing_tasks(cluster: str, service: str, tasks: int) -> AlarmDefinition:
    """Count running tasks by the samples of their CPU in a minute, one of each. Container Insights would cost extra."""
    dimensions = {"ClusterName": cluster, "ServiceName": service}
    return AlarmDefinition(
        "blog-missing-tasks",
        Metric("AWS/ECS", "CPUUtilization", dimensions, "SampleCount"),
        tasks,
        f"Fewer than {tasks} tasks of the blog run, for ten minutes. The service's events say why: no image, no "
        "capacity, or tasks that end.",
        comparison="<",
        datapoints=10,
        periods=10,
        missing="breaching",
    )


def _database(cluster: str) -> Iterator[AlarmDefinition]:
    for metric, name in (("CPUUtilization", "processor"), ("ACUUtilization", "capacity")):
        yield AlarmDefinition(
            f"blog-database-{name}",
            Metric("AWS/RDS", metric, {"DBClusterIdentifier": cluster}, "Maximum"),
            BUSY_PERCENT,
            f"The blog's database has used nine tenths of its {name} for ten minutes: raise "
            "blog.database_maximum, or look for slow queries in its log.",
            datapoints=10,
            periods=10,
        )
    lag = 'MAX(AuroraGlobalDBReplicationLag) FROM SCHEMA("AWS/RDS", DBClusterIdentifier, SourceRegion)'
    yield AlarmDefinition(
        "blog-database-replication",
        # A query, because the writer's region may change. In the writer's region it returns nothing.
        Query(f"SELECT {lag} WHERE DBClusterIdentifier = '{cluster}'"),
        REPLICATION_MS,
        "This region's copy of the blog's database is more than 10 s behind; promoting it now loses more.",
    )
