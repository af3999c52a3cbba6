"""The resources that a region's shop and its blog both use, in a stack of their own: neither waits for the other."""

from constructs import Construct

from modules.alarm_topic import AlarmTopic
from modules.blog import Image
from modules.certificate import Certificate
from modules.network import Network, NetworkOptions
from stacks.base_stack import BaseStack
from stacks.firewalls import region_firewall
from stacks.settings import Settings


class CommonStack(BaseStack):
    """`<name>-<region>-common`. The region's other stacks wait for it, so AWS creates none of its resources slowly."""

    def __init__(self, scope: Construct, id: str, *, settings: Settings, region: str) -> None:
        super().__init__(scope, id, settings=settings, region=region)
        self.network = Network(
            self,
            "network",
            name=settings.name,
            region=region,
            options=NetworkOptions(
                cidr=settings.network_cidr(region), log_retention_days=settings.address_log_retention_days
            ),
        )
        self.certificate_arn = Certificate(self, "certificate", domain=settings.domain).arn
        """The requested certificate of the region's host names. Each stack that uses it waits for its issue."""
        self.firewall = region_firewall(self, settings, region)
        self.alarm_topic_arn: str | None = None
        """The SNS topic that the region's alarms notify; None without alarms."""
        if settings.features.alarms:
            topic = AlarmTopic(
                self, "alarm-topic", name=f"{settings.name}-alarms", emails=settings.observability.emails
            )
            self.alarm_topic_arn = topic.arn
        self.blog_image = self._blog_image()
        """Repository of the blog's image; None without the blog. The image must be there before the blog's stack."""
        self.finish({})

    def _blog_image(self) -> Image | None:
        settings = self.settings
        if not settings.features.blog:
            return None
        return Image(self, "blog-image", name=f"{settings.name}-blog", disposable=not settings.protected)
