"""Resources that exist once: zone, user pool with its cleaner, base tables, CloudFront's certificate."""

from cdktf_cdktf_provider_aws.route53_zone import Route53Zone
from constructs import Construct

from modules.accounts import Accounts, UserPool
from modules.blog import DatabaseSecret, GlobalDatabase
from modules.certificate import Certificate
from modules.function import Platform
from modules.identity import Identity, IdentityOptions, SesSender
from modules.observability import AccountBudget
from modules.support.stack_files import stack_folder
from modules.support.suppression import DECIDED_BY_DOMAIN_OWNER, FEW_ADDRESSES, suppress
from modules.tables import BaseTables
from stacks.base_stack import ARCHIVES, BaseStack, aws_provider
from stacks.settings import Settings


class GlobalStack(BaseStack):
    """`<name>-global`, in the first region; CloudFront's certificate is in us-east-1."""

    def __init__(self, scope: Construct, id: str, *, settings: Settings) -> None:
        super().__init__(scope, id, settings=settings, region=settings.primary)
        us_east_1 = aws_provider(self, settings, "us-east-1", alias="us-east-1")

        zone = Route53Zone(self, "zone", name=settings.domain, force_destroy=not settings.protected)
        suppress(zone, {"CKV2_AWS_38": DECIDED_BY_DOMAIN_OWNER, "CKV2_AWS_39": FEW_ADDRESSES})
        self.zone_id: str = zone.zone_id
        certificate = Certificate(self, "certificate", domain=settings.domain, provider=us_east_1)
        self.certificate_arn = certificate.arn
        """CloudFront's. ACM issues it once the domain is delegated to the zone and has the validation record."""

        identity = Identity(
            self,
            "identity",
            name=settings.name,
            protected=settings.protected,
            options=IdentityOptions(sender=_sender(settings), tier=settings.identity.tier),
        )
        self.user_pool_arn = identity.pool_arn
        self.user_pool_id = identity.pool_id
        self.user_pool_client_id = identity.client_id
        self.tables = BaseTables(self, "tables", name=settings.name, protected=settings.protected)
        self.accounts = self._accounts()

        if settings.budget.usd_a_month:
            AccountBudget(
                self,
                "budget",
                name=settings.name,
                usd_a_month=settings.budget.usd_a_month,
                emails=settings.observability.emails,
            )
        self.blog_database = self._blog_database() if settings.features.blog else None
        self._finish(zone)

    def _accounts(self) -> Accounts:
        """Add the function that deletes accounts: only this region has the user pool."""
        settings = self.settings
        return Accounts(
            self,
            "account-deletion",
            platform=Platform(
                name=settings.name,
                region=settings.primary,
                archives=ARCHIVES,
                folder=stack_folder(self),
                runtime=settings.compute.runtime,
                architecture=settings.compute.architecture,
                log_retention_days=settings.log_retention_days,
            ),
            orders=self.tables["orders"],
            user_pool=UserPool(id=self.user_pool_id, arn=self.user_pool_arn),
        )

    def _blog_database(self) -> GlobalDatabase:
        settings = self.settings
        secret = DatabaseSecret(
            self,
            "blog-secret",
            name=settings.name,
            version=settings.blog.secret_version,
            replica_regions=settings.regions[1:],
            protected=settings.protected,
        )
        return GlobalDatabase(
            self, "blog-database", name=settings.name, secret=secret, protected=settings.protected
        )

    def _finish(self, zone: Route53Zone) -> None:
        domain = self.settings.domain
        outputs: dict[str, object] = {
            "zone_id": self.zone_id,
            "delegation": {"name": domain, "type": "NS", "values": zone.name_servers},
            "user_pool_id": self.user_pool_id,
            "user_pool_client_id": self.user_pool_client_id,
            "user_pool_region": self.settings.primary,
        }
        if self.blog_database:
            outputs["blog_global_cluster"] = self.blog_database.id
        self.finish(
            outputs,
            descriptions={
                "delegation": f"The record to create in the zone above {domain}. ACM issues no certificate before."
            },
        )


def _sender(settings: Settings) -> SesSender | None:
    email = settings.email
    return SesSender(email.sender, email.identity) if email.sender and email.identity else None
