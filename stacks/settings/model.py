"""The only reader of settings files and of the environment: typed, frozen, checked before anything is built.

A settings file is TOML; `BOOKSTORE_...` variables win over it, with `__` between the parts of a name
(`BOOKSTORE_ROUTING__POLICY=failover`) and JSON for what has structure (`BOOKSTORE_LOCAL`, `BOOKSTORE_REGIONS`).
"""

import json
import re
import tomllib
from collections.abc import Mapping
from email.utils import formataddr, parseaddr
from functools import cache
from importlib import resources
from ipaddress import IPv4Network
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic_core import ErrorDetails, InitErrorDetails
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from pydantic_settings.exceptions import SettingsError as SourceError

from stacks.settings.errors import in_one_line

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])")


class SettingsError(Exception):
    """A settings file that cannot be used; `mistakes` has one line for each thing to mend."""

    def __init__(self, path: Path, mistakes: list[str]) -> None:
        self.mistakes = [f"{path}: {mistake}" for mistake in mistakes]
        super().__init__("\n".join(self.mistakes))


@cache
def known_regions() -> frozenset[str]:
    """AWS's commercial regions, as the installed botocore lists them; no network is asked."""
    listed = json.loads(resources.files("botocore").joinpath("data/partitions.json").read_text())
    commercial = next(partition for partition in listed["partitions"] if partition["id"] == "aws")
    return frozenset(commercial["regions"]) - {"aws-global"}


def _known_region(region: str) -> str:
    if region not in known_regions():
        raise ValueError(f"unknown region {region!r}: use an AWS region such as 'eu-west-1'")
    return region


def _each_once(given: Any, known: ValidatorFunctionWrapHandler) -> tuple[str, ...]:
    """A region that is unknown does not hide that one is listed twice: both are told."""
    names = [name for name in given if isinstance(name, str)] if isinstance(given, list | tuple) else []
    twice = sorted({name for name in names if names.count(name) > 1})
    duplicate = ValueError(f"duplicate region {', '.join(map(repr, twice))}: list each region once")
    try:
        regions: tuple[str, ...] = known(given)
    except ValidationError as mistake:
        if not twice:
            raise
        told = [InitErrorDetails(type="value_error", input=given, ctx={"error": duplicate})]
        raise ValidationError.from_exception_data(
            mistake.title, [*map(_again, mistake.errors()), *told]
        ) from None
    if twice:
        raise duplicate
    if not regions:
        raise ValueError("no region: list at least one")
    return regions


def _again(mistake: ErrorDetails) -> InitErrorDetails:
    """A mistake as pydantic takes it back."""
    return InitErrorDetails(
        type=mistake["type"], loc=mistake["loc"], input=mistake["input"], ctx=mistake.get("ctx", {})
    )


def _is_domain(domain: str) -> str:
    # `api-<region>.` comes before it, and a host name holds 253 characters.
    if not _DOMAIN.fullmatch(domain) or len(domain) > 230:
        raise ValueError(f"bad domain {domain!r}: use a name in lower case such as 'books.example.com'")
    return domain


def _is_sender(sender: str) -> str:
    """As RFC 5322 writes it: a name with a comma or a full stop is in quotes."""
    name, address = parseaddr(sender)
    mailbox, _, domain = address.rpartition("@")
    one_word = bool(mailbox) and not re.search(r"[\s@]", mailbox)
    if not (
        sender.isascii() and one_word and _DOMAIN.fullmatch(domain) and formataddr((name, address)) == sender
    ):
        raise ValueError(
            f"bad sender {sender!r}: use an ASCII address such as 'Books <no-reply@books.example.com>'"
        )
    return sender


def _own_tag(key: str) -> str:
    if key.lower().startswith("aws:"):
        raise ValueError(f"AWS keeps tags that begin with 'aws:' to itself: name {key!r} otherwise")
    return key


Region = Annotated[str, AfterValidator(_known_region)]
TagKey = Annotated[str, Field(min_length=1, max_length=128), AfterValidator(_own_tag)]
TagValue = Annotated[str, Field(max_length=256)]
"""https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html"""
Url = Annotated[str, Field(pattern=r"^https?://\S+$")]


