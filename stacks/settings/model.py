"""The settings of an environment: typed, frozen, and checked before anything is built."""

from collections.abc import Mapping
from ipaddress import IPv4Network
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from stacks.settings.fields import Domain, Project, Region, Regions, Tags, Url, regions_of
from stacks.settings.load import SettingsFile
from stacks.settings.networks import VpcBlock, default_cidr
from stacks.settings.sections import (
    ADDRESS_LOG_DAYS,
    SES_REGIONS_FOR_ALL,
    Blog,
    Budget,
    Cache,
    Ci,
    Compute,
    Delivery,
    Email,
    Features,
    Firewall,
    Identity,
    LocalCloud,
    Observability,
    Orders,
    Routing,
    State,
)

MAX_BLOG_REGIONS = 11
"""A primary cluster and ten secondary ones.
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database.html"""
REGIONS_WITHOUT_BLOG = ("ap-east-2", "ap-southeast-6", "ap-southeast-7")
"""Regions without Aurora global databases with MySQL.
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.Aurora_Fea_Regions_DB-eng.Feature.GlobalDatabase.html"""

MAX_REGIONS_WITH_ALARMS = 22
"""A graph of the dashboard has a line from each region to each other one, and CloudWatch takes 500 metrics in a graph.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html"""
MAX_BUDGET_EMAILS = 10
"""https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_NotificationWithSubscribers.html"""


