"""Resources of the blog that need every region's blog: health checks, DNS records, and the copies of its media."""

from collections.abc import Mapping

from constructs import Construct

from modules.blog import Blog, BlogEndpoint, BlogRouting, BlogRoutingOptions
from modules.storefront import RegionBucket, WebReplication
from stacks.base_stack import BaseStack
from stacks.settings import Settings


class BlogRoutingStack(BaseStack):
    """`<name>-blog`, with `features.blog`, in the first region. The edge does not need it."""

    def __init__(
        self, scope: Construct, id: str, *, settings: Settings, zone_id: str, blogs: Mapping[str, Blog]
    ) -> None:
        super().__init__(scope, id, settings=settings, region=settings.primary)
        host = settings.blog_host()
        routing = BlogRouting(
            self,
            "blog",
            name=settings.name,
            zone_id=zone_id,
            endpoints=[
                BlogEndpoint(name, blog.host, blog.balancer.dns_name, blog.balancer.zone_id)
                for name, blog in blogs.items()
            ],
            options=BlogRoutingOptions(
                host=host,
                interval=settings.routing.health_check_interval,
                threshold=settings.routing.health_check_threshold,
                checker_regions=settings.health_checker_regions,
            ),
        )
        buckets = [RegionBucket(name, blog.uploads.name) for name, blog in blogs.items()]
        if len(buckets) > 1:
            WebReplication(
                self, "blog-media", name=f"{settings.name}-blog", source=buckets[0], targets=buckets[1:]
            )
        self.finish(
            {
                "blog_domain": host,
                "blog_health_checks": {name: check.id for name, check in routing.checks.items()},
            }
        )
