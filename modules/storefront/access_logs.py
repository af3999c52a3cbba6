"""Who asked CloudFront for what."""

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
    """Standard logging (v2) of a distribution into a bucket, which is a `LogBucket`'s.

    Version 2, because the older kind wants a bucket with access control lists. CloudFront's log sources are
    in us-east-1, so `provider` must be of that region.
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
