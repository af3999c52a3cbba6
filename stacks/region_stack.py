"""What every region has. No region is special here but by being the one that holds the base tables."""

from collections.abc import Mapping
from pathlib import Path

from cdktf import TerraformStack
from constructs import Construct

from modules.api import Api, ApiOptions, Hosts, read_contract
from modules.bestsellers import Bestsellers, BestsellersOptions
from modules.blog import Blog, BlogHosts, BlogOptions, Capacity, GlobalDatabase
from modules.cache import CacheOptions
from modules.certificate import Certificate, IssuedCertificate
from modules.function import Code, Function, FunctionOptions, Platform
from modules.network import Network, NetworkOptions
from modules.storefront import WebBucket
from modules.support.stack_files import Archives, stack_folder
from modules.tables import RegionTables, TableReplicas
from stacks.aws import aws_provider
from stacks.emulator_drift import overlook_emulator_drift
from stacks.firewalls import guard_region
from stacks.global_stack import GlobalStack
from stacks.monitoring import watch_region
from stacks.outputs import publish
from stacks.permissions_boundary import bound_roles
from stacks.settings import Settings
from stacks.state_backend import keep_state

_ROOT = Path(__file__).parent.parent
CONTRACT = _ROOT / "api" / "openapi.yaml"
ARCHIVES = Archives(_ROOT / "lambda_src")
"""Shared by all regions: they run the same bytes."""


