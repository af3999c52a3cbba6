"""The web ACL in front of the storefront."""

from typing import Any

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.wafv2_web_acl import Wafv2WebAcl
from cdktf_cdktf_provider_aws.wafv2_web_acl import Wafv2WebAclRule as Rule
from constructs import Construct


class Firewall(Construct):
    """AWS's managed rules and a limit of requests by address. For CloudFront, `provider` is of us-east-1."""

    MANAGED_RULES = (
        "AWSManagedRulesAmazonIpReputationList",
        "AWSManagedRulesCommonRuleSet",
        "AWSManagedRulesKnownBadInputsRuleSet",
    )
    REQUESTS_PER_5_MINUTES = 2000
    """From one address; a page takes about twenty, and many shoppers may share an address."""

    def __init__(self, scope: Construct, id: str, *, name: str, provider: TerraformProvider) -> None:
        super().__init__(scope, id)
        rules = [_managed(rule, priority) for priority, rule in enumerate(self.MANAGED_RULES, start=1)]
        self.acl = Wafv2WebAcl(
            self,
            "acl",
            name=f"{name}-storefront",
            scope="CLOUDFRONT",
            default_action={"allow": {}},
            rule=[_rate_limit(self.REQUESTS_PER_5_MINUTES), *rules],
            visibility_config=_visibility(f"{name}-storefront"),
            provider=provider,
        )


def _rate_limit(requests: int) -> Rule:
    return Rule(
        name="rate-limit",
        priority=0,
        action={"block": {}},
        statement={"rate_based_statement": {"limit": requests, "aggregate_key_type": "IP"}},
        visibility_config=_visibility("rate-limit"),
    )


def _managed(rule: str, priority: int) -> Rule:
    return Rule(
        name=rule,
        priority=priority,
        override_action={"none": {}},
        statement={"managed_rule_group_statement": {"vendor_name": "AWS", "name": rule}},
        visibility_config=_visibility(rule),
    )


def _visibility(metric: str) -> dict[str, Any]:
    return {
        "cloudwatch_metrics_enabled": True,
        "metric_name": metric,
        "sampled_requests_enabled": True,
    }
