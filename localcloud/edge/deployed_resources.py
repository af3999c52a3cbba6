"""Reads deployed resources from the AWS APIs: records, health checks, host names and their mappings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import boto3
from botocore.config import Config

from localcloud.edge.dns_answers import Record, Zone
from localcloud.edge.health_rules import HealthCheck


@dataclass(frozen=True)
class BasePath:
    """One base path of a host name and its stage."""

    key: str
    api_id: str
    stage: str


@dataclass(frozen=True)
class Routes:
    """Records, health checks, and the region of each alias target."""

    zone: Zone
    checks: tuple[HealthCheck, ...]
    target_regions: Mapping[str, str]


@cache
def client(service: str, region: str) -> Any:
    """A client of a local endpoint with short timeouts: callers retry within a second."""
    config = Config(
        connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 1}, max_pool_connections=8
    )
    return boto3.client(service, region_name=region, config=config)


def read_routes(zone_id: str, regions: Iterable[str]) -> Routes:
    """Read the current routes. Raises botocore's errors."""
    regions = tuple(regions)
    route53 = client("route53", regions[0])
    pages = route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone_id)
    records = tuple(_record(found) for page in pages for found in page["ResourceRecordSets"])
    checks = route53.get_paginator("list_health_checks").paginate()
    return Routes(
        zone=Zone(records),
        checks=tuple(_check(found) for page in checks for found in page["HealthChecks"]),
        target_regions=_target_regions(regions, frozenset(record.alias for record in records)),
    )


@lru_cache(maxsize=1)
def _target_regions(regions: tuple[str, ...], _aliases: frozenset[str | None]) -> Mapping[str, str]:
    """The region of each target. Read again when a record has a new alias: its target exists before the record."""
    return dict(pair for region in regions for pair in _targets(region))


def read_mappings(region: str, host: str) -> list[BasePath]:
    """Mappings of `host` in `region`; empty for an unknown host name."""
    gateway = client("apigatewayv2", region)
    try:
        items = gateway.get_api_mappings(DomainName=host)["Items"]
    except gateway.exceptions.NotFoundException:
        return []
    return [BasePath(item.get("ApiMappingKey", ""), item["ApiId"], item["Stage"]) for item in items]


def _targets(region: str) -> Iterable[tuple[str, str]]:
    for domain in client("apigatewayv2", region).get_domain_names()["Items"]:
        for configuration in domain.get("DomainNameConfigurations", ()):
            yield _bare(configuration["ApiGatewayDomainName"]), region
    for balancer in client("elbv2", region).describe_load_balancers()["LoadBalancers"]:
        yield _bare(balancer["DNSName"]), region


def _record(found: Mapping[str, Any]) -> Record:
    alias = found.get("AliasTarget", {})
    return Record(
        name=_bare(found["Name"]),
        type=found["Type"],
        set_identifier=found.get("SetIdentifier", ""),
        region=found.get("Region"),
        failover=found.get("Failover"),
        ttl=found.get("TTL"),
        values=tuple(_bare(value["Value"]) for value in found.get("ResourceRecords", ())),
        alias=_bare(alias["DNSName"]) if alias else None,
        evaluate_target_health=bool(alias.get("EvaluateTargetHealth")),
        health_check=found.get("HealthCheckId"),
    )


def _check(found: Mapping[str, Any]) -> HealthCheck:
    config = found["HealthCheckConfig"]
    return HealthCheck(
        id=found["Id"],
        type=config["Type"],
        host=config.get("FullyQualifiedDomainName") or config.get("IPAddress", ""),
        path=config.get("ResourcePath") or "/",
        search=config.get("SearchString", ""),
        interval=int(config.get("RequestInterval", 30)),
        threshold=int(config.get("FailureThreshold", 3)),
        inverted=bool(config.get("Inverted")),
        disabled=bool(config.get("Disabled")),
        children=tuple(config.get("ChildHealthChecks", ())),
        children_needed=int(config.get("HealthThreshold", 0)),
    )


def _bare(name: str) -> str:
    """Normalize a DNS name: lower case, no trailing dot, wildcard unescaped."""
    return name.rstrip(".").lower().replace("\\052", "*")
