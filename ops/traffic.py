"""The switch that keeps DNS from sending traffic to a region."""

from contextlib import AbstractContextManager
from typing import Any

from botocore.exceptions import ClientError

from ops.aws import client
from ops.errors import OperatorError
from ops.traffic_lock import traffic_lock
from stacks.settings import Settings

ALIAS_TTL = 60
"""Seconds for which resolvers keep `api.<domain>`: an alias has the TTL of its target, API Gateway's name.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-alias.html
"""
_THRESHOLD = 1
"""Healthy children that a region's check requires while the region gets traffic. It has one child."""


class TrafficError(OperatorError):
    """A region's health check was not found or could not be changed. The message says how to fix it."""


class Traffic:
    """The calculated health check on each region's record. Evacuated: its threshold exceeds its number of children.

    Route 53 then reports it as unhealthy in any case; see
    docs/adr/0010-evacuate-a-region-by-a-health-check-threshold.md. The checks are found through Route 53 alone, since
    Terraform's state may be in the region that is lost.
    """

    def __init__(self, settings: Settings, *, route53: Any = None) -> None:
        self._domain = settings.domain
        self._hosts = {region: settings.api_host(region) for region in settings.regions}
        # Route 53's control plane is in us-east-1, whatever region asks.
        self._route53 = route53 or client("route53", "us-east-1")

    def is_evacuated(self, region: str) -> bool:
        """Whether `region` is evacuated. Raises TrafficError if it has no health check."""
        return self._threshold(self._check(region)) > _THRESHOLD

    def is_deployed(self, region: str) -> bool:
        """Whether Route 53 has a health check for `region`. The edge stack, which creates it, is deployed last."""
        try:
            self._check(region)
        except TrafficError:
            return False
        return True

    def lock(self) -> AbstractContextManager[None]:
        """Keep other operators from moving traffic during the body. Raises RefusedError while one does."""
        return traffic_lock(self._route53, self._domain)

    def evacuate(self, region: str) -> None:
        """Stop traffic to `region`. Raises TrafficError when another command changed the check meanwhile."""
        self._set_threshold(region, _THRESHOLD + 1)

    def restore(self, region: str) -> None:
        """Allow traffic to `region`. Raises TrafficError when another command changed the check meanwhile."""
        self._set_threshold(region, _THRESHOLD)

    def _set_threshold(self, region: str, children: int) -> None:
        check = self._check(region)
        if self._threshold(check) == children:
            return
        try:
            self._route53.update_health_check(
                HealthCheckId=check["Id"],
                HealthCheckVersion=check["HealthCheckVersion"],
                HealthThreshold=children,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "HealthCheckVersionMismatch":
                raise
            # botocore sends a request again if its answer is lost. The check then has the next version already.
            if self._threshold(self._check(region)) != children:
                raise TrafficError(
                    f"another command changed {region} just now: check `make status`"
                ) from error

    def _check(self, region: str) -> dict[str, Any]:
        """The calculated check whose child is the check of the region's own host name."""
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
    def _threshold(check: dict[str, Any]) -> int:
        return int(check["HealthCheckConfig"]["HealthThreshold"])