class Section(BaseModel):
    """A table of a settings file: read-only, and a key it does not know is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class State(Section):
    """Where Terraform's state lives."""

    backend: Literal["local", "s3", "cloud"] = "local"
    bucket_prefix: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,45}$")] | None = None
    """With `s3`: the buckets are `<bucket_prefix>-<region>`, a name unique in all of S3."""
    organization: str | None = None
    project: str | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.backend == "s3" and not self.bucket_prefix:
            raise ValueError("backend 's3' needs bucket_prefix, the unique beginning of its buckets' names")
        if self.backend == "cloud" and not self.organization:
            raise ValueError("backend 'cloud' needs organization, the one in HCP Terraform")
        return self


class Features(Section):
    """What is deployed beside the API."""

    storefront: bool = True
    blog: bool = False
    waf: bool = False
    delivery: bool = False
    alarms: bool = True


class Routing(Section):
    """How `api.<domain>` is answered. Times are in seconds."""

    policy: Literal["latency", "failover"] = "latency"
    health_check_interval: Literal[10, 30] = 10
    health_check_threshold: Annotated[int, Field(ge=1, le=10)] = 2


class Compute(Section):
    """What the functions run on."""

    runtime: Literal["python3.11", "python3.12", "python3.13"] = "python3.13"
    architecture: Literal["arm64", "x86_64"] = "arm64"


class Cache(Section):
    """How each region keeps its best sellers."""

    mode: Literal["serverless", "replicated"] = "serverless"


