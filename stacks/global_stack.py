"""Resources that exist once and that every region needs: user pool, base tables, the blog's global database."""

from constructs import Construct

from modules.blog import DatabaseSecret, GlobalDatabase
from modules.identity import Identity, IdentityOptions, SesSender
from modules.observability import AccountBudget
from modules.tables import BaseTables
from stacks.base_stack import BaseStack
from stacks.settings import Settings


class GlobalStack(BaseStack):
    """`<name>-global`, in the first region. Every region waits for it: it has nothing that AWS creates slowly."""

    def __init__(self, scope: Construct, id: str, *, settings: Settings) -> None:
        super().__init__(scope, id, settings=settings, region=settings.primary)
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

        if settings.budget.usd_a_month:
            AccountBudget(
                self,
                "budget",
                name=settings.name,
                usd_a_month=settings.budget.usd_a_month,
                emails=settings.observability.emails,
            )
        self.blog_database = self._blog_database() if settings.features.blog else None
        outputs: dict[str, object] = {
            "user_pool_id": self.user_pool_id,
            "user_pool_client_id": self.user_pool_client_id,
            "user_pool_region": settings.primary,
        }
        if self.blog_database:
            outputs["blog_global_cluster"] = self.blog_database.id
        self.finish(outputs)

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


def _sender(settings: Settings) -> SesSender | None:
    email = settings.email
    return SesSender(email.sender, email.identity) if email.sender and email.identity else None
