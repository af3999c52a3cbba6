"""What is watched of the blog. The shop sells on without it, so none of this makes a region unhealthy.

Metrics and dimensions are those of AWS's own pages:
- https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
- https://docs.aws.amazon.com/AmazonECS/latest/developerguide/Container-Insights-metrics-ECS.html
- https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html
"""

from collections.abc import Iterator
from dataclasses import dataclass

from modules.observability.alarm import Formula, Metric, Query, Watch

ERROR_RATE = 0.05
"""Share of answers that are a 5xx."""
REPLICATION_MS = 10_000
BUSY_PERCENT = 90


@dataclass(frozen=True)
class WatchedBlog:
    """What a region's blog has that can fail. Balancer and targets are by the ends of their ARNs."""

    balancer: str
    targets: str
    cluster: str
    service: str
    database: str

    def watches(self) -> Iterator[Watch]:
        """All that an alarm is made of."""
        yield from _balancer(self.balancer)
        yield from _targets(self.balancer, self.targets)
        yield from _service(self.cluster, self.service)
        yield from _database(self.database)


def _balancer(balancer: str) -> Iterator[Watch]:
    def counted(name: str) -> Metric:
        return Metric("AWS/ApplicationELB", name, {"LoadBalancer": balancer})

    yield Watch(
        "blog-errors",
        Formula(
            "(FILL(tasks, 0) + FILL(balancer, 0)) / requests",
            {
                # A 5xx is counted only where there is one.
                "tasks": counted("HTTPCode_Target_5XX_Count"),
                "balancer": counted("HTTPCode_ELB_5XX_Count"),
                "requests": counted("RequestCount"),
            },
        ),
        ERROR_RATE,
        "More than 1 in 20 of the blog's pages fails. Look at its tasks, then at its database.",
    )


def _targets(balancer: str, targets: str) -> Iterator[Watch]:
    dimensions = {"LoadBalancer": balancer, "TargetGroup": targets}
    yield Watch(
        "blog-unhealthy-targets",
        Metric("AWS/ApplicationELB", "UnHealthyHostCount", dimensions, "Maximum"),
        0,
        "A task of the blog fails the balancer's check, which asks the database. Its log says why.",
    )


def _service(cluster: str, service: str) -> Iterator[Watch]:
    def tasks(name: str) -> Metric:
        dimensions = {"ClusterName": cluster, "ServiceName": service}
        return Metric("ECS/ContainerInsights", name, dimensions, "Average")

    yield Watch(
        "blog-missing-tasks",
        Formula(
            "wanted - running", {"wanted": tasks("DesiredTaskCount"), "running": tasks("RunningTaskCount")}
        ),
        0,
        "Fewer tasks of the blog run than should, for ten minutes. The service's events say why: no image, no "
        "capacity, or tasks that end.",
        bad=10,
        of=10,
    )


def _database(cluster: str) -> Iterator[Watch]:
    for metric, name, what in (
        ("CPUUtilization", "processor", "processor"),
        ("ACUUtilization", "capacity", "capacity"),
    ):
        yield Watch(
            f"blog-database-{name}",
            Metric("AWS/RDS", metric, {"DBClusterIdentifier": cluster}, "Maximum"),
            BUSY_PERCENT,
            f"The blog's database has used nine tenths of its {what} for ten minutes: raise "
            "blog.database_maximum, or look for slow queries in its log.",
            bad=10,
            of=10,
        )
    lag = 'MAX(AuroraGlobalDBReplicationLag) FROM SCHEMA("AWS/RDS", DBClusterIdentifier, SourceRegion)'
    yield Watch(
        "blog-database-replication",
        # A query, since which region leads may change. Where the database leads, it finds nothing.
        Query(f"SELECT {lag} WHERE DBClusterIdentifier = '{cluster}'"),
        REPLICATION_MS,
        "This region's copy of the blog's database is more than 10 s behind; promoting it now loses more.",
    )
