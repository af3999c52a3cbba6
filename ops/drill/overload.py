"""Overload: a region is lost while the others accept only their usual number of requests."""

from math import ceil
from typing import Any

from ops.deployment import Deployment
from ops.drill.failures import Failure, MappingDeleted

EVERY_METHOD, HEALTH_METHOD = "*/*", "health/GET"
"""Method paths of a stage's settings, as `aws_api_gateway_method_settings` names them."""

SHARE = 1 / 4
"""Part of a shopper's requests that the most used methods get: a book, a cart line and an order each."""


class Overloaded(Failure):
    """A region is lost, and the others limit each method to their usual share of the requests.

    The limits are those of API Gateway's stage, in requests per second and method. A setting of its own keeps the
    deployed limits for the health check.
    """

    name = "overload"
    description = (
        "the region's mapping is missing; the others accept their usual requests and answer the rest with 429"
    )
    moves_traffic = True
    sheds_load = True

    def __init__(self, deployment: Deployment, rate: float) -> None:
        """`rate` is in requests per second of all shoppers."""
        self._deployment = deployment
        self._mapping = MappingDeleted(deployment)
        self._limit = rate * SHARE / len(deployment.regions)

    def break_(self, region: str) -> None:
        """Limit the other regions, then lose this one."""
        for other in self._others(region):
            limit_requests(*self._stage(other), self._limit)
        self._mapping.break_(region)

    def heal(self, region: str) -> None:
        """Restore the region and the limits."""
        self._mapping.heal(region)
        for other in self._others(region):
            lift_limits(*self._stage(other))

    def _others(self, region: str) -> list[str]:
        return [other for other in self._deployment.regions if other != region]

    def _stage(self, region: str) -> tuple[Any, str, str]:
        found = self._deployment.regions[region]
        return self._deployment.client("apigateway", region), found.api_id, found.api_stage


def limit_requests(gateway: Any, api_id: str, stage: str, limit: float) -> None:
    """Accept `limit` requests per second and method.

    The health check keeps the deployed limits, from which `lift_limits` restores them.
    """
    settings = _settings(gateway, api_id, stage)
    if HEALTH_METHOD in settings:
        return
    deployed = settings[EVERY_METHOD]
    changes = [
        *_limits(HEALTH_METHOD, deployed["throttlingRateLimit"], deployed["throttlingBurstLimit"]),
        *_limits(EVERY_METHOD, limit, ceil(limit)),
    ]
    gateway.update_stage(restApiId=api_id, stageName=stage, patchOperations=changes)


def lift_limits(gateway: Any, api_id: str, stage: str) -> None:
    """Undo `limit_requests`; does nothing where no limit was set."""
    deployed = _settings(gateway, api_id, stage).get(HEALTH_METHOD)
    if deployed is None:
        return
    changes = [
        *_limits(EVERY_METHOD, deployed["throttlingRateLimit"], deployed["throttlingBurstLimit"]),
        {"op": "remove", "path": f"/{HEALTH_METHOD}"},
    ]
    gateway.update_stage(restApiId=api_id, stageName=stage, patchOperations=changes)


def has_limits(gateway: Any, api_id: str, stage: str) -> bool:
    """Whether `limit_requests` limited this stage."""
    return HEALTH_METHOD in _settings(gateway, api_id, stage)


def _settings(gateway: Any, api_id: str, stage: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = gateway.get_stage(restApiId=api_id, stageName=stage)["methodSettings"]
    return found


def _limits(method: str, rate: float, burst: int) -> list[dict[str, str]]:
    return [
        {"op": "replace", "path": f"/{method}/throttling/{name}", "value": str(value)}
        for name, value in (("rateLimit", rate), ("burstLimit", burst))
    ]
