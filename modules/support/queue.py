"""A queue for what could not be processed."""

from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from constructs import Construct

from modules.permissions import Permissions, Statement


class DeadLetterQueue(Construct):
    """Keeps failed records, encrypted, until somebody has looked at them."""

    RETENTION = 14 * 24 * 3600
    """Seconds; the longest that SQS keeps a message."""

    def __init__(self, scope: Construct, id: str, *, name: str) -> None:
        super().__init__(scope, id)
        self._queue = SqsQueue(
            self, "queue", name=name, message_retention_seconds=self.RETENTION, sqs_managed_sse_enabled=True
        )
        self.name = name
        self.url: str = self._queue.url
        """Where messages are sent."""
        self.arn: str = self._queue.arn
        """What destinations and policies name."""

    def grant_send(self, permissions: Permissions) -> None:
        """Let a role put messages in."""
        permissions.allow(Statement("SendDeadLetters", ("sqs:SendMessage",), (self.arn,)))