class Settings(SettingsFile):
    """One environment."""

    project: Project = "bookstore"
    environment: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*$", max_length=10)] = "local"
    domain: Domain = "bookstore.example"
    regions: Regions
    """The first is the primary, which has the resources that exist once."""
    state: State = State()
    features: Features = Features()
    firewall: Firewall = Firewall()
    routing: Routing = Routing()
    compute: Compute = Compute()
    cache: Cache = Cache()
    orders: Orders = Orders()
    observability: Observability = Observability()
    budget: Budget = Budget()
    email: Email = Email()
    identity: Identity = Identity()
    stock_weights: dict[Region, Annotated[int, Field(ge=0, le=1000)]] = Field(default_factory=dict)
    """Relative shares of new copies by region. Regions that are not named have 1."""
    network_cidrs: dict[Region, VpcBlock] = Field(default_factory=dict)
    """CIDR blocks of the VPCs by region, each a /16. Others have a default that is distinct for each region."""
    delivery: Delivery = Delivery()
    ci: Ci = Ci()
    blog: Blog = Blog()
    log_retention_days: Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731] = 30
    permissions_boundary: Annotated[str, Field(pattern=r"^arn:aws:iam::\d{12}:policy/\S+$")] | None = None
    """A policy that limits every role, where an organization requires one."""
    tags: Tags = Field(default_factory=dict)
    source_url: Url | None = None
    """Source and documentation, linked in the storefront's footer."""
    imprint_url: Url | None = None
    """The operator's legal notice, linked in the storefront's footer."""
    local: LocalCloud | None = None
    emulated: bool = False
    """Whether the deployment runs against an emulator, without the addresses of `[local]`. `make rehearse` sets it."""

    @model_validator(mode="after")
    def _check_failover_pair(self) -> Self:
        if self.routing.policy == "failover" and len(self.regions) != 2:
            raise ValueError(
                "routing.policy 'failover' takes two regions, a primary and a standby, "
                f"not {len(self.regions)}"
            )
        return self

    @model_validator(mode="after")
    def _check_blog(self) -> Self:
        if self.features.blog and len(self.regions) > MAX_BLOG_REGIONS:
            raise ValueError(
                f"features.blog takes at most {MAX_BLOG_REGIONS} regions, as an Aurora global database does, "
                f"not {len(self.regions)}"
            )
        lacking = [region for region in self.regions if region in REGIONS_WITHOUT_BLOG]
        if self.features.blog and lacking:
            raise ValueError(f"features.blog needs Aurora global databases: not in {', '.join(lacking)}")
        return self

    @model_validator(mode="after")
    def _check_dashboard(self) -> Self:
        if self.features.alarms and len(self.regions) > MAX_REGIONS_WITH_ALARMS:
            raise ValueError(
                f"features.alarms takes at most {MAX_REGIONS_WITH_ALARMS} regions, not {len(self.regions)}: "
                "a graph of its dashboard would have more than 500 metrics"
            )
        return self

    @model_validator(mode="after")
    def _check_networks(self) -> Self:
        blocks = {region: IPv4Network(self.network_cidr(region)) for region in self.regions}
        for region, block in blocks.items():
            if block.prefixlen != 16:
                raise ValueError(f"network_cidrs: {region} needs a /16, not {block}")
            if [other for other in blocks if other != region and blocks[other].overlaps(block)]:
                raise ValueError(f"network_cidrs: {block} of {region} overlaps another region's network")
        return self

    @model_validator(mode="after")
    def _check_delivery(self) -> Self:
        if self.features.delivery and not self.features.storefront:
            raise ValueError(
                "features.delivery needs features.storefront: delivery uploads the storefront's files"
            )
        if self.features.delivery and not self.delivery.repository:
            raise ValueError("features.delivery needs delivery.repository, where the source is")
        if self.delivery.source == "github" and "/" not in (self.delivery.repository or "/"):
            raise ValueError(
                f"delivery.repository {self.delivery.repository!r} has no '/': on GitHub it is owner/name"
            )
        if self.delivery.source == "codecommit" and "/" in (self.delivery.repository or ""):
            raise ValueError(
                f"delivery.repository {self.delivery.repository!r} has a '/': a CodeCommit name has none"
            )
        return self

    @model_validator(mode="after")
    def _check_delivery_region(self) -> Self:
        if not self.features.delivery:
            return self
        services = ["codepipeline", "codebuild"]
        if self.delivery.source == "codecommit":
            services.append("codecommit")
        missing = [service for service in services if self.primary not in regions_of(service)]
        if missing:
            raise ValueError(
                f"features.delivery needs {', '.join(missing)}: not in {self.primary}, the first region"
            )
        return self

    @model_validator(mode="after")
    def _check_canary(self) -> Self:
        if self.features.canary and not self.features.alarms:
            raise ValueError("features.canary needs features.alarms, which roll a new version back")
        return self

    @model_validator(mode="after")
    def _check_fault_injection(self) -> Self:
        if self.features.fault_injection and not self.features.alarms:
            raise ValueError("features.fault_injection needs features.alarms: an alarm ends an experiment")
        return self

    @model_validator(mode="after")
    def _check_stock_weights(self) -> Self:
        if not any(self.stock_weights.get(region, 1) for region in self.regions):
            raise ValueError("stock_weights gives no region any copies")
        return self

    @model_validator(mode="after")
    def _check_budget(self) -> Self:
        if self.budget.usd_a_month and not self.observability.emails:
            raise ValueError(
                "budget.usd_a_month needs observability.emails, which receive the budget's e-mails"
            )
        if self.budget.usd_a_month and len(self.observability.emails) > MAX_BUDGET_EMAILS:
            raise ValueError(
                f"budget.usd_a_month takes at most {MAX_BUDGET_EMAILS} observability.emails, as AWS Budgets does, "
                f"not {len(self.observability.emails)}: use a mailing list"
            )
        return self

    @model_validator(mode="after")
    def _check_sender_region(self) -> Self:
        if self.email.region not in {None, self.primary, *SES_REGIONS_FOR_ALL}:
            raise ValueError(
                f"email.identity is in {self.email.region}: Cognito sends from {self.primary}, where the user pool is, "
                f"or from {', '.join(SES_REGIONS_FOR_ALL)}"
            )
        return self

    @property
    def name(self) -> str:
        """Prefix of the name of every resource, so that deployments can share an account."""
        return f"{self.project}-{self.environment}"

    @property
    def primary(self) -> str:
        """The first region, which has the resources that exist once."""
        return self.regions[0]

    @property
    def all_tags(self) -> Mapping[str, str]:
        """The tags of every resource."""
        return {
            "Project": self.project,
            "Environment": self.environment,
            "ManagedBy": "Terraform",
            **self.tags,
        }

    @property
    def stack_regions(self) -> Mapping[str, str]:
        """The region of each stack, by the stack's name after `<project>-<environment>-`, in order of deployment."""
        blogs = {f"{region}-blog": region for region in self.regions}
        return {
            "global": self.primary,
            "dns": self.primary,
            **{f"{region}-common": region for region in self.regions},
            **{region: region for region in self.regions},
            **(blogs | {"blog": self.primary} if self.features.blog else {}),
            **({"logs": self.primary} if self.features.storefront else {}),
            "edge": self.primary,
        }

    def state_bucket(self, region: str) -> str:
        """Return the bucket of the Terraform state of `region`'s stacks, with backend `s3`."""
        return f"{self.state.bucket_prefix}-{region}"

    def api_host(self, region: str | None = None) -> str:
        """Return the API's host name: of one region, or the one that Route 53 directs to the best region."""
        return f"api-{region}.{self.domain}" if region else f"api.{self.domain}"

    def blog_host(self, region: str | None = None) -> str:
        """Return the blog's host name: of one region, or the one that Route 53 directs to the best region."""
        return f"blog-{region}.{self.domain}" if region else f"blog.{self.domain}"

    def api_url(self, region: str | None = None) -> str:
        """Return the address that the API's paths follow; on one machine, the settings name it."""
        local = self.local or LocalCloud()
        if region is None:
            return local.api or f"https://{self.api_host()}/v1"
        if region in local.regions:
            return local.regions[region].api
        return f"https://{self.api_host(region)}/v1"

    def redis_url(self, region: str) -> str | None:
        """Return the address of `region`'s Redis on one machine. On AWS the cache has its own."""
        return self.local.redis.get(region) if self.local else None

    @property
    def is_local(self) -> bool:
        """Whether the deployment runs on one machine, against an emulator of AWS."""
        return self.local is not None

    @property
    def storefront_url(self) -> str:
        """Canonical address of the storefront, without a slash at the end."""
        return f"https://{self.domain}"

    @property
    def cognito_endpoint(self) -> str | None:
        """The address of Cognito on one machine. On AWS it follows from the region."""
        return self.local.cognito_endpoint if self.local else None

    @property
    def sign_up_code(self) -> str | None:
        """The code that an emulated Cognito accepts; it sends no e-mail."""
        return self.local.sign_up_code if self.local else None

    @property
    def site_links(self) -> dict[str, str]:
        """Links of the storefront's header and footer, by name."""
        local = self.local or LocalCloud()
        links = {
            "blog": (local.blog or f"https://{self.blog_host()}/") if self.features.blog else None,
            "source": self.source_url,
            "imprint": self.imprint_url,
            "controlRoom": local.control_room,
        }
        return {name: link for name, link in links.items() if link}

    @property
    def aws_endpoint(self) -> str | None:
        """The address of the emulator on one machine."""
        return self.local.aws_endpoint if self.local else None

    @property
    def protected(self) -> bool:
        """Whether stored data is protected from deletion."""
        return not self.is_local

    def network_cidr(self, region: str) -> str:
        """Return the CIDR block of `region`'s VPC."""
        return str(self.network_cidrs.get(region) or default_cidr(region))

    @property
    def is_emulated(self) -> bool:
        """Whether the deployment runs against an emulator. The properties below leave out the parts that it lacks."""
        return self.is_local or self.emulated

    @property
    def health_checker_regions(self) -> tuple[str, ...]:
        """Regions of Route 53's checkers: three, which the emulator does not return."""
        return () if self.is_emulated else ("us-east-1", "eu-west-1", "ap-southeast-1")

    @property
    def supports_autoscaling(self) -> bool:
        """Whether Application Auto Scaling can change the number of tasks; the emulator has none."""
        return not self.is_emulated

    @property
    def supports_trace_sampling(self) -> bool:
        """Whether X-Ray's sampling rules exist; the emulator has none."""
        return not self.is_emulated

    @property
    def has_canary(self) -> bool:
        """Whether CodeDeploy shifts traffic to new versions of the functions; the emulator has none."""
        return self.features.canary and not self.is_emulated

    @property
    def has_firewall(self) -> bool:
        """Whether there are web ACLs: for the rate rule, or for the managed rules of `features.waf`."""
        return self.features.waf or self.firewall.requests_per_5_minutes > 0

    @property
    def address_log_retention_days(self) -> int:
        """How long logs with clients' IP addresses are kept."""
        return min(self.log_retention_days, ADDRESS_LOG_DAYS)

    @property
    def firewall_log_retention_days(self) -> int | None:
        """How long a web ACL's log is kept. None: the emulator's web ACLs have no log."""
        return None if self.is_emulated else self.address_log_retention_days

    @property
    def waits_for_distribution(self) -> bool:
        """Whether Terraform waits for CloudFront: the emulator is ready at once, the provider polls every 30 s."""
        return not self.is_emulated

    @property
    def has_emulator_drift(self) -> bool:
        """Whether to ignore attributes that the emulator returns differently."""
        return self.is_emulated
