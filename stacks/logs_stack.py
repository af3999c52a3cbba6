"""The bucket of CloudFront's access logs."""

from constructs import Construct

from modules.storefront import LogBucket
from stacks.base_stack import BaseStack, aws_provider
from stacks.settings import Settings


class LogsStack(BaseStack):
    """`<name>-logs`, with `features.storefront`. It needs no other stack.

    Its lifecycle rule takes a minute to become effective, during which the regions deploy.
    """

    def __init__(self, scope: Construct, id: str, *, settings: Settings) -> None:
        super().__init__(scope, id, settings=settings, region=settings.primary)
        bucket = LogBucket(
            self,
            "log-bucket",
            name=settings.name,
            retention_days=settings.address_log_retention_days,
            disposable=not settings.protected,
            provider=aws_provider(self, settings, "us-east-1", alias="us-east-1"),
        )
        self.log_bucket_arn = bucket.arn
        self.finish({})
