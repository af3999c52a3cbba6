"""The settings of an environment: typed, frozen, and checked before anything is built."""

from collections.abc import Mapping
from email.utils import parseaddr
from ipaddress import IPv4Network
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from stacks.settings.fields import BucketPrefix, Domain, Project, Region, Regions, Sender, Tags, Url
from stacks.settings.load import SettingsFile
from stacks.settings.networks import default_cidr

WAF_LEAST_LIMIT = 10
"""The lowest limit of a rate rule.
https://docs.aws.amazon.com/waf/latest/APIReference/API_RateBasedStatement.html
"""
ADDRESS_LOG_DAYS = 30
"""How long logs with clients' IP addresses are kept at most, since addresses are personal data."""


class Section(BaseModel):
    """A table of the settings file. It is frozen and rejects unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class State(Section):
    """Where Terraform's state is stored."""

    backend: Literal["local", "s3", "cloud"] = "local"
    bucket_prefix: BucketPrefix | None = None
    """With `s3`, the buckets are `<bucket_prefix>-<region>`. S3 wants names that are unique worldwide."""
    organization: str | None = None
    project: str | None = None
    hostname: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]+(:\d{1,5})?$")] | None = None
    """With `cloud`, a Terraform Enterprise server; without it HCP Terraform, app.terraform.io."""

    @model_validator(mode="after")
    def _check_backend(self) -> Self:
        if self.backend == "s3" and not self.bucket_prefix:
            raise ValueError("backend 's3' needs bucket_prefix, the beginning of its buckets' names")
        if self.backend == "cloud" and not self.organization:
            raise ValueError("backend 'cloud' needs organization, the one in HCP Terraform")
        if self.hostname and self.backend != "cloud":
            raise ValueError("hostname is for backend 'cloud', the server of Terraform Enterprise")
        return self


class Features(Section):
    """Optional parts."""

    storefront: bool = True
    blog: bool = False
    waf: bool = False
    delivery: bool = False
    alarms: bool = True


class Firewall(Section):
    """The rate rule of AWS WAF, in front of CloudFront, of each region's API and blog, and of the user pool."""

    requests_per_5_minutes: Annotated[int, Field(ge=0, le=2_000_000_000)] = 2000
    """Maximum requests of one address in five minutes. 0: no rule.
    https://docs.aws.amazon.com/waf/latest/APIReference/API_RateBasedStatement.html
    """

    @model_validator(mode="after")
    def _check_least(self) -> Self:
        if 0 < self.requests_per_5_minutes < WAF_LEAST_LIMIT:
            raise ValueError(
                f"requests_per_5_minutes: WAF takes {WAF_LEAST_LIMIT} or more, 0 turns the rule off"
            )
        return self


class Routing(Section):
    """How Route 53 chooses a region for `api.<domain>`. Times are in seconds."""

    policy: Literal["latency", "failover"] = "latency"
    health_check_interval: Literal[10, 30] = 10
    health_check_threshold: Annotated[int, Field(ge=1, le=10)] = 2


class Compute(Section):
    """The runtime of the Lambda functions."""

    runtime: Literal["python3.11", "python3.12", "python3.13"] = "python3.13"
    architecture: Literal["arm64", "x86_64"] = "arm64"
    health_concurrency: Annotated[int, Field(ge=0, le=100)] = 10
    """Concurrent invocations reserved for the health checks, so that overload does not look like a failed region.
    0 for accounts whose limit is below 110."""
    account_concurrency: Annotated[int, Field(ge=10)] = 1000
    """The account's limit of concurrent invocations in a region, for the alarm at 80 %."""


class Cache(Section):
    """The kind of ElastiCache that holds the bestsellers."""

    mode: Literal["serverless", "replicated"] = "serverless"


class Blog(Section):
    """The blog, with `features.blog`."""

    image_tag: Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$")] | None = None
    """The image in each region's ECR repository. Without it the service has no task."""
    admin_addresses: Annotated[tuple[IPv4Network, ...], Field(max_length=30)] = ()
    """Networks that may open the editor's pages. Empty: none."""
    secret_version: Annotated[int, Field(ge=1)] = 1
    """Increase it to make a new database password and new salts."""
    tasks: Annotated[int, Field(ge=1, le=20)] = 2
    most_tasks: Annotated[int, Field(ge=1, le=100)] = 6
    database_minimum: Annotated[float, Field(ge=0.5, le=128, multiple_of=0.5)] = 0.5
    """Aurora capacity units. Members of a global database do not pause, so 0 is not possible."""
    database_maximum: Annotated[float, Field(ge=1, le=128, multiple_of=0.5)] = 4
    nat: bool = False
    """Whether tasks have private addresses only, with a NAT gateway in each region."""

    @model_validator(mode="after")
    def _check_limits(self) -> Self:
        if self.tasks > self.most_tasks:
            raise ValueError(f"tasks {self.tasks} is more than most_tasks {self.most_tasks}")
        if self.database_minimum > self.database_maximum:
            raise ValueError("database_minimum is more than database_maximum")
        return self


class Identity(Section):
    """The user pool."""

    tier: Literal["LITE", "ESSENTIALS", "PLUS"] = "LITE"
    """Cognito's feature plan, which decides the price of each monthly active user."""


