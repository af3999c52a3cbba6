"""How many requests leave a trace."""

from cdktf_cdktf_provider_aws.xray_sampling_rule import XraySamplingRule
from constructs import Construct


class Tracing(Construct):
    """X-Ray's sampling of this deployment's requests: the first of each second, then a share of the rest.

    https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html
    """

    PRIORITY = 1000
    """Lower numbers win; X-Ray's own default rule is last, at 10000."""

    def __init__(self, scope: Construct, id: str, *, name: str, rate: float) -> None:
        """`rate` is a share, from 0 to 1."""
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
