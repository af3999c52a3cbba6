"""Which regions operators let DNS send traffic to, and the switch that changes it."""

from typing import Any

from botocore.exceptions import ClientError

from ops.aws import client
from stacks.settings import Settings

ALIAS_TTL = 60
"""Seconds for which resolvers keep `api.<domain>`: an alias has the TTL of what it points to, API Gateway's.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-alias.html
"""
_WANTED = 1
"""Healthy children that a region's check wants when the region may take traffic; it has just one."""


class TrafficError(Exception):
    """A switch could not be found or turned; the message names the fix."""


class Traffic:
    """The check on each region's record: an evacuated region's wants more healthy children than it has.

    Route 53 then reports it as unhealthy in any case; see
    docs/adr/0010-evacuate-a-region-by-a-health-check-threshold.md. The checks are found through Route 53 alone, since
    Terraform's state may be in the region that is lost.
    """

    def __init__(self, settings: Settings, *, route53: Any = None) -> None:
        self._hosts = {region: settings.api_host(region) for region in settings.regions}
        # Route 53's control plane is in us-east-1, whatever region asks.
        self._route53 = route53 or client("route53", "us-east-1")

    def is_evacuated(self, region: str) -> bool:
        """Whether operators keep traffic away from `region`. Raises TrafficError if it has no health check."""
        return self._wanted(self._check(region)) > _WANTED

    def evacuate(self, region: str) -> None:
        """Keep traffic away. Raises TrafficError when somebody else changed the check meanwhile."""
        self._want(region, _WANTED + 1)

    def restore(self, region: str) -> None:
        """Let traffic come. Raises TrafficError when somebody else changed the check meanwhile."""
        self._want(region, _WANTED)

    def _want(self, region: str, children: int) -> None:
        check = self._check(region)
        if self._wanted(check) == children:
            return
        try:
            self._route53.update_health_check(
                HealthCheckId=check["Id"],
                HealthCheckVersion=check["HealthCheckVersion"],
                HealthThreshold=children,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "HealthCheckVersionMismatch":
                raise TrafficError(
                    f"somebody else changed {region} just now: look at `make status`"
                ) from error
            raise

    def _check(self, region: str) -> dict[str, Any]:
        """The calculated check that watches the one on the region's own host name."""
        pages = self._route53.get_paginator("list_health_checks").paginate()
        checks: list[dict[str, Any]] = [check for page in pages for check in page["HealthChecks"]]
        host = self._hosts[region]
        endpoints = {
            check["Id"]
            for check in checks
            if check["HealthCheckConfig"].get("FullyQualifiedDomainName") == host
        }
        for check in checks:
            if endpoints & set(check["HealthCheckConfig"].get("ChildHealthChecks", ())):
                return check
        raise TrafficError(f"Route 53 has no health check for {host}: is it deployed? Run: make deploy")

    @staticmethod
    def _wanted(check: dict[str, Any]) -> int:
        return int(check["HealthCheckConfig"]["HealthThreshold"])