class RegionStack(TerraformStack):
    """`<name>-<region>`: all that a region needs to serve, so that no request has to leave it."""

    def __init__(
        self, scope: Construct, id: str, *, settings: Settings, region: str, global_stack: GlobalStack
    ) -> None:
        super().__init__(scope, id)
        self.region = region
        self._settings = settings
        self._global = global_stack
        keep_state(self, settings, region)
        aws_provider(self, settings, region)

        self.tables = self._tables()
        self.network = Network(
            self,
            "network",
            name=settings.name,
            region=region,
            options=NetworkOptions(log_retention_days=settings.log_retention_days),
        )
        self.platform = Platform(
            name=settings.name,
            region=region,
            archives=ARCHIVES,
            folder=stack_folder(self),
            runtime=settings.compute.runtime,
            architecture=settings.compute.architecture,
            log_retention_days=settings.log_retention_days,
        )
        self.bestsellers = Bestsellers(
            self,
            "bestsellers",
            platform=self.platform,
            network=self.network,
            tables=self.tables,
            options=BestsellersOptions(
                cache=CacheOptions(mode=settings.cache.mode),
                redis_url=settings.local.redis.get(region) if settings.local else None,
            ),
        )
        self.functions = self._functions()
        asked = Certificate(self, "certificate", domain=settings.domain)
        self.certificate_arn = asked.arn
        self._certificate = IssuedCertificate(self, "issued-certificate", certificate_arn=asked.arn)
        self.firewall = guard_region(self, settings)
        self.api = self._api()
        self.web_bucket = self._web_bucket()
        self.blog = self._blog(global_stack.blog_database) if global_stack.blog_database else None
        if settings.features.alarms:
            watch_region(self, settings)
        self._outputs()
        bound_roles(self, settings.permissions_boundary)
        if settings.local:
            overlook_emulator_drift(self)

    def _tables(self) -> RegionTables:
        base = self._global.tables
        replicas = None
        if self.region != self._settings.primary:
            protected = self._settings.local is None
            replicas = TableReplicas(self, "replicas", base_arns=base.arns, protected=protected)
        return RegionTables(self, "tables", names=base.names, replicas=replicas)

    def _functions(self) -> Mapping[str, Function]:
        """The functions that the contract names, by the names it uses."""
        books, cart, orders = self.tables["books"], self.tables["cart"], self.tables["orders"]
        catalog = self._function("catalog", "Answers /books and /categories", books.environment)
        books.grant_read(catalog.permissions)

        shoppers = {"USER_POOL_CLIENT_ID": self._global.user_pool_client_id}
        carts = self._function("cart", "Answers /cart", {**books.environment, **cart.environment, **shoppers})
        books.grant_read(carts.permissions)
        cart.grant_read_write(carts.permissions)

        everything = {**books.environment, **cart.environment, **orders.environment}
        order = self._function("orders", "Answers /orders", {**everything, **shoppers})
        books.grant_read(order.permissions)
        cart.grant_read_write(order.permissions)
        orders.grant_read_write(order.permissions)

        health = self._function("health", "Answers /health and /region", everything)
        for table in (books, cart, orders):
            table.grant_read(health.permissions)
        return {
            "catalog": catalog,
            "cart": carts,
            "orders": order,
            "health": health,
            "bestsellers": self.bestsellers.bestsellers,
        }

    def _function(self, domain: str, description: str, environment: Mapping[str, str]) -> Function:
        return Function(
            self,
            domain,
            platform=self.platform,
            code=Code(domain),
            options=FunctionOptions(description=description, environment=environment),
        )

    def _api(self) -> Api:
        settings = self._settings
        return Api(
            self,
            "api",
            contract=read_contract(CONTRACT),
            functions=self.functions,
            hosts=Hosts(
                shared=f"api.{settings.domain}",
                regional=f"api-{self.region}.{settings.domain}",
                certificate_arn=self._certificate.arn,
            ),
            options=ApiOptions(
                name=settings.name,
                region=self.region,
                user_pool_arn=self._global.user_pool_arn,
                firewall=self.firewall,
                log_retention_days=settings.log_retention_days,
            ),
        )

    def _web_bucket(self) -> WebBucket | None:
        if not self._settings.features.storefront:
            return None
        name = f"{self._settings.name}-web-{self.region}"
        return WebBucket(self, "web-bucket", name=name, disposable=self._settings.local is not None)

    def _blog(self, database: GlobalDatabase) -> Blog:
        settings = self._settings
        chosen = settings.blog
        return Blog(
            self,
            "blog",
            network=self.network,
            database=database,
            hosts=BlogHosts(
                shared=f"blog.{settings.domain}",
                regional=f"blog-{self.region}.{settings.domain}",
                shop=settings.domain,
                certificate_arn=self._certificate.arn,
            ),
            options=BlogOptions(
                name=settings.name,
                region=self.region,
                primary=self.region == settings.primary,
                firewall=self.firewall,
                image_tag=chosen.image_tag,
                admin_addresses=tuple(map(str, chosen.admin_addresses)),
                capacity=Capacity(minimum=chosen.database_minimum, maximum=chosen.database_maximum),
                tasks=chosen.tasks,
                most_tasks=chosen.most_tasks,
                nat=chosen.nat,
                # Nothing on one machine plays Application Auto Scaling while the shop is up.
                scaling=settings.local is None,
                protected=settings.local is None,
                log_retention_days=settings.log_retention_days,
            ),
        )

    def _outputs(self) -> None:
        functions = [*self.functions.values(), self.bestsellers.feeder, self.bestsellers.rebuild]
        prefix = f"{self._settings.name}-"
        outputs: dict[str, object] = {
            "region": self.region,
            "api_id": self.api.api_id,
            "api_stage": self.api.stage_name,
            "api_domain": self.api.regional_domain.name,
            "tables": dict(self.tables.names),
            "functions": {each.name.removeprefix(prefix): each.name for each in functions},
            "feeder_dead_letter_queue_url": self.bestsellers.dead_letters.url,
        }
        if self.web_bucket:
            outputs["web_bucket"] = self.web_bucket.name
        if self.blog:
            outputs["blog_cluster_arn"] = self.blog.database.cluster_arn
            outputs["blog_repository"] = self.blog.image.url
            outputs["blog_service"] = self.blog.service.name
        publish(self, outputs)
