"""What exists once: the zone, the user pool, the base tables, CloudFront's certificate and the bucket of its log."""

from cdktf import TerraformProvider, TerraformStack
from cdktf_cdktf_provider_aws.route53_zone import Route53Zone
from constructs import Construct

from modules.blog import DatabaseSecret, GlobalDatabase
from modules.certificate import Certificate
from modules.identity import Identity, IdentityOptions, SesSender
from modules.storefront import LogBucket
from modules.support.suppression import DECIDED_BY_DOMAIN_OWNER, LOGGED_ELSEWHERE, suppress
from modules.tables import BaseTables
from stacks.aws import aws_provider
from stacks.emulator_drift import overlook_emulator_drift
from stacks.outputs import publish
from stacks.settings import Settings
from stacks.state_backend import keep_state


class GlobalStack(TerraformStack):
    """`<name>-global`, in the first region; in us-east-1 what CloudFront looks for there alone."""

    def __init__(self, scope: Construct, id: str, *, settings: Settings) -> None:
        super().__init__(scope, id)
        protected = settings.local is None
        keep_state(self, settings, settings.primary)
        aws_provider(self, settings, settings.primary)
        us_east_1 = aws_provider(self, settings, "us-east-1", alias="us-east-1")

        zone = Route53Zone(self, "zone", name=settings.domain, force_destroy=not protected)
        suppress(zone, {"CKV2_AWS_38": DECIDED_BY_DOMAIN_OWNER, "CKV2_AWS_39": LOGGED_ELSEWHERE})
        self.zone_id: str = zone.zone_id
        certificate = Certificate(self, "certificate", domain=settings.domain, provider=us_east_1)
        certificate.create_validation_record(self.zone_id)
        self.certificate_arn = certificate.arn
        """CloudFront's; asked for here, issued once the domain is delegated to the zone."""

        identity = Identity(
            self,
            "identity",
            name=settings.name,
            protected=protected,
            options=IdentityOptions(sender=_sender(settings)),
        )
        self.user_pool_arn = identity.pool_arn
        self.user_pool_id = identity.pool_id
        self.user_pool_client_id = identity.client_id
        self.tables = BaseTables(self, "tables", name=settings.name, protected=protected)

        self.log_bucket = self._log_bucket(settings, us_east_1) if settings.features.storefront else None
        self.blog_database = self._blog_database(settings) if settings.features.blog else None

        publish(
            self,
            {
                "zone_id": self.zone_id,
                "delegation": {"name": settings.domain, "type": "NS", "values": zone.name_servers},
                "user_pool_id": self.user_pool_id,
                "user_pool_client_id": self.user_pool_client_id,
                "user_pool_region": settings.primary,
                **({"blog_global_cluster": self.blog_database.id} if self.blog_database else {}),
            },
            described={
                "delegation": f"The record to create in the zone above {settings.domain}, wherever that is kept: "
                "no certificate is issued before"
            },
        )
        if settings.local:
            overlook_emulator_drift(self)

    def _log_bucket(self, settings: Settings, us_east_1: TerraformProvider) -> LogBucket:
        return LogBucket(
            self,
            "log-bucket",
            name=settings.name,
            retention_days=settings.log_retention_days,
            disposable=settings.local is not None,
            provider=us_east_1,
        )

    def _blog_database(self, settings: Settings) -> GlobalDatabase:
        protected = settings.local is None
        secret = DatabaseSecret(
            self,
            "blog-secret",
            name=settings.name,
            version=settings.blog.secret_version,
            replica_regions=settings.regions[1:],
            protected=protected,
        )
        return GlobalDatabase(self, "blog-database", name=settings.name, secret=secret, protected=protected)


def _sender(settings: Settings) -> SesSender | None:
    email = settings.email
    return SesSender(email.sender, email.identity) if email.sender and email.identity else None
