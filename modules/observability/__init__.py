"""What operators are told without asking, and the page they look at when they are."""

from modules.observability.blog_alarms import WatchedBlog
from modules.observability.dashboard import FleetDashboard
from modules.observability.paging_alarm import ShopAlarm
from modules.observability.region_alarms import RegionAlarms, Watched
from modules.observability.storefront_alarms import StorefrontAlarms
from modules.observability.tracing import Tracing

__all__ = [
    "FleetDashboard",
    "RegionAlarms",
    "ShopAlarm",
    "StorefrontAlarms",
    "Tracing",
    "Watched",
    "WatchedBlog",
]
