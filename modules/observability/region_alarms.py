"""The alarms of one region, and whether all in all the region is well."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from cdktf_cdktf_provider_aws.cloudwatch_composite_alarm import CloudwatchCompositeAlarm
from constructs import Construct

from modules.alarm_topic import AlarmTopic
from modules.observability import alarm_catalog
from modules.observability.alarm import Watch
from modules.observability.blog_alarms import WatchedBlog


@dataclass(frozen=True)
class Watched:
    """What a region has that can fail. Functions and tables are by their short names."""

    api: str
    stage: str
    functions: Mapping[str, str]
    """Those that answer shoppers."""
    workers: Mapping[str, str]
    """Those that nobody waits for."""
    stream_readers: Mapping[str, str]
    dead_letters: str
    tables: Mapping[str, str]
    cache: str
    cache_mode: Literal["serverless", "replicated"]
    cache_largest_gb: int
    certificate_arn: str
    blog: WatchedBlog | None = None

    def watches(self) -> Iterator[Watch]:
        """All that an alarm is made of."""
        yield from alarm_catalog.api(self.api, self.stage)
        for short, name in self.functions.items():
            yield from alarm_catalog.function(name, short, answers_shoppers=True)
        for short, name in self.workers.items():
            yield from alarm_catalog.function(name, short, answers_shoppers=False)
        for short, name in self.stream_readers.items():
            yield from alarm_catalog.stream_reader(name, short)
        yield from alarm_catalog.dead_letters(self.dead_letters)
        for short, name in self.tables.items():
            yield from alarm_catalog.table(name, short)
            yield from alarm_catalog.replication(name, short)
        yield from alarm_catalog.cache(self.cache, self.cache_mode, self.cache_largest_gb)
        yield from alarm_catalog.certificate(self.certificate_arn)
        if self.blog:
            yield from self.blog.watches()


class RegionAlarms(Construct):
    """An alarm for each thing that is watched, one that says "region unhealthy", and the topic they tell."""

    def __init__(
        self, scope: Construct, id: str, *, name: str, region: str, watched: Watched, emails: Sequence[str]
    ) -> None:
        super().__init__(scope, id)
        topic = AlarmTopic(self, "topic", name=f"{name}-alarms", emails=emails)
        alarms = {
            watch: watch.alarm(self, deployment=name, topic_arn=topic.arn) for watch in watched.watches()
        }
        serious = [watch.alarm_name(name) for watch in alarms if watch.hurts_shoppers]
        CloudwatchCompositeAlarm(
            self,
            "region-unhealthy",
            alarm_name=f"{name}-region-unhealthy",
            alarm_description=f"Shoppers notice that something is wrong in {region}. If it does not "
            "pass, send them "
            f"elsewhere: make evacuate REGION={region}",
            alarm_rule=" OR ".join(f'ALARM("{alarm}")' for alarm in serious),
            alarm_actions=[topic.arn],
            ok_actions=[topic.arn],
            # Names and not references: `cdktf synth --hcl` cannot write a reference between quotes.
            depends_on=list(alarms.values()),
        )
