"""What sells most: a sorted set in each region's Redis, counted from that region's Orders stream."""

import json
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import CloudwatchEventTarget
from cdktf_cdktf_provider_aws.lambda_event_source_mapping import LambdaEventSourceMapping
from constructs import Construct

from modules.cache import Cache, CacheMode
from modules.function import Code, Function, Placement, Platform
from modules.network import Group, Network
from modules.permissions import Statement
from modules.support.resources import DeadLetterQueue
from modules.tables import RegionTables


@dataclass(frozen=True)
class Redis:
    """Which Redis holds the ranking: one that is made here, or one that is there already, by its address."""

    mode: CacheMode = "serverless"
    url: str | None = None


class Bestsellers(Construct):
    """The cache, and the functions that count new orders, count all anew, and tell the ranking."""

    DOMAIN = "bestsellers"
    PACKAGES = ("redis",)
    BATCH = 100
    """Orders a call."""
    RETRIES = 10
    OLDEST_RECORD = 6 * 3600
    """Seconds; what Redis missed for longer, the rebuild counts."""
    REBUILD_TIMEOUT = 900
    """Seconds; the longest that Lambda lets a function run."""
    LOOKS_EVERY = "rate(5 minutes)"

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        platform: Platform,
        network: Network,
        tables: RegionTables,
        redis: Redis,
    ) -> None:
        super().__init__(scope, id)
        self._platform = platform
        self._tables = tables
        self._members = network.security_group(
            self,
            "group",
            name=f"{platform.name}-bestsellers",
            description="Functions that use the best sellers' cache",
        )
        network.reach_dynamodb(self._members)
        self._placement = Placement(network.private_subnet_ids, (self._members.id,))
        self.cache_name = f"{platform.name}-cache"
        """What ElastiCache and its metrics call the cache."""
        cache = Cache(
            self,
            "cache",
            name=self.cache_name,
            mode=redis.mode,
            network=network,
            members=self._members,
        )
        self.redis_url = redis.url or cache.url
        """TLS address of the primary endpoint."""
        self.dead_letters = DeadLetterQueue(
            self, "dead-letters", name=f"{platform.name}-bestsellers-dead-letters"
        )
        self._reach_dead_letters(network, self._members)
        self.bestsellers = self._bestsellers()
        self.feeder = self._feeder()
        self.rebuild = self._rebuild()

    def _bestsellers(self) -> Function:
        books = self._tables.books
        function = self._function("bestsellers", "handler", "Answers /bestsellers", books.environment)
        books.grant_read(function.permissions)
        return function

    def _feeder(self) -> Function:
        orders = self._tables.orders
        function = self._function(
            "bestsellers-feeder",
            "feeder",
            "Counts new orders into the best sellers",
            {"DEAD_LETTER_QUEUE_URL": self.dead_letters.url},
            timeout=60,
        )
        orders.grant_stream(function.permissions)
        self.dead_letters.grant_send(function.permissions)
        LambdaEventSourceMapping(
            self,
            "orders",
            function_name=function.arn,
            event_source_arn=orders.stream_arn,
            # From the oldest record on: an order placed while the mapping is being made counts as well.
            starting_position="TRIM_HORIZON",
            batch_size=self.BATCH,
            bisect_batch_on_function_error=True,
            maximum_retry_attempts=self.RETRIES,
            maximum_record_age_in_seconds=self.OLDEST_RECORD,
            # An order never changes once it is placed, and one that is removed was sold all the same.
            filter_criteria={"filter": [{"pattern": json.dumps({"eventName": ["INSERT"]})}]},
            destination_config={"on_failure": {"destination_arn": self.dead_letters.arn}},
            depends_on=[function.permissions.granted],
        )
        return function

    def _rebuild(self) -> Function:
        """Counts everything again: when an operator asks, and by itself when Redis has lost its data."""
        orders = self._tables.orders
        function = self._function(
            "bestsellers-rebuild",
            "rebuild",
            "Counts the best sellers anew from all orders",
            orders.environment,
            timeout=self.REBUILD_TIMEOUT,
        )
        orders.grant_scan(function.permissions)
        function.send_failures_to(self.dead_letters)
        schedule = CloudwatchEventRule(
            self,
            "schedule",
            name=f"{self._platform.name}-bestsellers-rebuild",
            description="Rebuilds the best sellers if Redis has lost them",
            schedule_expression=self.LOOKS_EVERY,
        )
        CloudwatchEventTarget(
            self,
            "rebuild-if-missing",
            rule=schedule.name,
            arn=function.arn,
            input=json.dumps({"onlyIfMissing": True}),
        )
        function.allow_invocation("schedule", principal="events.amazonaws.com", source_arn=schedule.arn)
        return function

    def _function(
        self,
        id: str,
        handler: str,
        description: str,
        environment: dict[str, str],
        timeout: int = Function.TIMEOUT,
    ) -> Function:
        return Function(
            self,
            id,
            platform=self._platform,
            code=Code(self.DOMAIN, handler, self.PACKAGES),
            environment={"REDIS_URL": self.redis_url, **environment},
            placement=self._placement,
            timeout=timeout,
            description=description,
        )

    def _reach_dead_letters(self, network: Network, members: Group) -> None:
        network.interface_endpoint(
            self,
            service="sqs",
            callers=members,
            statement=Statement("SendDeadLetters", ("sqs:SendMessage",), (self.dead_letters.arn,)),
        )
