"""The storefront at the edge."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cdktf import TerraformProvider
from constructs import Construct

from modules.storefront.access_logs import AccessLogs
from modules.storefront.distribution import Distribution, DistributionOptions
from modules.storefront.files import put_config, root_files
from modules.storefront.replication import RegionBucket, WebReplication
from modules.storefront.site_config import Site
from modules.support.resources import Record


@dataclass(frozen=True)
class StorefrontOptions:
    """Names, certificate and origin of the storefront."""

    name: str
    """Name of the deployment."""
    domain: str
    """Domain that serves the storefront. `www.<domain>` redirects to it."""
    zone_id: str
    """Hosted zone of the domain."""
    certificate_arn: str
    """Issued certificate in us-east-1."""
    log_bucket_arn: str
    """Bucket of the access logs, see `LogBucket`."""
    web_acl_arn: str | None = None
    """Web ACL of the distribution."""
    managed_rules: bool = False
    """Whether the web ACL has AWS's managed rules."""
    wait_for_deployment: bool = True
    """Whether an apply waits for the minutes that CloudFront needs to deploy the distribution."""
    blog_host: str | None = None
    """Host name of the blog whose posts the storefront's domain serves too."""
    pages_host: str | None = None
    """Host name of the API that writes pages. None: every page is the build's `index.html`."""


class Storefront(Construct):
    """The web app's configuration in the first bucket, replicated to the others, and the distribution on the domain.

    Each region's stack uploads the build into its own bucket, see `WebFiles`: S3 replicates only what is written after
    replication is configured, so a bucket that is added later would stay empty.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-what-is-isnot-replicated.html
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        buckets: Sequence[RegionBucket],
        site: Site,
        dist: Path,
        us_east_1: TerraformProvider,
        options: StorefrontOptions,
    ) -> None:
        """Upload the configuration and create the distribution with its DNS records.

        Args:
            buckets: Each region's bucket, the primary region's first.
            site: Addresses for the web app's configuration.
            dist: Folder with a build of the web app.
            us_east_1: Provider of us-east-1.
            options: Names, certificate and origin.

        Raises:
            FileNotFoundError: `dist` contains no build.
        """
        super().__init__(scope, id)
        primary, *others = buckets
        replication = (
            [
                WebReplication(
                    self, "replication", name=options.name, source=primary, targets=others
                ).configuration
            ]
            if others
            else []
        )
        # It has changed if a region was added, and is then replicated to the region's bucket too.
        config = put_config(self, bucket=primary.name, config=site.config(), after=replication)

        names = (options.domain, f"www.{options.domain}")
        self.distribution = Distribution(
            self,
            "cdn",
            buckets=buckets,
            options=DistributionOptions(
                name=options.name,
                aliases=names,
                certificate_arn=options.certificate_arn,
                content_security_policy=site.content_security_policy(),
                web_acl_arn=options.web_acl_arn,
                managed_rules=options.managed_rules,
                wait_for_deployment=options.wait_for_deployment,
                blog_host=options.blog_host,
                pages_host=options.pages_host,
                root_files=root_files(dist),
            ),
            after=[config],
        ).resource
        """The CloudFront distribution."""
        AccessLogs(
            self,
            "access-logs",
            name=options.name,
            distribution_arn=self.distribution.arn,
            bucket_arn=options.log_bucket_arn,
            provider=us_east_1,
        )
        for host, label in zip(names, ("apex", "www"), strict=True):
            for kind in ("A", "AAAA"):
                self._alias(f"{label}-{kind.lower()}", zone_id=options.zone_id, host=host, kind=kind)

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
                # Route 53 does not evaluate the health of CloudFront distributions.
                "evaluate_target_health": False,
            },
        )
