"""The resources of one region. All regions are instances of one class; only the first has no table replicas."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from constructs import Construct

from modules.accounts import Accounts, UserPool
from modules.api import Api, ApiOptions, Hosts, read_contract
from modules.bestsellers import Bestsellers, BestsellersOptions
from modules.cache import CacheOptions
from modules.canary import Canary, CanaryOptions
from modules.certificate import IssuedCertificate
from modules.code_bucket import CodeBucket
from modules.function import Code, Function, FunctionOptions, Platform
from modules.network import DynamoDbEndpoint
from modules.observability import DashboardMetrics, RegionAlarms, RegionMetrics
from modules.replication_pause import ReplicationPause
from modules.search import Search, SearchOptions
from modules.stock import Stock
from modules.storefront import WebBucket, WebFiles, put_empty_list
from modules.support.stack_files import stack_folder
from modules.tables import TABLES, RegionTables, TableReplicas
from stacks.base_stack import ARCHIVES, BaseStack
from stacks.common_stack import CommonStack
from stacks.global_stack import GlobalStack
from stacks.monitoring import monitor_region
from stacks.settings import Settings

_ROOT = Path(__file__).parent.parent
CONTRACT = _ROOT / "api" / "openapi.yaml"
FUNCTION_ALIAS = "live"
"""The alias that callers invoke, with `features.canary`."""
_SHELVES = ("category-rating", "listing-rating")
"""Indexes of the books table."""
_READ_STOCK = ("BatchGetItem", "GetItem")


class RegionStack(BaseStack):
    """`<name>-<region>`: with the common stack, everything that a region needs to serve requests by itself."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: Settings,
        region: str,
        global_stack: GlobalStack,
        common_stack: CommonStack,
        web_dist: Path,
    ) -> None:
        """Raises FileNotFoundError when the storefront is enabled and `web_dist` holds no build of it."""
        super().__init__(scope, id, settings=settings, region=region)
        self._global = global_stack
        self._common = common_stack
        self.tables = self._tables()
        self.platform = Platform(
            name=settings.name,
            region=region,
            archives=ARCHIVES,
            folder=stack_folder(self),
            runtime=settings.compute.runtime,
            architecture=settings.compute.architecture,
            log_retention_days=settings.log_retention_days,
            code_bucket=CodeBucket(
                self, "code", name=f"{settings.name}-code-{region}", disposable=not settings.protected
            ),
            alias=FUNCTION_ALIAS if settings.has_canary else None,
        )
        self.bestsellers = Bestsellers(
            self,
            "bestsellers",
            platform=self.platform,
            network=common_stack.network,
            dynamodb=DynamoDbEndpoint(
                self, "dynamodb", name=settings.name, region=region, network=common_stack.network
            ),
            tables=self.tables,
            options=BestsellersOptions(
                cache=CacheOptions(mode=settings.cache.mode), redis_url=settings.redis_url(region)
            ),
        )
        self.search = Search(
            self,
            "search",
            platform=self.platform,
            tables=self.tables,
            options=SearchOptions(storefront_url=settings.storefront_url),
        )
        self.web_bucket = self._web_bucket(web_dist)
        self.stock = Stock(self, "stock", platform=self.platform, tables=self.tables)
        self.functions = self._functions()
        self.accounts = self._accounts() if region == settings.primary else None
        """The function that deletes accounts, in the region of the user pool."""
        self.api = self._api()
        self.replication_pause: ReplicationPause | None = None
        """Experiment that pauses this region's replication; None without `features.fault_injection`."""
        if common_stack.alarm_topic_arn:
            alarms = monitor_region(self, settings, region, self._metrics(), common_stack.alarm_topic_arn)
            if settings.has_canary:
                self._canary(alarms)
            self.replication_pause = self._replication_pause(alarms.errors_arn)
        self.finish(self._outputs())

    @property
    def dashboard_metrics(self) -> DashboardMetrics:
        """The names of the metrics that the dashboard shows. They are the same in every region."""
        return DashboardMetrics(
            stage=self.api.stage,
            tables=self._table_names,
            feeder=self.bestsellers.feeder.name,
            cache=self.bestsellers.cache_name,
            cache_mode=self.settings.cache.mode,
        )

    @property
    def _table_names(self) -> Mapping[str, str]:
        return {short: f"{self.settings.name}-{short}" for short in self.tables.names}

    def _replication_pause(self, stop_alarm_arn: str) -> ReplicationPause | None:
        settings = self.settings
        if not settings.features.fault_injection or len(settings.regions) == 1:
            return None
        return ReplicationPause(
            self,
            "replication-pause",
            name=settings.name,
            region=self.region,
            table_arns=[self.tables[short].arn for short in self.tables.names],
            stop_alarm_arn=stop_alarm_arn,
        )

    def _metrics(self) -> RegionMetrics:
        bestsellers, accounts = self.bestsellers, self.accounts
        return RegionMetrics(
            api=self.settings.name,
            stage=self.api.stage,
            functions={short: function.name for short, function in self.functions.items()},
            workers={
                "bestsellers-feeder": bestsellers.feeder.name,
                "bestsellers-rebuild": bestsellers.rebuild.name,
                "search-builder": self.search.builder.name,
                "stock": self.stock.function.name,
                **({"accounts-cleaner": accounts.cleaner.name} if accounts else {}),
            },
            stream_readers={
                "bestsellers-feeder": bestsellers.feeder.name,
                "search-builder": self.search.builder.name,
                "stock": self.stock.function.name,
            },
            dead_letters={
                "bestsellers": bestsellers.dead_letters.name,
                "search": self.search.dead_letters.name,
                "stock": self.stock.dead_letters.name,
                **({"accounts": accounts.dead_letters.name} if accounts else {}),
            },
            tables=self._table_names,
            cache=bestsellers.cache_name,
            cache_mode=self.settings.cache.mode,
            cache_largest_gb=bestsellers.cache_options.largest_gb,
            throttled_namespace=self.api.throttled_namespace,
            replicated=len(self.settings.regions) > 1,
            account_concurrency=self.settings.compute.account_concurrency,
            canary=self.settings.has_canary,
            certificate_arn=self._common.certificate_arn,
            user_pool=self._global.user_pool_id,
            user_pool_client=self._global.user_pool_client_id,
            indexes={spec.name: [index.name for index in spec.global_indexes] for spec in TABLES},
        )

    def _tables(self) -> RegionTables:
        base = self._global.tables
        replicas = None
        if self.region != self.settings.primary:
            replicas = TableReplicas(self, "replicas", base_arns=base.arns, protected=self.settings.protected)
        return RegionTables(self, "tables", names=base.names, replicas=replicas)

    def _functions(self) -> Mapping[str, Function]:
        """Add the functions of the API, by the names that the contract uses."""
        books, cart, orders = self.tables["books"], self.tables["cart"], self.tables["orders"]
        stock = self.tables["stock"]
        stocked = {**books.environment, **stock.environment}
        catalog = self._function("catalog", "Answers /books and /categories", stocked)
        books.grant(catalog.permissions, "BatchGetItem", "GetItem", indexes=_SHELVES)
        stock.grant(catalog.permissions, *_READ_STOCK)

        shoppers = {"USER_POOL_CLIENT_ID": self._global.user_pool_client_id}
        carts = self._function("cart", "Answers /cart", {**stocked, **cart.environment, **shoppers})
        books.grant(carts.permissions, "BatchGetItem")
        stock.grant(carts.permissions, *_READ_STOCK)
        cart.grant(carts.permissions, "BatchGetItem", "DeleteItem", "PutItem", "Query")

        everything = {**books.environment, **cart.environment, **orders.environment}
        limits = {
            "CANCEL_MINUTES": str(self.settings.orders.cancel_minutes),
            "ORDERS_PER_HOUR": str(self.settings.orders.per_hour),
        }
        order = self._function("orders", "Answers /orders", {**everything, **stocked, **shoppers, **limits})
        books.grant(order.permissions, "BatchGetItem")
        cart.grant(order.permissions, "BatchGetItem", "DeleteItem", "PutItem", "Query", "UpdateItem")
        orders.grant(order.permissions, "BatchGetItem", "PutItem", "Query", indexes=("customer-createdAt",))
        stock.grant(order.permissions, *_READ_STOCK, "UpdateItem")

        accounts = self._function(
            "accounts", "Answers /account", {**cart.environment, **orders.environment, **shoppers}
        )
        cart.grant(accounts.permissions, "BatchGetItem", "PutItem", "Query")
        orders.grant(accounts.permissions, "GetItem", "PutItem", "Query")

        health = self._function(
            "health",
            "Answers /health and /region",
            {**everything, **self.search.environment},
            reserved_concurrency=self.settings.compute.health_concurrency or None,
        )
        for table in (books, cart, orders):
            table.grant(health.permissions, "GetItem")
        self.search.grant_read(health.permissions)
        orders.grant_write_probe(health.permissions, key="_health")
        return {
            "catalog": catalog,
            "cart": carts,
            "orders": order,
            "accounts": accounts,
            "health": health,
            "bestsellers": self.bestsellers.bestsellers,
            "search": self.search.search,
            "pages": self._pages(),
        }

    def _accounts(self) -> Accounts:
        return Accounts(
            self,
            "account-deletion",
            # A canary shifts the requests of functions that every region has.
            platform=replace(self.platform, alias=None),
            orders=self.tables["orders"],
            user_pool=UserPool(id=self._global.user_pool_id, arn=self._global.user_pool_arn),
        )

    def _pages(self) -> Function:
        """Add the function that writes the storefront's pages. Without a storefront it answers 404."""
        bucket = {"WEB_BUCKET": self.web_bucket.name} if self.web_bucket else {}
        books, stock = self.tables["books"], self.tables["stock"]
        environment = {
            **books.environment,
            **stock.environment,
            **bucket,
            "STOREFRONT_URL": self.settings.storefront_url,
            "API_URL": self.settings.api_url(),
        }
        pages = self._function("pages", "Answers /pages/index.html", environment)
        books.grant(pages.permissions, "BatchGetItem", "GetItem", indexes=_SHELVES)
        stock.grant(pages.permissions, *_READ_STOCK)
        if self.web_bucket:
            self.web_bucket.grant_read_page(pages.permissions)
        return pages

    def _function(
        self,
        domain: str,
        description: str,
        environment: Mapping[str, str],
        reserved_concurrency: int | None = None,
    ) -> Function:
        return Function(
            self,
            domain,
            platform=self.platform,
            code=Code(domain),
            options=FunctionOptions(
                description=description,
                environment=environment,
                reserved_concurrency=reserved_concurrency,
            ),
        )

    def _api(self) -> Api:
        settings = self.settings
        certificate = IssuedCertificate(
            self, "issued-certificate", certificate_arn=self._common.certificate_arn
        )
        return Api(
            self,
            "api",
            contract=read_contract(CONTRACT),
            functions=self.functions,
            hosts=Hosts(
                shared=settings.api_host(),
                regional=settings.api_host(self.region),
                certificate_arn=certificate.arn,
            ),
            options=ApiOptions(
                name=settings.name,
                region=self.region,
                user_pool_arn=self._global.user_pool_arn,
                firewall=self._common.firewall,
                log_retention_days=settings.log_retention_days,
            ),
        )

    def _web_bucket(self, web_dist: Path) -> WebBucket | None:
        settings = self.settings
        if not settings.features.storefront:
            return None
        bucket = WebBucket(
            self,
            "web-bucket",
            name=f"{settings.name}-web-{self.region}",
            disposable=not settings.protected,
        )
        stand_in = [put_empty_list(self, bucket=bucket.name)] if settings.features.blog else []
        WebFiles(self, "web-files", dist=web_dist, bucket=bucket.name, domain=settings.domain, after=stand_in)
        return bucket

    @property
    def _all_functions(self) -> Mapping[str, Function]:
        """All functions of the region, by their names without the deployment's."""
        functions = (
            *self.functions.values(),
            self.bestsellers.feeder,
            self.bestsellers.rebuild,
            self.search.builder,
            self.stock.function,
        )
        return {each.name.removeprefix(f"{self.settings.name}-"): each for each in functions}

    def _canary(self, alarms: RegionAlarms) -> None:
        functions = self._all_functions
        Canary(
            self,
            "canary",
            functions=list(functions.values()),
            alarms={functions[short].name: names for short, names in alarms.canary_alarms(functions).items()},
            options=CanaryOptions(name=self.settings.name, region=self.region),
        )

    def _outputs(self) -> Mapping[str, object]:
        outputs: dict[str, object] = {
            "region": self.region,
            "api_id": self.api.api_id,
            "api_stage": self.api.stage_name,
            "api_domain": self.api.regional_domain.name,
            "tables": dict(self.tables.names),
            "functions": {short: each.name for short, each in self._all_functions.items()},
            "search_bucket": self.search.bucket.name,
        }
        if self.web_bucket:
            outputs["web_bucket"] = self.web_bucket.name
        if self.settings.has_canary:
            outputs["canary_alias"] = FUNCTION_ALIAS
            outputs["canary_versions"] = {each.name: each.version for each in self._all_functions.values()}
        if self.replication_pause:
            outputs["replication_pause"] = self.replication_pause.template_id
        return outputs
