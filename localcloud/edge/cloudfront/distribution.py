"""Reads the deployed CloudFront distribution into the form needed to serve requests."""

import fnmatch
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from localcloud.edge.deployed_resources import client

GLOBAL_REGION = "us-east-1"
"""Region of CloudFront's API."""
_S3_HOST = re.compile(r"(?P<bucket>.+)\.s3[.-](?P<region>[a-z0-9-]+)\.amazonaws\.com")


@dataclass(frozen=True)
class Origin:
    """A bucket, or another `host` without bucket and region."""

    id: str
    bucket: str
    region: str
    path: str = ""
    host: str = ""


@dataclass(frozen=True)
class OriginGroup:
    """Origins in order of failover; an answer with a status in `statuses` moves on to the next."""

    members: tuple[Origin, ...]
    statuses: frozenset[int] = frozenset()


@dataclass(frozen=True)
class HeaderRule:
    """A response header of a policy. The origin's header stays unless `override`."""

    name: str
    value: str
    override: bool


Headers = tuple[tuple[HeaderRule, ...], frozenset[str]]
"""Headers that a policy sets, and lower-case names of those that it removes."""


@dataclass(frozen=True)
class Behavior:
    """Cache behavior of requests whose path matches `pattern`."""

    pattern: str
    origins: OriginGroup
    methods: frozenset[str] = frozenset(("GET", "HEAD"))
    function: str | None = None
    """Code of the viewer-request function."""
    encodings: tuple[str, ...] = ()
    """Encodings that CloudFront may use, preferred first."""
    headers: tuple[HeaderRule, ...] = ()
    removed_headers: frozenset[str] = frozenset()

    def matches(self, path: str) -> bool:
        """Whether `path` matches: `*` and `?` are wildcards, the leading slash is optional."""
        return fnmatch.fnmatchcase(path.lstrip("/"), self.pattern.lstrip("/"))


@dataclass(frozen=True)
class ErrorPage:
    """Custom error response."""

    path: str
    status: int


@dataclass(frozen=True)
class Distribution:
    """A distribution. `behaviors` are in order of precedence; the last one matches every path."""

    id: str
    arn: str
    domain_name: str
    host: str
    """Host name of viewers: the shortest alias (so without www), or else CloudFront's name."""
    behaviors: tuple[Behavior, ...]
    default_root_object: str = ""
    error_pages: Mapping[int, ErrorPage] | None = None

    def behavior(self, path: str) -> Behavior:
        """The behavior for `path`."""
        return next(behavior for behavior in self.behaviors if behavior.matches(path))


def read_distribution(id_: str) -> Distribution:
    """Read a distribution with its policies and functions. Raises botocore's errors."""
    found = client("cloudfront", GLOBAL_REGION).get_distribution(Id=id_)["Distribution"]
    config = found["DistributionConfig"]
    groups = _groups(config)
    # Behaviors share policies, and each request costs the emulator as much as serving a file.
    headers, encodings = cache(_headers), cache(_encodings)
    patterns = [*_items(config.get("CacheBehaviors")), {**config["DefaultCacheBehavior"], "PathPattern": "*"}]
    return Distribution(
        id=found["Id"],
        arn=found["ARN"],
        domain_name=found["DomainName"],
        host=min(_items(config.get("Aliases")), key=len, default=found["DomainName"]),
        behaviors=tuple(_behavior(behavior, groups, headers, encodings) for behavior in patterns),
        default_root_object=config.get("DefaultRootObject", ""),
        error_pages={
            page["ErrorCode"]: ErrorPage(page["ResponsePagePath"], int(page["ResponseCode"]))
            for page in _items(config.get("CustomErrorResponses"))
            if page.get("ResponsePagePath")
        },
    )


def _groups(config: Mapping[str, Any]) -> dict[str, OriginGroup]:
    """Possible targets of a behavior by id: origin groups, and each origin as a group of one."""
    origins = {origin.id: origin for origin in map(_origin, _items(config["Origins"]))}
    alone = {id_: OriginGroup((origin,)) for id_, origin in origins.items()}
    groups = {
        group["Id"]: OriginGroup(
            tuple(origins[member["OriginId"]] for member in _items(group["Members"])),
            frozenset(map(int, _items(group["FailoverCriteria"]["StatusCodes"]))),
        )
        for group in _items(config.get("OriginGroups"))
    }
    return alone | groups


