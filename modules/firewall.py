"""A web ACL and its log."""

from collections.abc import Mapping, Sequence
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

from modules.support.resources import DELETED_LAST, log_group
from modules.support.suppression import OFF_FOR_ITS_PRICE, suppress

BASE_RULES = ("AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesKnownBadInputsRuleSet")
"""AWS's lists of known attackers' addresses and of known bad inputs."""
ANONYMIZING_NETWORKS = "AWSManagedRulesAnonymousIpList"
"""Counted and allowed: readers may use such networks, and the count shows an attack from there."""
PAGE_RULES = "AWSManagedRulesCommonRuleSet"
"""Parses bodies as HTML forms, so it suits web pages and not the API."""

WORDPRESS_SEARCH = r"(^|&)\s*(s|search)(=|\[|&|$)"
"""Parameters in a decoded query. PHP ignores spaces before a name."""
WORDPRESS_SEARCH_PATH = "^(/index\\.php)?/search/"


@dataclass(frozen=True)
class FromCloudFront:
    """Requests that arrive from CloudFront's addresses, so that one address stands for many clients.

    CloudFront's own web ACL limits those clients. They are recognized by a part of the path, and have a limit of their
    own, which also holds for a client that imitates CloudFront.
    """

    path_parts: Sequence[str]
    """Parts of the paths, two at least."""
    requests_per_5_minutes: int = 20_000
    """Limit for one of CloudFront's addresses."""


@dataclass(frozen=True)
class FirewallRules:
    """Rules of a web ACL that block."""

    scope: Literal["CLOUDFRONT", "REGIONAL"]
    """The kind of resource that it protects."""
    managed: Sequence[str] = BASE_RULES
    """AWS's managed rule groups that block. Empty: none, and anonymizing networks are not counted."""
    requests_per_5_minutes: int | None = 2000
    """Limit for one address. A page takes about 20 requests, and shoppers may share an address. None: no limit."""
    from_cloudfront: FromCloudFront | None = None
    """Requests that CloudFront sends to this web ACL's resources."""
    searches_per_5_minutes: int | None = None
    """Limit for one address's searches of WordPress, which read every post. None: no limit of their own."""


class Firewall(Construct):
    """A rate limit by address, and AWS's managed rules. For CloudFront, `provider` is of us-east-1."""

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
        acl = Wafv2WebAcl(
            self,
            "acl",
            name=name,
            scope=rules.scope,
            default_action={"allow": {}},
            rule=_rules(rules),
            visibility_config=_visibility(name),
            provider=provider,
            lifecycle=DELETED_LAST,
        )
        self.has_managed_rules = bool(rules.managed)
        """Whether AWS's managed rules block too."""
        if not rules.managed:
            suppress(acl, {"CKV_AWS_192": OFF_FOR_ITS_PRICE})
        self.arn: str = acl.arn
        """The web ACL's ARN, for a distribution."""
        if log_retention_days is not None:
            self._log(name, log_retention_days, provider)

    def protect(self, scope: Construct, id: str, resource_arn: str) -> None:
        """Protect an API's stage, a load balancer or a user pool of this region.

        `scope` is in the resource's stack, so that the web ACL's stack does not depend on that one.
        """
        Wafv2WebAclAssociation(scope, id, web_acl_arn=self.arn, resource_arn=resource_arn)

    def _log(self, name: str, retention_days: int, provider: TerraformProvider | None) -> None:
        """Log blocked requests, without the headers that hold a shopper's credentials.

        AWS requires the prefix of the log group's name:
        https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
        """
        group = log_group(
            self,
            "logs",
            name=f"aws-waf-logs-{name}",
            retention_days=retention_days,
            holds_addresses=True,
            provider=provider,
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


def _rules(rules: FirewallRules) -> list[Rule]:
    limits = []
    if rules.requests_per_5_minutes is not None:
        limits = _rate_limits(rules.requests_per_5_minutes, rules.from_cloudfront)
    if rules.searches_per_5_minutes is not None:
        limits.append(
            _rate_limit("rate-limit-search", len(limits), rules.searches_per_5_minutes, _searches())
        )
    if not rules.managed:
        return limits
    first = len(limits)
    counted = _managed(ANONYMIZING_NETWORKS, first, action="count")
    return [*limits, counted, *(_managed(rule, first + place) for place, rule in enumerate(rules.managed, 1))]


def _rate_limits(requests: int, from_cloudfront: FromCloudFront | None) -> list[Rule]:
    if from_cloudfront is None:
        return [_rate_limit("rate-limit", 0, requests)]
    theirs = _of_cloudfront(from_cloudfront)
    return [
        _rate_limit("rate-limit", 0, requests, {"not_statement": {"statement": theirs}}),
        _rate_limit("rate-limit-cloudfront", 1, from_cloudfront.requests_per_5_minutes, theirs),
    ]


def _rate_limit(name: str, priority: int, requests: int, scope: Mapping[str, Any] | None = None) -> Rule:
    """Block an address while it sends more than `requests` in five minutes, of those that `scope` matches.

    https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based.html
    """
    narrowed = {"scope_down_statement": scope} if scope else {}
    return Rule(
        name=name,
        priority=priority,
        action={"block": {}},
        statement={"rate_based_statement": {"limit": requests, "aggregate_key_type": "IP", **narrowed}},
        visibility_config=_visibility(name),
    )


def _of_cloudfront(requests: FromCloudFront) -> dict[str, Any]:
    parts = [
        {
            "byte_match_statement": {
                "field_to_match": {"uri_path": {}},
                "positional_constraint": "CONTAINS",
                "search_string": part,
                # Without it, /pages/../ would have CloudFront's limit.
                "text_transformation": _transformations("URL_DECODE", "NORMALIZE_PATH"),
            }
        }
        for part in requests.path_parts
    ]
    return {"or_statement": {"statement": parts}}


def _searches() -> dict[str, Any]:
    """Match the parameters of WordPress's search, of pages and of the REST API, and its path `/search/<words>`."""
    query = _pattern({"query_string": {}}, WORDPRESS_SEARCH, "URL_DECODE")
    path = _pattern({"uri_path": {}}, WORDPRESS_SEARCH_PATH, "URL_DECODE", "NORMALIZE_PATH")
    return {"or_statement": {"statement": [query, path]}}


def _pattern(field: Mapping[str, Any], pattern: str, *transformations: str) -> dict[str, Any]:
    return {
        "regex_match_statement": {
            "field_to_match": field,
            "regex_string": pattern,
            "text_transformation": _transformations(*transformations),
        }
    }


def _transformations(*types: str) -> list[dict[str, Any]]:
    return [{"priority": place, "type": each} for place, each in enumerate(types)]


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
