"""Types of single values, with the rules that AWS has for them."""

import json
import re
from email.utils import formataddr, parseaddr
from functools import cache
from importlib import resources
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import ErrorDetails, InitErrorDetails

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])")


@cache
def known_regions() -> frozenset[str]:
    """Return AWS's commercial regions, as the installed botocore lists them."""
    listed = json.loads(resources.files("botocore").joinpath("data/partitions.json").read_text())
    commercial = next(partition for partition in listed["partitions"] if partition["id"] == "aws")
    return frozenset(commercial["regions"]) - {"aws-global"}


def _check_region(region: str) -> str:
    if region not in known_regions():
        raise ValueError(f"unknown region {region!r}: use an AWS region such as 'eu-west-1'")
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
    return domain


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
    return key


Region = Annotated[str, AfterValidator(_check_region)]
Regions = Annotated[tuple[Region, ...], WrapValidator(_check_regions)]
Domain = Annotated[str, AfterValidator(_check_domain)]
Sender = Annotated[str, AfterValidator(_check_sender)]
TagKey = Annotated[str, Field(min_length=1, max_length=128), AfterValidator(_check_tag_key)]
TagValue = Annotated[str, Field(max_length=256)]
"""https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html"""
Url = Annotated[str, Field(pattern=r"^https?://\S+$")]
