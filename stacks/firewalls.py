"""The web ACLs: a rate rule for each address, and AWS's managed rules with `features.waf`."""

from cdktf import TerraformProvider
from constructs import Construct

from modules.firewall import BASE_RULES, PAGE_RULES, Firewall, FirewallRules, FromCloudFront
from stacks.settings import Settings

FROM_CLOUDFRONT = FromCloudFront(path_parts=("/pages/", "/wp-json/"))
"""CloudFront requests the storefront's pages from the API, and posts from the blog's REST API."""
SEARCHES_OF_BLOG = 100
"""Searches of one address in five minutes. No cache is in front of them
(docs/adr/0025-limit-searches-of-the-blog-instead-of-caching-pages.md)."""


def region_firewall(scope: Construct, settings: Settings, region: str) -> Firewall | None:
    """Add the web ACL for a region's API and blog; in the first region also for the user pool."""
    if not settings.has_firewall:
        return None
    return Firewall(
        scope,
        "firewall",
        name=f"{settings.name}-{region}",
        rules=FirewallRules(
            scope="REGIONAL",
            managed=BASE_RULES if settings.features.waf else (),
            requests_per_5_minutes=settings.firewall.requests_per_5_minutes or None,
            from_cloudfront=FROM_CLOUDFRONT,
            searches_per_5_minutes=_searches(settings),
        ),
        log_retention_days=settings.firewall_log_retention_days,
    )


def storefront_firewall(
    scope: Construct, settings: Settings, us_east_1: TerraformProvider
) -> Firewall | None:
    """Add the web ACL for CloudFront. AWS keeps those in us-east-1."""
    if not settings.has_firewall:
        return None
    return Firewall(
        scope,
        "firewall",
        name=f"{settings.name}-storefront",
        rules=FirewallRules(
            scope="CLOUDFRONT",
            managed=(*BASE_RULES, PAGE_RULES) if settings.features.waf else (),
            requests_per_5_minutes=settings.firewall.requests_per_5_minutes or None,
        ),
        log_retention_days=settings.firewall_log_retention_days,
        provider=us_east_1,
    )


def _searches(settings: Settings) -> int | None:
    return SEARCHES_OF_BLOG if settings.features.blog and settings.firewall.requests_per_5_minutes else None