class Blog(Section):
    """How the blog runs, where `features.blog` is on."""

    image_tag: Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$")] | None = None
    """What was pushed to each region's repository; no task runs before it is set."""
    admin_addresses: Annotated[tuple[IPv4Network, ...], Field(max_length=30)] = ()
    """Who may edit. Empty: nobody, anywhere."""
    secret_version: Annotated[int, Field(ge=1)] = 1
    """One more makes a new password and a new salt."""
    tasks: Annotated[int, Field(ge=1, le=20)] = 2
    most_tasks: Annotated[int, Field(ge=1, le=100)] = 6
    database_minimum: Annotated[float, Field(ge=0, le=128, multiple_of=0.5)] = 0
    """Aurora capacity units; with 0 an idle database pauses."""
    database_maximum: Annotated[float, Field(ge=1, le=128, multiple_of=0.5)] = 4
    nat: bool = False
    """Tasks without public addresses, behind a NAT gateway in each region."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.tasks > self.most_tasks:
            raise ValueError(f"tasks {self.tasks} is more than most_tasks {self.most_tasks}")
        if self.database_minimum > self.database_maximum:
            raise ValueError("database_minimum is more than database_maximum")
        return self


class Delivery(Section):
    """What the pipeline delivers, where `features.delivery` is on."""

    source: Literal["github", "codecommit"] = "github"
    repository: Annotated[str, Field(pattern=r"^[\w.-]+(?:/[\w.-]+)?$")] | None = None
    """`owner/name` on GitHub, a name in CodeCommit."""
    branch: str = "main"


class Observability(Section):
    """Who is told of alarms, and how much is traced."""

    emails: tuple[Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")], ...] = ()
    trace_rate: Annotated[float, Field(ge=0, le=1)] = 0.05
    """Share of the requests, after the first of each second, that leave a trace."""


SES_FROM_AFAR = ("us-east-1", "us-west-2", "eu-west-1")
"""Where user pools of most regions may send from, as all had to once; AWS advises the pool's own region.
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-email.html
"""


class Email(Section):
    """Who writes to shoppers. Without it Cognito does, 50 times a day at most."""

    sender: Annotated[str, AfterValidator(_is_sender)] | None = None
    """An address that `identity` covers, or a name and the address."""
    identity: Annotated[str, Field(pattern=r"^arn:aws:ses:[a-z0-9-]+:\d{12}:identity/\S+$")] | None = None
    """The ARN of a domain or an address that is verified in SES."""

    @model_validator(mode="after")
    def _covered(self) -> Self:
        if self.sender is None and self.identity is None:
            return self
        if self.sender is None or self.identity is None:
            raise ValueError(
                "sender and identity go together: set both, or neither and Cognito writes itself"
            )
        _, address = parseaddr(self.sender)
        verified = self.identity.partition("/")[2]
        if address != verified and not f".{address.partition('@')[2]}".endswith(f".{verified}"):
            raise ValueError(f"sender {address!r} is not covered by identity {verified!r}: verify its domain")
        return self

    @property
    def region(self) -> str | None:
        """Where SES sends from."""
        return self.identity.split(":")[3] if self.identity else None


class RegionAddresses(Section):
    """Where a region answers on this machine."""

    api: Url


class ReplicationDelay(Section):
    """Distribution of replication delays that drills set in the emulator, in seconds.

    AWS states that items usually reach all replicas within a second, with no SLA and no percentiles:
    https://docs.aws.amazon.com/prescriptive-guidance/latest/dynamodb-global-tables/overview.html
    """

    median: Annotated[float, Field(ge=0, le=60)] = 0.5
    p95: Annotated[float, Field(ge=0, le=60)] = 1.0


class LocalCloud(Section):
    """Addresses of a shop that runs on one machine; on AWS they all follow from the domain."""

    redis: dict[str, Annotated[str, Field(pattern=r"^rediss?://\S+$")]] = {}
    aws_endpoint: Url | None = None
    api: Url | None = None
    regions: dict[str, RegionAddresses] = {}
    cognito_endpoint: Url | None = None
    replication_delay: ReplicationDelay = ReplicationDelay()


class Settings(BaseSettings):
    """One environment of the shop."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix="BOOKSTORE_", env_nested_delimiter="__", env_ignore_empty=True
    )

    project: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=14)] = "bookstore"
    environment: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*$", max_length=10)] = "local"
    domain: Annotated[str, AfterValidator(_is_domain)] = "bookstore.example"
    regions: Annotated[tuple[Region, ...], WrapValidator(_each_once)]
    """The first is the primary: what exists once lives there."""
    state: State = State()
    features: Features = Features()
    routing: Routing = Routing()
    compute: Compute = Compute()
    cache: Cache = Cache()
    observability: Observability = Observability()
    email: Email = Email()
    delivery: Delivery = Delivery()
    blog: Blog = Blog()
    log_retention_days: Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731] = 30
    permissions_boundary: Annotated[str, Field(pattern=r"^arn:aws:iam::\d{12}:policy/\S+$")] | None = None
    """The policy that no role of the shop may exceed, where an organization demands one."""
    tags: dict[TagKey, TagValue] = {}
    local: LocalCloud | None = None

    @model_validator(mode="after")
    def _in_pairs(self) -> Self:
        if self.routing.policy == "failover" and len(self.regions) != 2:
            raise ValueError(
                "routing.policy 'failover' takes two regions, a primary and a standby, "
                f"not {len(self.regions)}"
            )
        return self

    @model_validator(mode="after")
    def _delivers_something(self) -> Self:
        if self.features.delivery and not self.features.storefront:
            raise ValueError(
                "features.delivery needs features.storefront: the web files are what it delivers"
            )
        if self.features.delivery and not self.delivery.repository:
            raise ValueError("features.delivery needs delivery.repository, where the source is")
        return self

    @model_validator(mode="after")
    def _sends_from_near(self) -> Self:
        if self.email.region not in {None, self.primary, *SES_FROM_AFAR}:
            raise ValueError(
                f"email.identity is in {self.email.region}: Cognito sends from {self.primary}, where the user pool is, "
                f"or from {', '.join(SES_FROM_AFAR)}"
            )
        return self

    @classmethod
    def load(cls, path: Path | str) -> "Settings":
        """Read the file, then the environment over it.

        Raises:
            SettingsError: the file is not there, is not TOML, or says what cannot be.
        """
        path = Path(path)
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise SettingsError(path, [f"cannot be read: {error.strerror}"]) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(path, [f"is not TOML: {error}"]) from error
        try:
            return cls(**values)
        except ValidationError as error:
            raise SettingsError(path, [in_one_line(mistake) for mistake in error.errors()]) from error
        except SourceError as error:
            raise SettingsError(path, [f"a BOOKSTORE_ variable over it is not JSON: {error}"]) from error

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment first, then the file, whose values are the constructor's."""
        return env_settings, init_settings

    @property
    def name(self) -> str:
        """What the name of everything in AWS begins with, so that deployments can share an account."""
        return f"{self.project}-{self.environment}"

    @property
    def primary(self) -> str:
        """The region of what exists once."""
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

    def state_bucket(self, region: str) -> str:
        """The bucket that holds the state of what lives in `region`, when state is in S3."""
        return f"{self.state.bucket_prefix}-{region}"
