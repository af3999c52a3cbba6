"""A web ACL and its log."""

from collections.abc import Sequence
from dataclasses import dataclass
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

BASE_RULES = ("AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesKnownBadInputsRuleSet")
"""AWS's lists of known attackers' addresses and of known bad inputs."""
ANONYMIZING_NETWORKS = "AWSManagedRulesAnonymousIpList"
"""Counted and allowed: readers may use such networks, and the count shows an attack from there."""
PAGE_RULES = "AWSManagedRulesCommonRuleSet"
"""Parses bodies as HTML forms, so it suits web pages and not the API."""


@dataclass(frozen=True)
class FirewallRules:
    """Rules of a web ACL that block."""

    scope: Literal["CLOUDFRONT", "REGIONAL"]
    """The kind of resource that it protects."""
    managed: Sequence[str] = BASE_RULES
    """AWS's managed rule groups that block."""
    requests_per_5_minutes: int = 2000
    """Limit for one address. A page takes about 20 requests, and shoppers may share an address."""


class Firewall(Construct):
    """AWS's managed rules and a rate limit by address. For CloudFront, `provider` is of us-east-1."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        rules: FirewallRules,
        log_retention_days: int | None,
        provider: TerraformProvider | None = None,
    ) -> None:
        """Create the web ACL and its log.

        Args:
            name: Name of the web ACL.
            rules: Rules of the web ACL.
            log_retention_days: How long CloudWatch keeps the log of blocked requests. None: no log.
            provider: Provider of us-east-1 for CloudFront, by default the stack's.
        """
        super().__init__(scope, id)
        counted = _managed(ANONYMIZING_NETWORKS, 1, action="count")
        blocking = [_managed(rule, priority) for priority, rule in enumerate(rules.managed, start=2)]
        acl = Wafv2WebAcl(
            self,
            "acl",
            name=name,
            scope=rules.scope,
            default_action={"allow": {}},
            rule=[_rate_limit(rules.requests_per_5_minutes), counted, *blocking],
            visibility_config=_visibility(name),
            provider=provider,
        )
        self.arn: str = acl.arn
        """The web ACL's ARN, for a distribution."""
        if log_retention_days is not None:
            self._log(name, log_retention_days, provider)

    def protect(self, id: str, resource_arn: str, *, scope: Construct | None = None) -> None:
        """Protect an API's stage or a load balancer of this region.

        A resource of another stack passes its own `scope`, so that this stack does not depend on that one.
        """
        Wafv2WebAclAssociation(scope or self, id, web_acl_arn=self.arn, resource_arn=resource_arn)

    def _log(self, name: str, retention_days: int, provider: TerraformProvider | None) -> None:
        """Log blocked requests, without the headers that hold a shopper's credentials.

        AWS requires the prefix of the log group's name:
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
    """Use a managed rule group. `none` keeps the group's own actions, which block."""
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
