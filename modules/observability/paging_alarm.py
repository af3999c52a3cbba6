"""The one alarm that nobody may sleep through."""

from collections.abc import Mapping

from cdktf import ITerraformDependable, TerraformProvider
from cdktf_cdktf_provider_aws.cloudwatch_composite_alarm import CloudwatchCompositeAlarm
from constructs import Construct


class ShopAlarm(Construct):
    """ "Shop unhealthy": every region's health check fails, so there is nowhere to send shoppers.

    A composite alarm sees alarms of its own region only. The regions' health checks report to us-east-1, so
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
        """`region_alarms` are by name."""
        super().__init__(scope, id)
        CloudwatchCompositeAlarm(
            self,
            "shop-unhealthy",
            alarm_name=f"{name}-shop-unhealthy",
            alarm_description="No region is healthy: the shop is closed. Start with docs/runbooks.",
            alarm_rule=" AND ".join(f'ALARM("{alarm}")' for alarm in region_alarms),
            alarm_actions=[topic_arn],
            ok_actions=[topic_arn],
            provider=provider,
            # Names and not references: `cdktf synth --hcl` cannot write a reference between quotes.
            depends_on=list(region_alarms.values()),
        )
