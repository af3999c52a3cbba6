"""The share of requests that X-Ray traces."""

from cdktf_cdktf_provider_aws.xray_sampling_rule import XraySamplingRule
from constructs import Construct


class Tracing(Construct):
    """X-Ray's sampling rule for this deployment: the first request of each second, then a share of the rest.

    https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html
    """

    PRIORITY = 1000
    """X-Ray uses the matching rule with the lowest number; its default rule has 10000."""

    def __init__(self, scope: Construct, id: str, *, name: str, rate: float) -> None:
        """Create the sampling rule.

        Args:
            name: Name of the deployment.
            rate: Share of requests that are traced, from 0 to 1.
        """
        super().__init__(scope, id)
        XraySamplingRule(
            self,
            "rule",
            rule_name=name[:32],
            priority=self.PRIORITY,
            version=1,
            reservoir_size=1,
            fixed_rate=rate,
            service_name=f"{name}*",
            service_type="*",
            host="*",
            http_method="*",
            url_path="*",
            resource_arn="*",
        )
