"""Single resources with safe defaults: a DNS record, a log group, a dead-letter queue."""

from typing import Any

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.route53_record import Route53Record
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from constructs import Construct

from modules.permissions import Permissions, Statement
from modules.support.suppression import AWS_MANAGED_KEY, FEW_ADDRESSES, suppress

DELETED_LAST = {"create_before_destroy": True}
"""Lifecycle of a resource that others name and that a changed setting may remove, for example a region's alarm in a
composite alarm. Terraform updates the others before it deletes the resource only with this setting; AWS does not delete
what is still in use: https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle"""


class Record(Construct):
    """A DNS record that Terraform may create although it exists already.

    If the response to the first attempt is lost, the record exists but is not in the state. Without `allow_overwrite`
    every later apply would fail. The zone belongs to the deployment, so the record can't belong to anything else.
    """

    def __init__(
        self, scope: Construct, id: str, *, zone_id: str, name: str, type: str, **values: Any
    ) -> None:
        """Create the record.

        Args:
            zone_id: Hosted zone of the record.
            name: Fully qualified name.
            type: Record type, for example `A`.
            values: Further arguments of `aws_route53_record`: `records` and `ttl`, or `alias`, and a routing policy.
        """
        super().__init__(scope, id)
        self.resource = Route53Record(
            self, "record", zone_id=zone_id, name=name, type=type, allow_overwrite=True, **values
        )
        """The record itself, as a dependency of others."""


def log_group(
    scope: Construct,
    id: str,
    *,
    name: str,
    retention_days: int,
    holds_addresses: bool = False,
    provider: TerraformProvider | None = None,
) -> CloudwatchLogGroup:
    """Create a log group before the service that writes to it, which would create it without a retention time.

    `retention_days` must be one of the values that CloudWatch allows:
    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
    `holds_addresses` marks a log with clients' IP addresses, which is kept for a short time.
    """
    group = CloudwatchLogGroup(scope, id, name=name, retention_in_days=retention_days, provider=provider)
    short = {"CKV_AWS_338": FEW_ADDRESSES} if holds_addresses else {}
    suppress(group, {"CKV_AWS_158": AWS_MANAGED_KEY, **short})
    return group


class DeadLetterQueue(Construct):
    """An encrypted queue for events that could not be processed."""

    def __init__(
        self, scope: Construct, id: str, *, name: str, retention_seconds: int = 14 * 24 * 3600
    ) -> None:
        """Create the queue.

        Args:
            name: Name of the queue.
            retention_seconds: How long SQS keeps a message. The default is the longest time that SQS allows.
        """
        super().__init__(scope, id)
        self._queue = SqsQueue(
            self,
            "queue",
            name=name,
            message_retention_seconds=retention_seconds,
            sqs_managed_sse_enabled=True,
        )
        self.name = name
        """Name of the queue."""
        self.url: str = self._queue.url
        """URL for sending and receiving messages."""
        self.arn: str = self._queue.arn
        """ARN of the queue."""

    def grant_send(self, permissions: Permissions) -> None:
        """Allow a role to send messages to the queue."""
        permissions.allow(Statement("SendDeadLetters", ("sqs:SendMessage",), (self.arn,)))
