"""The composite alarm over all regions, which pages the operator on call."""

from collections.abc import Mapping

from cdktf import ITerraformDependable, TerraformProvider
from cdktf_cdktf_provider_aws.cloudwatch_composite_alarm import CloudwatchCompositeAlarm
from constructs import Construct


class AllRegionsAlarm(Construct):
    """An alarm that starts when the health check of every region fails.

    A composite alarm reads alarms of its own region only. The health checks' metrics are in us-east-1, so
    `provider` must be of that region.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        region_alarms: Mapping[str, ITerraformDependable],
        topic_arn: str,
        provider: TerraformProvider,
    ) -> None:
        """Create the composite alarm.

        Args:
            name: Name of the deployment.
            region_alarms: Alarms of the health checks by name.
            topic_arn: SNS topic to notify.
            provider: Provider of us-east-1.
        """
        super().__init__(scope, id)
        CloudwatchCompositeAlarm(
            self,
            "shop-unhealthy",
            alarm_name=f"{name}-shop-unhealthy",
            alarm_description="No region is healthy: no shopper is served. Start with docs/runbooks.",
            alarm_rule=" AND ".join(f'ALARM("{alarm}")' for alarm in region_alarms),
            alarm_actions=[topic_arn],
            ok_actions=[topic_arn],
            provider=provider,
            # Names instead of references: `cdktf synth --hcl` cannot write a reference between quotes.
            depends_on=list(region_alarms.values()),
        )
