"""What is watched of the storefront, which is in no region."""

from cdktf import TerraformProvider
from constructs import Construct

from modules.observability import alarm_catalog


class StorefrontAlarms(Construct):
    """An alarm for the end of CloudFront's certificate, which is in us-east-1 and has its metrics there alone.

    `provider` and topic must be of that region.
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
        super().__init__(scope, id)
        # A region may be us-east-1 too, whose own certificate has an alarm of the shorter name.
        for watch in alarm_catalog.certificate(certificate_arn, "cloudfront-certificate"):
            watch.alarm(self, deployment=name, topic_arn=topic_arn, provider=provider)
