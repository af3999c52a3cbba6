"""Bestsellers: a sorted set in each region's Redis, counted from that region's stream of the orders table."""

import json
from dataclasses import dataclass, field, replace

from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import CloudwatchEventTarget
from cdktf_cdktf_provider_aws.lambda_event_source_mapping import LambdaEventSourceMapping
from constructs import Construct

from modules.cache import Cache, CacheOptions
from modules.function import Code, Function, FunctionOptions, Placement, Platform
from modules.network import DynamoDbEndpoint, Network
from modules.support.resources import DeadLetterQueue
from modules.tables import RegionTables


@dataclass(frozen=True)
class BestsellersOptions:
    """The Redis to use, and how the stream is read."""

    cache: CacheOptions = field(default_factory=CacheOptions)
    """Kind and limits of the cache."""
    redis_url: str | None = None
    """URL of an existing Redis that the functions use instead of the cache."""
    batch_size: int = 100
    """Most stream records in one invocation of the feeder."""
    retries: int = -1
    """How often a failing batch is retried; -1 for any number of times until the records are too old."""
    oldest_record_seconds: int = 23 * 3600
    """Older stream records are not retried, an hour before the stream drops them
    (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html). The scheduled rebuild does not
    count them while counts exist: an operator must start one (docs/runbooks/region-back.md)."""
    rebuild_schedule: str = "rate(5 minutes)"
    """How often the rebuild checks whether Redis has lost the bestsellers."""
    rebuild_timeout: int = 900
    """Seconds. The default is the longest time that Lambda allows."""


class Bestsellers(Construct):
    """The cache and three functions: one answers `/bestsellers`, one counts new orders, one counts all orders."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        platform: Platform,
        network: Network,
        dynamodb: DynamoDbEndpoint,
        tables: RegionTables,
        options: BestsellersOptions = BestsellersOptions(),
    ) -> None:
        """Create cache, functions, stream mapping and schedule.

        Args:
            platform: Properties of the region's functions.
            network: Network of the cache and the functions.
            dynamodb: Endpoint through which the functions call DynamoDB.
            tables: The region's tables `books`, `orders` and `stock`.
            options: The Redis to use, and how the stream is read.
        """
        super().__init__(scope, id)
        self._platform = platform
        self._tables = tables
        self._options = options
        self._members = network.security_group(
            self,
            "group",
            name=f"{platform.name}-bestsellers",
            description="Functions that use the cache of the best sellers",
        )
        dynamodb.admit(self._members)
        self._placement = Placement(network.private_subnet_ids, (self._members.id,))
        self.cache_name = f"{platform.name}-cache"
        """Name of the cache in ElastiCache and in its metrics."""
        self.cache_options = options.cache
        """Kind and limits of the cache."""
        cache = Cache(
            self,
            "cache",
            name=self.cache_name,
            network=network,
            members=self._members,
            options=options.cache,
        )
        self.redis_url = options.redis_url or cache.url
        """URL of the Redis that the functions use."""
        self.dead_letters = DeadLetterQueue(
            self, "dead-letters", name=f"{platform.name}-bestsellers-dead-letters"
        )
        """Queue of messages about stream records and events that stayed without success. Lambda itself sends them, so
        the network needs no interface endpoint of SQS."""
        self.bestsellers = self._bestsellers()
        """Function that answers `/bestsellers`."""
        self.feeder = self._feeder()
        """Function that counts new orders."""
        self.rebuild = self._rebuild()
        """Function that counts all orders: for operators, and when Redis has lost its data."""

    def _bestsellers(self) -> Function:
        books, stock = self._tables["books"], self._tables["stock"]
        function = self._function(
            "bestsellers",
            "handler",
            FunctionOptions(
                description="Answers /bestsellers",
                environment={**books.environment, **stock.environment},
            ),
        )
        books.grant(function.permissions, "BatchGetItem")
        stock.grant(function.permissions, "BatchGetItem", "GetItem")
        return function

    def _feeder(self) -> Function:
        orders = self._tables["orders"]
        function = self._function(
            "bestsellers-feeder",
            "feeder",
            FunctionOptions(
                description="Counts new orders into the bestsellers",
                timeout=60,
            ),
        )
        orders.grant_stream(function.permissions)
        self.dead_letters.grant_send(function.permissions)
        LambdaEventSourceMapping(
            self,
            "orders",
            function_name=function.arn,
            event_source_arn=orders.stream_arn,
            # Reads from the oldest record, so that orders placed while the mapping is created are counted.
            starting_position="TRIM_HORIZON",
            batch_size=self._options.batch_size,
            bisect_batch_on_function_error=True,
            maximum_retry_attempts=self._options.retries,
            maximum_record_age_in_seconds=self._options.oldest_record_seconds,
            # Items of the table are written once. A deleted order stays counted.
            filter_criteria={"filter": [{"pattern": json.dumps({"eventName": ["INSERT"]})}]},
            destination_config={"on_failure": {"destination_arn": self.dead_letters.arn}},
            depends_on=[function.permissions.granted],
        )
        return function

    def _rebuild(self) -> Function:
        orders = self._tables["orders"]
        function = self._function(
            "bestsellers-rebuild",
            "rebuild",
            FunctionOptions(
                description="Counts the bestsellers from all orders",
                environment=orders.environment,
                timeout=self._options.rebuild_timeout,
            ),
        )
        orders.grant(function.permissions, "Scan")
        function.send_failures_to(self.dead_letters)
        schedule = CloudwatchEventRule(
            self,
            "schedule",
            name=f"{self._platform.name}-bestsellers-rebuild",
            description="Rebuilds the bestsellers if Redis has lost them",
            schedule_expression=self._options.rebuild_schedule,
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

    def _function(self, id: str, handler: str, options: FunctionOptions) -> Function:
        environment = {"REDIS_URL": self.redis_url, **options.environment}
        return Function(
            self,
            id,
            platform=self._platform,
            code=Code("bestsellers", handler, packages=("redis",)),
            options=replace(options, environment=environment, placement=self._placement),
        )
