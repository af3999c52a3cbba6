"""Types of single values, with the rules that AWS has for them."""

import json
import re
from email.utils import formataddr, parseaddr
from functools import cache
from importlib import resources
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import ErrorDetails, InitErrorDetails

MAX_CERTIFICATE_NAME = 64
"""https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html"""
TAG_CHARACTERS = re.compile(r"[A-Za-z0-9 _.:/=+\-@]*")
"""Characters that all services allow in tags. ACM, ELB, IAM and CloudWatch Logs refuse others.
https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html"""
MAX_OWN_TAGS = 7
"""An S3 object has at most 10 tags, and three are ours.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html"""
OUR_TAGS = ("Project", "Environment", "ManagedBy")
"""Keys of the tags that the settings add."""

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])")


@cache
def known_regions() -> frozenset[str]:
    """Return AWS's commercial regions, as the installed botocore lists them."""
    listed = json.loads(resources.files("botocore").joinpath("data/partitions.json").read_text())
    commercial = next(partition for partition in listed["partitions"] if partition["id"] == "aws")
    return frozenset(commercial["regions"]) - {"aws-global"}


SERVICES = ("apigateway", "cognito-idp", "dynamodb", "ecs", "elasticache", "lambda", "rds", "wafv2", "xray")
"""Services that every region of a deployment uses, by their names in botocore."""


@cache
def _commercial_services() -> dict[str, Any]:
    listed = json.loads(resources.files("botocore").joinpath("data/endpoints.json").read_text())
    services: dict[str, Any] = next(
        partition["services"] for partition in listed["partitions"] if partition["partition"] == "aws"
    )
    return services


def regions_of(service: str) -> frozenset[str]:
    """Return the commercial regions that have a service, by its name in botocore."""
    return frozenset(_commercial_services()[service]["endpoints"])


def _check_region(region: str) -> str:
    if region not in known_regions():
        raise ValueError(f"unknown region {region!r}: use an AWS region such as 'eu-west-1'")
    missing = [service for service in SERVICES if region not in regions_of(service)]
    if missing:
        raise ValueError(f"region {region!r} lacks {', '.join(missing)}: use another region")
    return region


def _check_regions(given: Any, check_each: ValidatorFunctionWrapHandler) -> tuple[str, ...]:
    """Report an unknown region and a duplicate one together, each in a line of its own."""
    names = [name for name in given if isinstance(name, str)] if isinstance(given, list | tuple) else []
    repeated = sorted({name for name in names if names.count(name) > 1})
    duplicate = ValueError(f"duplicate region {', '.join(map(repr, repeated))}: list each region once")
    try:
        regions: tuple[str, ...] = check_each(given)
    except ValidationError as error:
        if not repeated:
            raise
        added = [InitErrorDetails(type="value_error", input=given, ctx={"error": duplicate})]
        raise ValidationError.from_exception_data(
            error.title, [*map(_as_input, error.errors()), *added]
        ) from None
    if repeated:
        raise duplicate
    if not regions:
        raise ValueError("no region: list at least one")
    return regions


def _as_input(error: ErrorDetails) -> InitErrorDetails:
    """Convert an error that pydantic reported to one that it accepts."""
    return InitErrorDetails(
        type=error["type"], loc=error["loc"], input=error["input"], ctx=error.get("ctx", {})
    )


def _check_domain(domain: str) -> str:
    # A host name has at most 253 characters, `api-<region>.` included.
    if not _DOMAIN.fullmatch(domain) or len(domain) > 230:
        raise ValueError(f"bad domain {domain!r}: use a name in lower case such as 'books.example.com'")
    if len(domain) + len("*.") > MAX_CERTIFICATE_NAME:
        raise ValueError(
            f"domain {domain!r} is too long: ACM takes {MAX_CERTIFICATE_NAME} characters, '*.' included"
        )
    return domain


def check_prefix(name: str, reserved: tuple[str, ...], owner: str) -> str:
    """Raise ValueError if `name` begins with a prefix that AWS reserves."""
    for prefix in reserved:
        if name.startswith(prefix):
            raise ValueError(f"{name!r} begins with {prefix!r}, which {owner} reserves: use another name")
    return name


def _check_project(project: str) -> str:
    # The project begins the names of load balancers, security groups and buckets.
    check_prefix(f"{project}-", ("internal-",), "Elastic Load Balancing")
    check_prefix(f"{project}-", ("sg-",), "EC2")
    return _check_bucket_prefix(f"{project}-") and project


def _check_bucket_prefix(prefix: str) -> str:
    return check_prefix(prefix, ("xn--", "sthree-", "amzn-s3-demo-"), "S3")


def _check_sender(sender: str) -> str:
    """Accept what RFC 5322 allows: a name with a comma or a full stop is in quotes."""
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


def _check_tag_key(key: str) -> str:
    if key.lower().startswith("aws:"):
        raise ValueError(f"AWS reserves tags that begin with 'aws:': use another name than {key!r}")
    if key.lower() in {ours.lower() for ours in OUR_TAGS}:
        raise ValueError(f"tag {key!r} repeats one of {', '.join(OUR_TAGS)}: IAM compares keys without case")
    return _check_tag_text(key)


def _check_tag_text(text: str) -> str:
    if not TAG_CHARACTERS.fullmatch(text):
        raise ValueError(f"bad tag {text!r}: AWS takes letters, digits, spaces and _.:/=+-@ only")
    return text


def _check_tags(tags: dict[str, str]) -> dict[str, str]:
    if len(tags) > MAX_OWN_TAGS:
        raise ValueError(f"{len(tags)} tags: an S3 object takes {MAX_OWN_TAGS} beside ours, remove some")
    keys = [key.lower() for key in tags]
    if repeated := sorted({key for key in keys if keys.count(key) > 1}):
        raise ValueError(f"tags {', '.join(repeated)} differ in case only: IAM compares keys without case")
    return tags


Region = Annotated[str, AfterValidator(_check_region)]
Regions = Annotated[tuple[Region, ...], WrapValidator(_check_regions)]
Domain = Annotated[str, AfterValidator(_check_domain)]
Sender = Annotated[str, AfterValidator(_check_sender)]
TagKey = Annotated[str, Field(min_length=1, max_length=128), AfterValidator(_check_tag_key)]
TagValue = Annotated[str, Field(max_length=256), AfterValidator(_check_tag_text)]
Tags = Annotated[dict[TagKey, TagValue], AfterValidator(_check_tags)]
Project = Annotated[
    str,
    Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=14),
    AfterValidator(_check_project),
]
BucketPrefix = Annotated[
    str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,45}$"), AfterValidator(_check_bucket_prefix)
]
Url = Annotated[str, Field(pattern=r"^https?://\S+$")]
