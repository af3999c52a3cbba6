"""Search: an index of the region's books table in the region's bucket, and the functions that build and read it."""

import json
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import CloudwatchEventTarget
from cdktf_cdktf_provider_aws.lambda_event_source_mapping import LambdaEventSourceMapping
from constructs import Construct

from modules.function import Code, Function, FunctionOptions, Platform
from modules.permissions import Permissions, Statement
from modules.private_bucket import Expiring, PrivateBucket
from modules.support.resources import DeadLetterQueue
from modules.tables import RegionTables


@dataclass(frozen=True)
class SearchOptions:
    """How the index is built and kept."""

    storefront_url: str = ""
    """Address of the storefront in the sitemap, without a slash at the end."""
    keep_days: int = 30
    """When an index file expires. Must be longer than the time between two builds, which is a day at most."""
    batch_size: int = 10_000
    """Most stream records in one invocation of the builder, the most that Lambda allows."""
    batching_window_seconds: int = 60
    """How long Lambda collects stream records: loading a whole catalog builds the index once a minute."""
    oldest_record_seconds: int = 6 * 3600
    """Older stream records are not retried. The schedule builds the index again."""
    schedule: str = "rate(15 minutes)"
    """How often the builder checks whether the index is missing or older than a day."""
    reader_memory: int = 1024
    """MB of the function that searches. It holds an index of 100,000 books in `/tmp`."""
    builder_memory: int = 1769
    """MB of the function that builds: one whole vCPU
    (https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html)."""
    builder_timeout: int = 900
    """Seconds. The default is the longest time that Lambda allows."""


class Search(Construct):
    """The bucket for indexes and two functions: one answers `/search` and `/suggestions`, one builds the index."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        platform: Platform,
        tables: RegionTables,
        options: SearchOptions = SearchOptions(),
    ) -> None:
        """Create bucket, functions, stream mapping and schedule.

        Args:
            platform: Properties of the region's functions.
            tables: The region's tables `books` and `stock`.
            options: How the index is built and kept.
        """
        super().__init__(scope, id)
        self._platform = platform
        self._books, self._stock = tables["books"], tables["stock"]
        self._options = options
        self.bucket = PrivateBucket(
            self,
            "bucket",
            name=f"{platform.name}-search-{platform.region}",
            content=Expiring(options.keep_days),
            # An index is built again from the table, and the builder may write one after the bucket was emptied.
            disposable=True,
        )
        """Bucket of the indexes."""
        self.environment = {"SEARCH_BUCKET": self.bucket.name}
        """Environment variables of functions that read the index."""
        self.dead_letters = DeadLetterQueue(self, "dead-letters", name=f"{platform.name}-search-dead-letters")
        """Queue of invocations of the builder that failed."""
        self.search = self._search()
        """Function that answers `/search` and `/suggestions`."""
        self.builder = self._builder()
        """Function that builds the index."""

    def grant_read(self, permissions: Permissions) -> None:
        """Allow a role to read indexes.

        `s3:ListBucket` makes S3 answer 404 instead of 403 for a missing object:
        https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
        """
        permissions.allow(
            Statement("ReadIndexes", ("s3:GetObject",), (f"{self.bucket.arn}/search/*",)),
            Statement("FindIndexes", ("s3:ListBucket",), (self.bucket.arn,)),
        )

    def _search(self) -> Function:
        function = Function(
            self,
            "search",
            platform=self._platform,
            code=Code("search"),
            options=FunctionOptions(
                description="Answers /search and /suggestions",
                environment={
                    **self.environment,
                    **self._books.environment,
                    **self._stock.environment,
                    "STOREFRONT_URL": self._options.storefront_url,
                },
                memory=self._options.reader_memory,
            ),
        )
        self.grant_read(function.permissions)
        self._books.grant(function.permissions, "BatchGetItem")
        self._stock.grant(function.permissions, "BatchGetItem", "GetItem")
        return function

    def _builder(self) -> Function:
        options = self._options
        function = Function(
            self,
            "search-builder",
            platform=self._platform,
            code=Code("search", "builder"),
            options=FunctionOptions(
                description="Builds the search index from the books table",
                environment={**self.environment, **self._books.environment},
                timeout=options.builder_timeout,
                memory=options.builder_memory,
            ),
        )
        self.grant_read(function.permissions)
        function.permissions.allow(
            Statement("WriteIndexes", ("s3:PutObject",), (f"{self.bucket.arn}/search/*",))
        )
        self._books.grant(function.permissions, "Scan")
        self._books.grant_stream(function.permissions)
        function.send_failures_to(self.dead_letters)
        LambdaEventSourceMapping(
            self,
            "books",
            function_name=function.arn,
            event_source_arn=self._books.stream_arn,
            starting_position="LATEST",
            batch_size=options.batch_size,
            maximum_batching_window_in_seconds=options.batching_window_seconds,
            maximum_retry_attempts=-1,
            maximum_record_age_in_seconds=options.oldest_record_seconds,
            destination_config={"on_failure": {"destination_arn": self.dead_letters.arn}},
            depends_on=[function.permissions.granted],
        )
        schedule = CloudwatchEventRule(
            self,
            "schedule",
            name=f"{self._platform.name}-search-builder",
            description="Builds the search index if it is missing or old",
            schedule_expression=options.schedule,
        )
        CloudwatchEventTarget(
            self, "build-if-missing", rule=schedule.name, arn=function.arn, input=json.dumps({})
        )
        function.allow_invocation("schedule", principal="events.amazonaws.com", source_arn=schedule.arn)
        return function
