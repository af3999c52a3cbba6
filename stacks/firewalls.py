"""The web ACLs of an environment, where its settings ask for them."""

from typing import TYPE_CHECKING

from cdktf import TerraformProvider

from modules.firewall import COMMON_ATTACKS, KNOWN_CULPRITS, Firewall

if TYPE_CHECKING:
    from stacks.edge_stack import EdgeStack
    from stacks.region_stack import RegionStack
    from stacks.settings import Settings


def guard_region(stack: "RegionStack", settings: "Settings") -> Firewall | None:
    """What stands before a region's API and its blog."""
    if not settings.features.waf:
        return None
    return Firewall(
        stack,
        "firewall",
        name=f"{settings.name}-{stack.region}",
        stands_before="REGIONAL",
        managed_rules=KNOWN_CULPRITS,
        log_retention_days=_log_retention_days(settings),
    )


def guard_storefront(
    stack: "EdgeStack", settings: "Settings", us_east_1: TerraformProvider
) -> Firewall | None:
    """What stands before the storefront."""
    if not settings.features.waf:
        return None
    return Firewall(
        stack,
        "firewall",
        name=f"{settings.name}-storefront",
        stands_before="CLOUDFRONT",
        managed_rules=(*KNOWN_CULPRITS, COMMON_ATTACKS),
        log_retention_days=_log_retention_days(settings),
        provider=us_east_1,
    )


def _log_retention_days(settings: "Settings") -> int | None:
    """The emulator's web ACLs have no log."""
    return None if settings.local else settings.log_retention_days
