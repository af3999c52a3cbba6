"""The alarms of one region, and a composite alarm for the region's health."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from cdktf_cdktf_provider_aws.cloudwatch_composite_alarm import CloudwatchCompositeAlarm
from constructs import Construct

from modules.observability import alarm_catalog
from modules.observability.alarm import AlarmDefinition


@dataclass(frozen=True)
class RegionMetrics:
    """The dimensions of a region's metrics. Mappings are from a short name to the name in AWS."""

    api: str
    """Name of the REST API."""
    stage: str
    """Name of its stage."""
    functions: Mapping[str, str]
    """Functions that serve shoppers, `cart` among them: its calls are the traffic that should lead to orders."""
    workers: Mapping[str, str]
    """Functions that run in the background."""
    stream_readers: Mapping[str, str]
    """Functions that read a DynamoDB stream."""
    dead_letters: Mapping[str, str]
    """Dead-letter queues."""
    tables: Mapping[str, str]
    """DynamoDB tables."""
    cache: str
    """Name of the ElastiCache cache."""
    cache_mode: Literal["serverless", "replicated"]
    """Kind of the cache, which decides its dimensions."""
    cache_largest_gb: int
    """Most memory of a serverless cache, in GB."""
    certificate_arn: str
    """The certificate of the region's host names."""
    user_pool: str
    """ID of the Cognito user pool."""
    user_pool_client: str
    """ID of its client."""
    indexes: Mapping[str, Sequence[str]]
    """Names of the global secondary indexes, by the table's short name."""
    throttled_namespace: str
    """Namespace of the metric `TooManyRequests`."""
    replicated: bool = True
    """Whether there is another region, which receives this region's orders."""
    account_concurrency: int = 1000
    """The account's limit of concurrent invocations in the region."""
    canary: bool = False
    """Whether functions are deployed by canary deployments."""

    def alarms(self) -> Iterator[AlarmDefinition]:
        """Define the region's alarms."""
        yield from alarm_catalog.api(self.api, self.stage)
        if self.canary:
            yield alarm_catalog.canary(self.api, self.stage)
        yield alarm_catalog.throttled_requests(self.throttled_namespace)
        for short, name in self.functions.items():
            yield from alarm_catalog.function(name, short, serves_shoppers=True)
        for short, name in self.workers.items():
            yield from alarm_catalog.function(name, short, serves_shoppers=False)
        for short, name in self.stream_readers.items():
            yield from alarm_catalog.stream_reader(name, short)
        for short, name in self.dead_letters.items():
            yield from alarm_catalog.dead_letters(name, short)
        for short, name in self.tables.items():
            yield from alarm_catalog.table(name, short)
            yield from alarm_catalog.replication(name, short)
            for index in self.indexes[short]:
                yield from alarm_catalog.index(name, short, index)
        yield from alarm_catalog.no_orders(self.api, self.functions["cart"])
        yield from alarm_catalog.sign_in(self.user_pool, self.user_pool_client)
        yield from alarm_catalog.cache(self.cache, self.cache_mode, self.cache_largest_gb)
        yield from alarm_catalog.certificate(self.certificate_arn)
        yield from alarm_catalog.unreadable_records(self.api)
        yield alarm_catalog.account_concurrency(self.account_concurrency)


class RegionAlarms(Construct):
    """The region's alarms, and a composite alarm "region unhealthy". They notify the region's topic."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        region: str,
        metrics: RegionMetrics,
        topic_arn: str,
    ) -> None:
        """Create the alarms.

        Args:
            name: Name of the deployment.
            region: AWS region.
            metrics: Dimensions of the region's metrics.
            topic_arn: SNS topic to notify.
        """
        super().__init__(scope, id)
        self._topic_arn = topic_arn
        alarms = {
            alarm: alarm.add_to(self, deployment=name, topic_arn=topic_arn) for alarm in metrics.alarms()
        }
        self._by_name = {alarm.name: added for alarm, added in alarms.items()}
        self.errors_arn: str = self._by_name[alarm_catalog.API_ERRORS].arn
        """ARN of the alarm for failed requests."""
        serious = [alarm.alarm_name(name) for alarm in alarms if alarm.affects_shoppers]
        CloudwatchCompositeAlarm(
            self,
            "region-unhealthy",
            alarm_name=f"{name}-region-unhealthy",
            alarm_description=f"Shoppers see errors in {region}. If they do not end, send traffic to the other "
            f"regions: make evacuate REGION={region}",
            alarm_rule=" OR ".join(f'ALARM("{alarm}")' for alarm in serious),
            alarm_actions=[self._topic_arn],
            ok_actions=[self._topic_arn],
            # Names instead of references: `cdktf synth --hcl` cannot write a reference between quotes.
            depends_on=list(alarms.values()),
        )
        if metrics.replicated:
            self._silent_replication(name, region, metrics.tables["orders"])

    def canary_alarms(self, functions: Iterable[str]) -> Mapping[str, Sequence[str]]:
        """Return the names of the alarms that roll back a canary deployment, by the function's short name.

        Raises:
            KeyError: a function is not in `RegionMetrics`, or `RegionMetrics.canary` is False.
        """
        shared = self._by_name[alarm_catalog.CANARY_ERRORS].alarm_name
        return {short: (shared, self._by_name[f"{short}-errors"].alarm_name) for short in functions}

    def _silent_replication(self, name: str, region: str, table: str) -> None:
        parts = {
            part: part.add_to(self, deployment=name, topic_arn=self._topic_arn)
            for part in alarm_catalog.silent_replication(name, table)
        }
        CloudwatchCompositeAlarm(
            self,
            "replication-silent",
            alarm_name=f"{name}-replication-silent",
            alarm_description=f"Orders are placed in {region} and none reaches another region. A loss of {region} "
            "would lose them.",
            alarm_rule=" AND ".join(f'ALARM("{part.alarm_name(name)}")' for part in parts),
            alarm_actions=[self._topic_arn],
            ok_actions=[self._topic_arn],
            depends_on=list(parts.values()),
        )
