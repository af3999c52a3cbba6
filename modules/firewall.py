"""A web ACL: what it lets through, what it turns away, and the log of what it turned away."""

from collections.abc import Sequence
from typing import Any, Literal

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.wafv2_web_acl import Wafv2WebAcl
from cdktf_cdktf_provider_aws.wafv2_web_acl import Wafv2WebAclRule as Rule
from cdktf_cdktf_provider_aws.wafv2_web_acl_association import Wafv2WebAclAssociation
from cdktf_cdktf_provider_aws.wafv2_web_acl_logging_configuration import Wafv2WebAclLoggingConfiguration
from cdktf_cdktf_provider_aws.wafv2_web_acl_logging_configuration import (
    Wafv2WebAclLoggingConfigurationLoggingFilterFilter as Filter,
)
from cdktf_cdktf_provider_aws.wafv2_web_acl_logging_configuration import (
    Wafv2WebAclLoggingConfigurationLoggingFilterFilterCondition as Condition,
)
from cdktf_cdktf_provider_aws.wafv2_web_acl_logging_configuration import (
    Wafv2WebAclLoggingConfigurationRedactedFields as Hidden,
)
from constructs import Construct

from modules.support.resources import log_group

KNOWN_CULPRITS = ("AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesKnownBadInputsRuleSet")
"""AWS's lists of addresses and of inputs that are never a shopper's."""
ANONYMIZING_NETWORKS = "AWSManagedRulesAnonymousIpList"
"""Counted and let in: readers may hide where they are, and a wave of attacks from there can be seen."""
COMMON_ATTACKS = "AWSManagedRulesCommonRuleSet"
"""Reads bodies as a page's forms, so it is for pages."""
REQUESTS_PER_5_MINUTES = 2000
"""From one address; a page takes about twenty, and many shoppers may share an address."""


class Firewall(Construct):
    """AWS's managed rules and a limit of requests by address. For CloudFront, `provider` is of us-east-1."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        stands_before: Literal["CLOUDFRONT", "REGIONAL"],
        managed_rules: Sequence[str],
        log_retention_days: int | None,
        provider: TerraformProvider | None = None,
    ) -> None:
        """Without `log_retention_days` nothing is logged."""
        super().__init__(scope, id)
        counted = _managed(ANONYMIZING_NETWORKS, 1, action="count")
        rules = [_managed(rule, priority) for priority, rule in enumerate(managed_rules, start=2)]
        acl = Wafv2WebAcl(
            self,
            "acl",
            name=name,
            scope=stands_before,
            default_action={"allow": {}},
            rule=[_rate_limit(REQUESTS_PER_5_MINUTES), counted, *rules],
            visibility_config=_visibility(name),
            provider=provider,
        )
        self.arn: str = acl.arn
        """What a distribution names."""
        if log_retention_days is not None:
            self._log(name, log_retention_days, provider)

    def protect(self, id: str, resource_arn: str) -> None:
        """Stand before a stage of an API or a load balancer of this region."""
        Wafv2WebAclAssociation(self, id, web_acl_arn=self.arn, resource_arn=resource_arn)

    def _log(self, name: str, retention_days: int, provider: TerraformProvider | None) -> None:
        """Requests that were turned away, without what signs a shopper in.

        The group's name must begin so:
        https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
        """
        group = log_group(
            self, "logs", name=f"aws-waf-logs-{name}", retention_days=retention_days, provider=provider
        )
        blocked = Filter(
            behavior="KEEP",
            requirement="MEETS_ANY",
            condition=[Condition(action_condition={"action": "BLOCK"})],
        )
        Wafv2WebAclLoggingConfiguration(
            self,
            "logging",
            resource_arn=self.arn,
            log_destination_configs=[group.arn],
            logging_filter={"default_behavior": "DROP", "filter": [blocked]},
            redacted_fields=[
                Hidden(single_header={"name": header}) for header in ("authorization", "cookie")
            ],
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


def _managed(rule: str, priority: int, *, action: Literal["none", "count"] = "none") -> Rule:
    """`none` leaves to the rules what they do, which is to block."""
    return Rule(
        name=rule,
        priority=priority,
        override_action={action: {}},
        statement={"managed_rule_group_statement": {"vendor_name": "AWS", "name": rule}},
        visibility_config=_visibility(rule),
    )


def _visibility(metric: str) -> dict[str, Any]:
    return {
        "cloudwatch_metrics_enabled": True,
        "metric_name": metric,
        "sampled_requests_enabled": True,
    }