def _origin(found: Mapping[str, Any]) -> Origin:
    host = _S3_HOST.fullmatch(found["DomainName"])
    if host is None:
        return Origin(found["Id"], "", "", found.get("OriginPath", ""), host=found["DomainName"])
    return Origin(found["Id"], host["bucket"], host["region"], found.get("OriginPath", ""))


def _behavior(
    found: Mapping[str, Any],
    groups: Mapping[str, OriginGroup],
    read_headers: Callable[[str | None], Headers],
    read_encodings: Callable[[str | None], tuple[str, ...]],
) -> Behavior:
    functions = {
        association["EventType"]: association["FunctionARN"]
        for association in _items(found.get("FunctionAssociations"))
    }
    headers, removed = read_headers(found.get("ResponseHeadersPolicyId"))
    return Behavior(
        pattern=found["PathPattern"],
        origins=groups[found["TargetOriginId"]],
        methods=frozenset(_items(found.get("AllowedMethods")) or ("GET", "HEAD")),
        function=_function(functions["viewer-request"]) if "viewer-request" in functions else None,
        encodings=read_encodings(found.get("CachePolicyId")) if found.get("Compress") else (),
        headers=headers,
        removed_headers=removed,
    )


def _function(arn: str) -> str:
    code = client("cloudfront", GLOBAL_REGION).get_function(Name=arn.rpartition("/")[2], Stage="LIVE")
    return str(code["FunctionCode"].read().decode())


def _encodings(cache_policy: str | None) -> tuple[str, ...]:
    """CloudFront compresses only when the cache policy puts the encoding into the cache key."""
    if not cache_policy:
        return ()
    policy = client("cloudfront", GLOBAL_REGION).get_cache_policy(Id=cache_policy)["CachePolicy"]
    keyed = policy["CachePolicyConfig"].get("ParametersInCacheKeyAndForwardedToOrigin", {})
    known = (("br", "EnableAcceptEncodingBrotli"), ("gzip", "EnableAcceptEncodingGzip"))
    return tuple(encoding for encoding, flag in known if keyed.get(flag))


def _headers(policy_id: str | None) -> Headers:
    if not policy_id:
        return (), frozenset()
    policy = client("cloudfront", GLOBAL_REGION).get_response_headers_policy(Id=policy_id)
    config = policy["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"]
    removed = frozenset(item["Header"].lower() for item in _items(config.get("RemoveHeadersConfig")))
    custom = (
        HeaderRule(item["Header"], item["Value"], bool(item["Override"]))
        for item in _items(config.get("CustomHeadersConfig"))
    )
    return (*_security_headers(config.get("SecurityHeadersConfig", {})), *custom), removed


def _security_headers(config: Mapping[str, Any]) -> Iterable[HeaderRule]:
    values = {
        "Strict-Transport-Security": ("StrictTransportSecurity", _transport_security),
        "Content-Security-Policy": ("ContentSecurityPolicy", lambda rule: rule["ContentSecurityPolicy"]),
        "X-Content-Type-Options": ("ContentTypeOptions", lambda rule: "nosniff"),
        "X-Frame-Options": ("FrameOptions", lambda rule: rule["FrameOption"]),
        "Referrer-Policy": ("ReferrerPolicy", lambda rule: rule["ReferrerPolicy"]),
        "X-XSS-Protection": ("XSSProtection", lambda rule: "1; mode=block" if rule.get("ModeBlock") else "1"),
    }
    for name, (key, value) in values.items():
        if rule := config.get(key):
            yield HeaderRule(name, value(rule), bool(rule["Override"]))


def _transport_security(rule: Mapping[str, Any]) -> str:
    parts = [f"max-age={rule['AccessControlMaxAgeSec']}"]
    parts += ["includeSubDomains"] if rule.get("IncludeSubdomains") else []
    parts += ["preload"] if rule.get("Preload") else []
    return "; ".join(parts)


def _items(container: Mapping[str, Any] | None) -> list[Any]:
    """Items of a CloudFront list: `{"Quantity": n, "Items": [...]}`, without Items when empty."""
    return list((container or {}).get("Items", ()))
