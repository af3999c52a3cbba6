"""The SNS topic for a region's alarms."""

from collections.abc import Sequence

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from constructs import Construct

from modules.support.suppression import AWS_MANAGED_KEY, suppress


class AlarmTopic(Construct):
    """A topic with a subscription for each e-mail address. AWS asks each address for a confirmation."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        emails: Sequence[str] = (),
        provider: TerraformProvider | None = None,
    ) -> None:
        """Create the topic and its subscriptions.

        Args:
            name: Name of the topic.
            emails: Addresses that receive the alarms.
            provider: Provider of the topic's region, by default the stack's.
        """
        super().__init__(scope, id)
        topic = SnsTopic(self, "topic", name=name, provider=provider)
        suppress(topic, {"CKV_AWS_26": AWS_MANAGED_KEY})
        self.arn: str = topic.arn
        """ARN for alarm actions."""
        for email in emails:
            # Named by the address: a changed list keeps the confirmed subscriptions of the others.
            SnsTopicSubscription(
                self,
                email.lower(),
                topic_arn=topic.arn,
                protocol="email",
                endpoint=email,
                provider=provider,
            )
