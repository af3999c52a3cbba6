"""What needs all regions: who may take traffic, which region answers whom, and the storefront."""

from collections.abc import Mapping
from pathlib import Path

from cdktf import TerraformOutput, TerraformProvider, TerraformStack
from cdktf_cdktf_provider_aws.cloudfront_distribution import CloudfrontDistribution
from constructs import Construct

from modules.blog import BlogEndpoint, BlogRouting, BlogRoutingOptions
from modules.certificate import IssuedCertificate
from modules.routing import RegionEndpoint, Routing, RoutingPolicy
from modules.storefront import RegionBucket, Site, Storefront, StorefrontOptions, WebReplication
from stacks.aws import aws_provider
from stacks.emulator_drift import overlook_emulator_drift
from stacks.firewalls import guard_storefront
from stacks.global_stack import GlobalStack
from stacks.monitoring import watch_fleet
from stacks.permissions_boundary import bound_roles
from stacks.region_stack import RegionStack
from stacks.settings import Settings
from stacks.state_backend import keep_state


class EdgeStack(TerraformStack):
    """`<name>-edge`, in the first region, with a second provider for what AWS keeps in us-east-1 alone."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: Settings,
        global_stack: GlobalStack,
        regions: Mapping[str, RegionStack],
        web_dist: Path,
    ) -> None:
        """Raises FileNotFoundError when the storefront is wanted and `web_dist` holds no build of it."""
        super().__init__(scope, id)
        self._settings = settings
        self._global = global_stack
        self.regions = regions
        keep_state(self, settings, settings.primary)
        aws_provider(self, settings, settings.primary)
        us_east_1 = aws_provider(self, settings, "us-east-1", alias="us-east-1")

        self.routing = self._routing()
        if settings.features.alarms:
            watch_fleet(self, settings, us_east_1, certificate_arn=global_stack.certificate_arn)
        if global_stack.log_bucket:
            distribution = self._storefront(web_dist, global_stack.log_bucket.arn, us_east_1)
            if settings.features.delivery:
                from stacks.pipeline import deliver  # what it is made of takes long to import

                deliver(self, settings, distribution)

        if settings.features.blog:
            self._blog()

        health = self.routing.health.items()
        self._output("health_checks", {region: checks.record.id for region, checks in health})
        self._output("endpoint_checks", {region: checks.endpoint.id for region, checks in health})
        self._output("api_domain", f"api.{settings.domain}")
        bound_roles(self, settings.permissions_boundary)
        if settings.local:
            overlook_emulator_drift(self)

    def _routing(self) -> Routing:
        chosen = self._settings.routing
        return Routing(
            self,
            "routing",
            name=self._settings.name,
            zone_id=self._global.zone_id,
            endpoints=[
                RegionEndpoint(name, own=region.api.regional_domain, shared=region.api.shared_domain)
                for name, region in self.regions.items()
            ],
            policy=RoutingPolicy(
                kind=chosen.policy,
                interval=chosen.health_check_interval,
                threshold=chosen.health_check_threshold,
            ),
        )

    def _storefront(
        self, web_dist: Path, log_bucket_arn: str, us_east_1: TerraformProvider
    ) -> CloudfrontDistribution:
        settings = self._settings
        certificate = IssuedCertificate(
            self, "certificate", certificate_arn=self._global.certificate_arn, provider=us_east_1
        )
        firewall = guard_storefront(self, settings, us_east_1)
        storefront = Storefront(
            self,
            "storefront",
            buckets=[
                RegionBucket(name, region.web_bucket.name)
                for name, region in self.regions.items()
                if region.web_bucket
            ],
            site=self._site(),
            dist=web_dist,
            options=StorefrontOptions(
                name=settings.name,
                domain=settings.domain,
                zone_id=self._global.zone_id,
                certificate_arn=certificate.arn,
                log_bucket_arn=log_bucket_arn,
                web_acl_arn=firewall.arn if firewall else None,
                # The emulator's distribution is there at once, but the provider looks only every half minute.
                wait_for_deployment=settings.local is None,
                blog_host=f"blog.{settings.domain}" if settings.features.blog else None,
            ),
            us_east_1=us_east_1,
        )
        self._output("distribution_id", storefront.distribution.id)
        self._output("distribution_domain_name", storefront.distribution.domain_name)
        return storefront.distribution

    def _blog(self) -> None:
        blogs = {name: region.blog for name, region in self.regions.items() if region.blog}
        host = f"blog.{self._settings.domain}"
        routing = BlogRouting(
            self,
            "blog",
            name=self._settings.name,
            zone_id=self._global.zone_id,
            endpoints=[
                BlogEndpoint(name, blog.host, blog.balancer.dns_name, blog.balancer.zone_id)
                for name, blog in blogs.items()
            ],
            options=BlogRoutingOptions(
                host=host,
                interval=self._settings.routing.health_check_interval,
                threshold=self._settings.routing.health_check_threshold,
            ),
        )
        buckets = [RegionBucket(name, blog.uploads.name) for name, blog in blogs.items()]
        if len(buckets) > 1:
            WebReplication(
                self, "blog-media", name=f"{self._settings.name}-blog", source=buckets[0], targets=buckets[1:]
            )
        self._output("blog_domain", host)
        self._output("blog_health_checks", {name: check.id for name, check in routing.checks.items()})

    def _site(self) -> Site:
        """Addresses derived from the domain, where the settings name no others."""
        settings, local = self._settings, self._settings.local
        own = dict(local.regions) if local else {}
        return Site(
            api=(local and local.api) or f"https://api.{settings.domain}/v1",
            regions={
                name: own[name].api if name in own else f"https://api-{name}.{settings.domain}/v1"
                for name in settings.regions
            },
            user_pool_region=settings.primary,
            user_pool_id=self._global.user_pool_id,
            user_pool_client_id=self._global.user_pool_client_id,
            cognito_endpoint=local.cognito_endpoint if local else None,
            # On the storefront's own address: CloudFront keeps posts, and answers for a blog that is away.
            blog="" if settings.features.blog else None,
        )

    def _output(self, name: str, value: object) -> None:
        TerraformOutput(self, name, value=value)
