"""Stock: the function that keeps orders and stock consistent, moves copies between regions and erases persons."""

import json
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import CloudwatchEventTarget
from cdktf_cdktf_provider_aws.lambda_event_source_mapping import LambdaEventSourceMapping
from constructs import Construct

from modules.function import Code, Function, FunctionOptions, Platform
from modules.support.resources import DeadLetterQueue
from modules.tables import RegionTables


@dataclass(frozen=True)
class StockOptions:
    """How the streams are read, and how often holds are checked."""

    batch_size: int = 100
    """Most stream records in one invocation."""
    oldest_record_seconds: int = 20 * 3600
    """Older stream records are not retried. The sweep finds the holds that they leave: once, 26 hours after the order
    became final, and every time while it is held.
    """
    sweep_schedule: str = "rate(1 hour)"
    """How often holds are checked whose events may be lost."""


class Stock(Construct):
    """The function, its mappings to the streams of the tables `orders` and `stock`, and a schedule."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        platform: Platform,
        tables: RegionTables,
        options: StockOptions = StockOptions(),
    ) -> None:
        """Create function, mappings, queue and schedule.

        Args:
            platform: Properties of the region's functions.
            tables: The region's tables `orders`, `stock` and `cart`.
            options: How the streams are read, and how often holds are checked.
        """
        super().__init__(scope, id)
        self._options = options
        self.dead_letters = DeadLetterQueue(self, "dead-letters", name=f"{platform.name}-stock-dead-letters")
        """Queue of the events that could not be processed."""
        used = (tables["orders"], tables["stock"], tables["cart"])
        self.function = Function(
            self,
            "stock",
            platform=platform,
            code=Code("stock"),
            options=FunctionOptions(
                description="Releases holds, finds overlapping orders, moves copies between regions, erases persons",
                environment={name: value for table in used for name, value in table.environment.items()},
                timeout=60,
            ),
        )
        """Function that reads both streams and sweeps."""
        self.dead_letters.grant_send(self.function.permissions)
        orders, shares, cart = used
        orders.grant(
            self.function.permissions,
            "GetItem",
            "PutItem",
            "Query",
            "UpdateItem",
            indexes=("customer-createdAt", "sweep"),
        )
        shares.grant(self.function.permissions, "BatchGetItem", "GetItem", "UpdateItem")
        # Item by item, since an erasure may find any number of lines.
        cart.grant(self.function.permissions, "DeleteItem", "PutItem", "Query")
        for table in (orders, shares):
            table.grant_stream(self.function.permissions)
        self._map("orders", tables["orders"].stream_arn)
        self._map("shares", tables["stock"].stream_arn)
        self.function.send_failures_to(self.dead_letters)
        self._schedule(platform.name)

    def _map(self, id: str, stream_arn: str) -> None:
        LambdaEventSourceMapping(
            self,
            id,
            function_name=self.function.arn,
            event_source_arn=stream_arn,
            starting_position="TRIM_HORIZON",
            batch_size=self._options.batch_size,
            bisect_batch_on_function_error=True,
            maximum_retry_attempts=-1,
            maximum_record_age_in_seconds=self._options.oldest_record_seconds,
            destination_config={"on_failure": {"destination_arn": self.dead_letters.arn}},
            depends_on=[self.function.permissions.granted],
        )

    def _schedule(self, name: str) -> None:
        schedule = CloudwatchEventRule(
            self,
            "schedule",
            name=f"{name}-stock-sweep",
            description="Releases copies whose events were lost",
            schedule_expression=self._options.sweep_schedule,
        )
        CloudwatchEventTarget(
            self, "sweep", rule=schedule.name, arn=self.function.arn, input=json.dumps({"sweep": True})
        )
        self.function.allow_invocation("schedule", principal="events.amazonaws.com", source_arn=schedule.arn)
