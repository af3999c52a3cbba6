"""The blog of one region, in a stack of its own: a fault of the blog never blocks the region's API."""

from constructs import Construct

from modules.blog import Blog, BlogHosts, BlogOptions, Capacity, GlobalDatabase, Image
from modules.certificate import IssuedCertificate
from modules.observability import BlogAlarms, BlogMetrics
from stacks.base_stack import BaseStack
from stacks.common_stack import CommonStack
from stacks.settings import Settings


class BlogStack(BaseStack):
    """`<name>-<region>-blog`, with `features.blog`. It uses what the region's shop and blog have in common."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: Settings,
        common_stack: CommonStack,
        image: Image,
        database: GlobalDatabase,
    ) -> None:
        super().__init__(scope, id, settings=settings, region=common_stack.region)
        self._common = common_stack
        self.blog = self._blog(image, database)
        if common_stack.alarm_topic_arn:
            BlogAlarms(
                self,
                "alarms",
                name=settings.name,
                metrics=_metrics(self.blog, settings.blog.tasks_minimum if settings.blog.image_tag else 0),
                topic_arn=common_stack.alarm_topic_arn,
            )
        self.finish(
            {
                "blog_cluster_arn": self.blog.database.cluster_arn,
                "blog_service": self.blog.service.name,
            }
        )

    def _blog(self, image: Image, database: GlobalDatabase) -> Blog:
        settings = self.settings
        chosen = settings.blog
        certificate = IssuedCertificate(
            self, "issued-certificate", certificate_arn=self._common.certificate_arn
        )
        return Blog(
            self,
            "blog",
            network=self._common.network,
            image=image,
            database=database,
            hosts=BlogHosts(
                shared=settings.blog_host(),
                regional=settings.blog_host(self.region),
                shop=settings.domain,
                certificate_arn=certificate.arn,
                api=settings.api_host(self.region),
            ),
            options=BlogOptions(
                name=settings.name,
                region=self.region,
                primary=self.region == settings.primary,
                firewall=self._common.firewall,
                image_tag=chosen.image_tag,
                admin_addresses=tuple(map(str, chosen.admin_addresses)),
                capacity=Capacity(minimum=chosen.database_minimum, maximum=chosen.database_maximum),
                tasks_minimum=chosen.tasks_minimum,
                tasks_maximum=chosen.tasks_maximum,
                nat=chosen.nat,
                scaling=settings.supports_autoscaling,
                protected=settings.protected,
                log_retention_days=settings.log_retention_days,
                access_log_days=settings.address_log_retention_days,
            ),
        )


def _metrics(blog: Blog, tasks: int) -> BlogMetrics:
    return BlogMetrics(
        balancer=blog.balancer.arn_suffix,
        targets=blog.balancer.target_group_suffix,
        cluster=blog.service.cluster_name,
        service=blog.service.name,
        database=blog.database.cluster_name,
        tasks=tasks,
    )
