"""The alarms of the storefront, which belongs to no region."""

from cdktf import TerraformProvider
from constructs import Construct

from modules.observability import alarm_catalog


class StorefrontAlarms(Construct):
    """An alarm for the expiry of CloudFront's certificate, whose metrics are in us-east-1.

    The provider and the topic must be in that region.
    https://docs.aws.amazon.com/acm/latest/userguide/acm-regions.html
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        certificate_arn: str,
        topic_arn: str,
        provider: TerraformProvider,
    ) -> None:
        """Create the alarm.

        Args:
            name: Name of the deployment.
            certificate_arn: ARN of the distribution's certificate.
            topic_arn: SNS topic to notify.
            provider: Provider of us-east-1.
        """
        super().__init__(scope, id)
        # us-east-1 may also be one of the regions. Its own certificate has the alarm with the shorter name.
        for alarm in alarm_catalog.certificate(certificate_arn, "cloudfront-certificate"):
            alarm.add_to(self, deployment=name, topic_arn=topic_arn, provider=provider)
