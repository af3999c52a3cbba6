"""The tables of the settings file."""

from email.utils import parseaddr
from ipaddress import IPv4Network
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from stacks.settings.fields import BucketPrefix, Sender, Url

LEAST_REQUESTS = 100
"""The lowest limit of the rate rule. The API's and the blog's health checks share a web ACL, and each of Route 53's
checkers sends them up to 60 requests in five minutes. If these were blocked, every region would be unhealthy.
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
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
    """With `s3`, the buckets are `<bucket_prefix>-<region>`. S3 requires names that are unique worldwide."""
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
    canary: bool = False
    """Whether new versions of the functions get a tenth of a region's requests first, and all after ten minutes without
    alarms. Needs `alarms`. Without effect on an emulator. Turning it off deletes the aliases about a minute before the
    API stops using them: evacuate each region before it is deployed."""
    fault_injection: bool = False
    """Whether each of several regions has an experiment that pauses its replication, which `make drill` starts. Needs
    `alarms`."""


class Firewall(Section):
    """The rate rule of AWS WAF, in front of CloudFront, of each region's API and blog, and of the user pool."""

    requests_per_5_minutes: Annotated[int, Field(ge=0, le=2_000_000_000)] = 2000
    """Maximum requests of one address in five minutes. 0: no rule. A firewall without any rule is deleted, which AWS
    refuses while the user pool or the blog uses it: detach these first, with `aws wafv2 disassociate-web-acl`.
    https://docs.aws.amazon.com/waf/latest/APIReference/API_RateBasedStatement.html
    """

    @model_validator(mode="after")
    def _check_least(self) -> Self:
        if 0 < self.requests_per_5_minutes < LEAST_REQUESTS:
            raise ValueError(
                f"requests_per_5_minutes: use {LEAST_REQUESTS} or more, a lower limit blocks Route 53's health checks; "
                "0 turns the rule off"
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
    """A changed mode replaces the cache. Until the new one is made and filled, the bestsellers are empty."""


class Blog(Section):
    """The blog, with `features.blog`."""

    image_tag: Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$")] | None = None
    """The image, in the ECR repository of at least one region. Without it the service has no task."""
    admin_addresses: Annotated[tuple[IPv4Network, ...], Field(max_length=30)] = ()
    """Networks that may open the editor's pages. Empty: none."""
    secret_version: Annotated[int, Field(ge=1)] = 1
    """Increase it to make a new database password and new salts."""
    tasks_minimum: Annotated[int, Field(ge=1, le=20)] = 2
    tasks_maximum: Annotated[int, Field(ge=1, le=100)] = 6
    database_minimum: Annotated[float, Field(ge=0.5, le=128, multiple_of=0.5)] = 0.5
    """Aurora capacity units. Members of a global database do not pause, so 0 is not possible."""
    database_maximum: Annotated[float, Field(ge=1, le=128, multiple_of=0.5)] = 4
    nat: bool = False
    """Whether tasks have private addresses only, with a NAT gateway in each region."""

    @model_validator(mode="after")
    def _check_limits(self) -> Self:
        if self.tasks_minimum > self.tasks_maximum:
            raise ValueError(
                f"tasks_minimum {self.tasks_minimum} is more than tasks_maximum {self.tasks_maximum}"
            )
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

    @model_validator(mode="after")
    def _check_emails(self) -> Self:
        emails = [email.lower() for email in self.emails]
        if repeated := sorted({email for email in emails if emails.count(email) > 1}):
            raise ValueError(f"duplicate address {', '.join(repeated)}: list each address once")
        return self


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