class Delivery(Section):
    """The source of the delivery pipeline, with `features.delivery`."""

    source: Literal["github", "codecommit"] = "github"
    repository: Annotated[str, Field(pattern=r"^[\w.-]+(?:/[\w.-]+)?$")] | None = None
    """`owner/name` on GitHub; a name in CodeCommit."""
    branch: str = "main"


class Ci(Section):
    """GitHub's workflows, whose roles `make bootstrap-ci` creates."""

    repository: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+/[\w.-]+$")] | None = None
    """`owner/name` on GitHub."""
    branch: Annotated[str, Field(pattern=r"^[\w./-]+$")] = "main"
    """The branch that is deployed."""
    environment: Annotated[str, Field(pattern=r"^[\w.-]+$")] = "production"
    """The environment on GitHub that approves deployments."""
    create_provider: bool = True
    """False where the account has GitHub's identity provider already."""


class Orders(Section):
    """Rules for shoppers' orders."""

    cancel_minutes: Annotated[int, Field(ge=0, le=7 * 24 * 60)] = 30
    """Minutes in which a shopper can cancel an order."""
    per_hour: Annotated[int, Field(ge=1, le=1_000_000)] = 100
    """Maximum number of orders of a shopper in an hour, in each region."""


class Observability(Section):
    """Recipients of alarms, and the share of requests that X-Ray traces."""

    emails: tuple[Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")], ...] = ()
    trace_rate: Annotated[float, Field(ge=0, le=1)] = 0.05
    """Share of the requests after the first of each second, from 0 to 1."""


class Budget(Section):
    """A monthly budget of the AWS account. AWS Budgets sends e-mails to `observability.emails`."""

    usd_a_month: Annotated[float, Field(gt=0, le=1_000_000)] | None = None
    """Expected cost. An e-mail follows at 80 %, and when the forecast for the month is above it. None: no budget."""


SES_REGIONS_FOR_ALL = ("us-east-1", "us-west-2", "eu-west-1")
"""SES regions that user pools of other regions may use; AWS recommends the pool's own region.
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-email.html
"""


class Email(Section):
    """The sender of Cognito's messages. Without it Cognito sends itself, at most 50 a day."""

    sender: Sender | None = None
    """An address that `identity` covers, optionally with a display name."""
    identity: Annotated[str, Field(pattern=r"^arn:aws:ses:[a-z0-9-]+:\d{12}:identity/\S+$")] | None = None
    """The ARN of a domain or an address that SES has verified."""

    @model_validator(mode="after")
    def _check_coverage(self) -> Self:
        if self.sender is None and self.identity is None:
            return self
        if self.sender is None or self.identity is None:
            raise ValueError("sender and identity go together: set both, or neither to let Cognito send")
        _, address = parseaddr(self.sender)
        verified = self.identity.partition("/")[2]
        if address != verified and not f".{address.partition('@')[2]}".endswith(f".{verified}"):
            raise ValueError(f"sender {address!r} is not covered by identity {verified!r}: verify its domain")
        return self

    @property
    def region(self) -> str | None:
        """The region of the SES identity."""
        return self.identity.split(":")[3] if self.identity else None


class RegionAddresses(Section):
    """A region's address on one machine."""

    api: Url


class ReplicationDelay(Section):
    """Distribution of replication delays that drills set in the emulator, in seconds.

    AWS states that items usually reach all replicas within a second, with no SLA and no percentiles:
    https://docs.aws.amazon.com/prescriptive-guidance/latest/dynamodb-global-tables/overview.html
    """

    median: Annotated[float, Field(ge=0, le=60)] = 0.5
    p95: Annotated[float, Field(ge=0, le=60)] = 1.0


class LocalCloud(Section):
    """Addresses on one machine. On AWS they all follow from the domain."""

    redis: dict[str, Annotated[str, Field(pattern=r"^rediss?://\S+$")]] = {}
    aws_endpoint: Url | None = None
    api: Url | None = None
    regions: dict[str, RegionAddresses] = {}
    cognito_endpoint: Url | None = None
    blog: Url | None = None
    control_room: Url | None = None
    sign_up_code: str | None = None
    replication_delay: ReplicationDelay = ReplicationDelay()


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
    network_cidrs: dict[str, IPv4Network] = Field(default_factory=dict)
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
    """Whether an emulator plays AWS, without the addresses of `[local]`: `make rehearse` sets it."""

    @model_validator(mode="after")
    def _check_failover_pair(self) -> Self:
        if self.routing.policy == "failover" and len(self.regions) != 2:
            raise ValueError(
                "routing.policy 'failover' takes two regions, a primary and a standby, "
                f"not {len(self.regions)}"
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
                "features.delivery needs features.storefront: the web files are what it delivers"
            )
        if self.features.delivery and not self.delivery.repository:
            raise ValueError("features.delivery needs delivery.repository, where the source is")
        if self.delivery.source == "codecommit" and "/" in (self.delivery.repository or ""):
            raise ValueError(
                f"delivery.repository {self.delivery.repository!r} has a '/': a CodeCommit name has none"
            )
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
        blogs = {f"{region}-blog": region for region in self.regions} if self.features.blog else {}
        return {
            "global": self.primary,
            **{region: region for region in self.regions},
            **blogs,
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
        """Whether an emulator plays AWS. It lacks some parts, which the properties below leave out."""
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
