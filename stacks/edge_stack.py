"""Resources that need every region: health checks, DNS records, and the storefront."""

from collections.abc import Mapping
from pathlib import Path

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.cloudfront_distribution import CloudfrontDistribution
from constructs import Construct

from modules.certificate import IssuedCertificate
from modules.delivery import Site as DeliverySite
from modules.routing import RegionEndpoint, Routing, RoutingPolicy
from modules.storefront import RegionBucket, Site, Storefront, StorefrontOptions, WebBucket
from stacks.base_stack import BaseStack, aws_provider
from stacks.common_stack import CommonStack
from stacks.dns_stack import DnsStack
from stacks.firewalls import storefront_firewall
from stacks.global_stack import GlobalStack
from stacks.monitoring import FleetResources, monitor_fleet
from stacks.pipeline import add_pipeline
from stacks.region_stack import RegionStack
from stacks.settings import Settings


class EdgeStack(BaseStack):
    """`<name>-edge`, in the first region, with a second provider for services that are in us-east-1 only."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: Settings,
        global_stack: GlobalStack,
        dns_stack: DnsStack,
        commons: Mapping[str, CommonStack],
        regions: Mapping[str, RegionStack],
        log_bucket_arn: str | None,
        web_dist: Path,
    ) -> None:
        """`log_bucket_arn` enables the storefront.

        Raises FileNotFoundError when it is enabled and `web_dist` holds no build of it.
        """
        super().__init__(scope, id, settings=settings, region=settings.primary)
        self._global = global_stack
        self._dns = dns_stack
        self._regions = regions
        self._outputs: dict[str, object] = {}
        us_east_1 = aws_provider(self, settings, "us-east-1", alias="us-east-1")

        self.routing = self._routing()
        firewall = commons[settings.primary].firewall
        if firewall:
            firewall.protect(self, "sign-in", global_stack.user_pool_arn)
        if settings.features.alarms:
            self._monitor(us_east_1)
        if log_bucket_arn:
            distribution = self._storefront(web_dist, log_bucket_arn, us_east_1)
            bucket = regions[settings.primary].web_bucket
            if settings.features.delivery and bucket:
                self._pipeline(bucket, distribution)

        health = self.routing.health.items()
        self._outputs["health_checks"] = {region: checks.record.id for region, checks in health}
        self._outputs["endpoint_checks"] = {region: checks.endpoint.id for region, checks in health}
        self._outputs["api_domain"] = settings.api_host()
        self.finish(self._outputs)

    def _monitor(self, us_east_1: TerraformProvider) -> None:
        storefront = self.settings.features.storefront
        resources = FleetResources(
            health=self.routing.health,
            dashboard=self._regions[self.settings.primary].dashboard_metrics,
            certificate_arn=self._dns.certificate_arn if storefront else None,
        )
        monitor_fleet(self, self.settings, us_east_1, resources)

    def _pipeline(self, bucket: WebBucket, distribution: CloudfrontDistribution) -> None:
        site = DeliverySite(
            bucket=bucket.name,
            bucket_arn=bucket.arn,
            distribution_id=distribution.id,
            distribution_arn=distribution.arn,
        )
        add_pipeline(self, self.settings, site)

    def _routing(self) -> Routing:
        chosen = self.settings.routing
        return Routing(
            self,
            "routing",
            name=self.settings.name,
            zone_id=self._dns.zone_id,
            endpoints=[
                RegionEndpoint(name, own=region.api.regional_domain, shared=region.api.shared_domain)
                for name, region in self._regions.items()
            ],
            policy=RoutingPolicy(
                kind=chosen.policy,
                interval=chosen.health_check_interval,
                threshold=chosen.health_check_threshold,
                checker_regions=self.settings.health_checker_regions,
            ),
        )

    def _storefront(
        self, web_dist: Path, log_bucket_arn: str, us_east_1: TerraformProvider
    ) -> CloudfrontDistribution:
        settings = self.settings
        certificate = IssuedCertificate(
            self, "certificate", certificate_arn=self._dns.certificate_arn, provider=us_east_1
        )
        firewall = storefront_firewall(self, settings, us_east_1)
        storefront = Storefront(
            self,
            "storefront",
            buckets=[
                RegionBucket(name, region.web_bucket.name)
                for name, region in self._regions.items()
                if region.web_bucket
            ],
            site=self._site(),
            dist=web_dist,
            options=StorefrontOptions(
                name=settings.name,
                domain=settings.domain,
                zone_id=self._dns.zone_id,
                certificate_arn=certificate.arn,
                log_bucket_arn=log_bucket_arn,
                web_acl_arn=firewall.arn if firewall else None,
                managed_rules=settings.features.waf,
                wait_for_deployment=settings.waits_for_distribution,
                blog_host=settings.blog_host() if settings.features.blog else None,
                pages_host=settings.api_host(),
            ),
            us_east_1=us_east_1,
        )
        self._outputs["distribution_id"] = storefront.distribution.id
        self._outputs["distribution_domain_name"] = storefront.distribution.domain_name
        return storefront.distribution

    def _site(self) -> Site:
        settings = self.settings
        return Site(
            api=settings.api_url(),
            regions={region: settings.api_url(region) for region in settings.regions},
            user_pool_region=settings.primary,
            user_pool_id=self._global.user_pool_id,
            user_pool_client_id=self._global.user_pool_client_id,
            cognito_endpoint=settings.cognito_endpoint,
            # The storefront's own address: CloudFront caches posts, and serves them while the blog does not answer.
            blog="" if settings.features.blog else None,
            links=settings.site_links,
            sign_up_code=settings.sign_up_code,
        )
