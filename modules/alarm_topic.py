"""Where a region's alarms are sent."""

from collections.abc import Sequence

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from constructs import Construct

from modules.support.suppression import AWS_MANAGED_KEY, suppress


class AlarmTopic(Construct):
    """A topic, and a subscription for each address; AWS asks each of them to confirm."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        emails: Sequence[str] = (),
        provider: TerraformProvider | None = None,
    ) -> None:
        super().__init__(scope, id)
        topic = SnsTopic(self, "topic", name=name, provider=provider)
        suppress(topic, {"CKV_AWS_26": AWS_MANAGED_KEY})
        self.arn: str = topic.arn
        """What alarms notify."""
        for number, email in enumerate(emails):
            SnsTopicSubscription(
                self,
                f"email-{number}",
                topic_arn=topic.arn,
                protocol="email",
                endpoint=email,
                provider=provider,
            )
