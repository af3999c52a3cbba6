"""The share of requests that X-Ray traces."""

from cdktf_cdktf_provider_aws.xray_sampling_rule import XraySamplingRule
from constructs import Construct


class Tracing(Construct):
    """X-Ray's sampling rules: no health checks; of other requests the first of each second and a share of the rest.

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
        self._service_name = f"{name}*"
        self._rule("rule", name=name[:32], priority=self.PRIORITY, rate=rate, reservoir=1, path="*")
        # Route 53's checkers send most requests of an idle deployment. Without this rule they use up the reservoir.
        self._rule(
            "health",
            name=f"{name[:25]}-health",
            priority=self.PRIORITY - 1,
            rate=0,
            reservoir=0,
            path="*/health",
        )

    def _rule(self, id: str, *, name: str, priority: int, rate: float, reservoir: int, path: str) -> None:
        XraySamplingRule(
            self,
            id,
            rule_name=name,
            priority=priority,
            version=1,
            reservoir_size=reservoir,
            fixed_rate=rate,
            service_name=self._service_name,
            service_type="*",
            host="*",
            http_method="*",
            url_path=path,
            resource_arn="*",
        )
