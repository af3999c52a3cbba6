"""The storefront at the edge: a build in every region's bucket, and CloudFront in front of them."""

from modules.storefront.access_logs import AccessLogs
from modules.storefront.distribution import Distribution
from modules.storefront.files import WebFiles
from modules.storefront.log_bucket import LogBucket
from modules.storefront.replication import RegionBucket, WebReplication
from modules.storefront.site_config import Site
from modules.storefront.storefront import Storefront, StorefrontOptions

__all__ = [
    "AccessLogs",
    "Distribution",
    "LogBucket",
    "RegionBucket",
    "Site",
    "Storefront",
    "StorefrontOptions",
    "WebFiles",
    "WebReplication",
]
