"""The storefront: a build of the web app in each region's bucket, and CloudFront in front of them."""

from modules.storefront.blog_posts import put_empty_list
from modules.storefront.buckets import LogBucket, WebBucket
from modules.storefront.distribution import Distribution, DistributionOptions
from modules.storefront.files import WebFiles
from modules.storefront.replication import RegionBucket, WebReplication
from modules.storefront.site_config import Site
from modules.storefront.storefront import Storefront, StorefrontOptions

__all__ = [
    "Distribution",
    "DistributionOptions",
    "LogBucket",
    "RegionBucket",
    "Site",
    "Storefront",
    "StorefrontOptions",
    "WebBucket",
    "WebFiles",
    "WebReplication",
    "put_empty_list",
]
