"""Access logs of a CloudFront distribution."""

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.cloudwatch_log_delivery import CloudwatchLogDelivery
from cdktf_cdktf_provider_aws.cloudwatch_log_delivery_destination import (
    CloudwatchLogDeliveryDestination,
)
from cdktf_cdktf_provider_aws.cloudwatch_log_delivery_destination import (
    CloudwatchLogDeliveryDestinationDeliveryDestinationConfiguration as DestinationConfiguration,
)
from cdktf_cdktf_provider_aws.cloudwatch_log_delivery_source import CloudwatchLogDeliverySource
from constructs import Construct


class AccessLogs(Construct):
    """Standard logging (v2) of a distribution into a `LogBucket`.

    The older version of logging needs a bucket with access control lists.
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        distribution_arn: str,
        bucket_arn: str,
        provider: TerraformProvider,
    ) -> None:
        """Create source, destination and delivery.

        Args:
            name: Name of the deployment.
            distribution_arn: Distribution whose requests are logged.
            bucket_arn: Bucket of the logs.
            provider: Provider of us-east-1, where CloudFront's log sources are.
        """
        super().__init__(scope, id)
        source = CloudwatchLogDeliverySource(
            self,
            "source",
            name=f"{name}-cdn",
            log_type="ACCESS_LOGS",
            resource_arn=distribution_arn,
            provider=provider,
        )
        destination = CloudwatchLogDeliveryDestination(
            self,
            "destination",
            name=f"{name}-cdn",
            output_format="json",
            delivery_destination_configuration=[
                DestinationConfiguration(destination_resource_arn=bucket_arn)
            ],
            provider=provider,
        )
        CloudwatchLogDelivery(
            self,
            "delivery",
            delivery_source_name=source.name,
            delivery_destination_arn=destination.arn,
            provider=provider,
        )
