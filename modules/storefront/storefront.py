"""Puts the storefront's parts together."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cdktf import TerraformProvider
from constructs import Construct

from modules.storefront.access_logs import AccessLogs
from modules.storefront.blog_posts import put_empty_list
from modules.storefront.distribution import Distribution
from modules.storefront.files import WebFiles
from modules.storefront.replication import RegionBucket, WebReplication
from modules.storefront.site_config import Site
from modules.support.resources import Record


@dataclass(frozen=True)
class StorefrontOptions:
    """What differs between environments.

    `wait_for_deployment` holds an apply for the minutes that CloudFront takes to have the distribution everywhere.
    """

    web_acl_arn: str | None = None
    wait_for_deployment: bool = True
    blog_host: str | None = None
    """Whose posts are served on the shop's own address too."""


class Storefront(Construct):
    """A build of the web app in the first bucket, replicated to the others, served on the domain and www."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        domain: str,
        zone_id: str,
        certificate_arn: str,
        log_bucket_arn: str,
        buckets: Sequence[RegionBucket],
        site: Site,
        dist: Path,
        options: StorefrontOptions,
        us_east_1: TerraformProvider,
    ) -> None:
        """Raises FileNotFoundError when `dist` holds no build."""
        super().__init__(scope, id)
        primary, *others = buckets
        replication = (
            [WebReplication(self, "replication", name=name, source=primary, targets=others).configuration]
            if others
            else []
        )
        # Replication carries what is written after it is configured, and nothing that was there before.
        WebFiles(self, "files", dist=dist, bucket=primary.name, config=site.config(), after=replication)
        if options.blog_host:
            put_empty_list(self, bucket=primary.name, after=replication)

        names = (domain, f"www.{domain}")
        self.distribution = Distribution(
            self,
            "cdn",
            name=name,
            aliases=names,
            certificate_arn=certificate_arn,
            buckets=buckets,
            content_security_policy=site.content_security_policy(),
            web_acl_arn=options.web_acl_arn,
            wait_for_deployment=options.wait_for_deployment,
            blog_host=options.blog_host,
        ).resource
        AccessLogs(
            self,
            "access-logs",
            name=name,
            distribution_arn=self.distribution.arn,
            bucket_arn=log_bucket_arn,
            provider=us_east_1,
        )
        for host, label in zip(names, ("apex", "www"), strict=True):
            for kind in ("A", "AAAA"):
                self._alias(f"{label}-{kind.lower()}", zone_id=zone_id, host=host, kind=kind)

    def _alias(self, id: str, *, zone_id: str, host: str, kind: str) -> None:
        Record(
            self,
            id,
            zone_id=zone_id,
            name=host,
            type=kind,
            alias={
                "name": self.distribution.domain_name,
                "zone_id": self.distribution.hosted_zone_id,
                # CloudFront is always there, says Route 53: it does not evaluate such a target.
                "evaluate_target_health": False,
            },
        )
