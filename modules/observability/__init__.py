"""Alarms, the dashboard of all regions, and tracing."""

from modules.observability.blog_alarms import BlogAlarms, BlogMetrics
from modules.observability.budget import AccountBudget
from modules.observability.dashboard import DashboardMetrics, FleetDashboard
from modules.observability.paging_alarm import AllRegionsAlarm
from modules.observability.region_alarms import RegionAlarms, RegionMetrics
from modules.observability.storefront_alarms import StorefrontAlarms
from modules.observability.tracing import Tracing

__all__ = [
    "AccountBudget",
    "AllRegionsAlarm",
    "BlogAlarms",
    "BlogMetrics",
    "DashboardMetrics",
    "FleetDashboard",
    "RegionAlarms",
    "RegionMetrics",
    "StorefrontAlarms",
    "Tracing",
]
