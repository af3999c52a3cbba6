"""The web ACLs, with `features.waf`."""

from cdktf import TerraformProvider
from constructs import Construct

from modules.firewall import BASE_RULES, PAGE_RULES, Firewall, FirewallRules
from stacks.settings import Settings


def region_firewall(scope: Construct, settings: Settings, region: str) -> Firewall | None:
    """Add the web ACL for a region's API and blog."""
    if not settings.features.waf:
        return None
    return Firewall(
        scope,
        "firewall",
        name=f"{settings.name}-{region}",
        rules=FirewallRules(scope="REGIONAL", managed=BASE_RULES),
        log_retention_days=settings.firewall_log_retention_days,
    )


def storefront_firewall(
    scope: Construct, settings: Settings, us_east_1: TerraformProvider
) -> Firewall | None:
    """Add the web ACL for CloudFront. AWS keeps those in us-east-1."""
    if not settings.features.waf:
        return None
    return Firewall(
        scope,
        "firewall",
        name=f"{settings.name}-storefront",
        rules=FirewallRules(scope="CLOUDFRONT", managed=(*BASE_RULES, PAGE_RULES)),
        log_retention_days=settings.firewall_log_retention_days,
        provider=us_east_1,
    )
