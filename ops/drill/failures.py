"""Failures of a drill: each breaks one region through AWS APIs and restores it."""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import redis

from ops.deployment import Deployment
from ops.traffic import Traffic

UNREACHABLE_REDIS = "redis://127.0.0.1:1/0"
"""An address without a Redis server, on AWS and locally."""
MISSING_HANDLER = "drill.handler.handle"
"""A handler that no function contains."""
MOVED_PREFIX = "broken-"
"""Prefix of a base path that is moved away."""

SERVING = ("catalog", "bestsellers", "cart", "orders", "health")


class Failure(ABC):
    """A failure in one region. Both methods may be repeated, and raise boto3's errors."""

    name: str
    description: str
    moves_traffic = False
    """Whether other regions must serve the region's shoppers meanwhile."""
    is_planned = False
    """Whether an operator moves the traffic, so that no request may fail."""
    pauses_replication = False
    """Whether the region does not replicate meanwhile."""
    isolates_region = False
    """Whether nothing reaches the region meanwhile, so that its last writes wait in it."""
    sheds_load = False
    """Whether the other regions get more requests than they accept, and answer the rest with 429."""
    loses_sign_in = False
    """Whether the user pool is unavailable meanwhile."""
    dependent_actions: tuple[str, ...] = ()
    """Actions of shoppers that depend on the broken part and may fail. Others must not."""

    @abstractmethod
    def break_(self, region: str) -> None:
        """Break the region."""

    @abstractmethod
    def heal(self, region: str) -> None:
        """Restore what this object broke; does nothing if it broke nothing."""


class MappingDeleted(Failure):
    """The API's base path mapping is missing: API Gateway answers 403, to health checks as well.

    Each mapping is moved to an unused base path and back. It keeps its id in Terraform's state, so the next
    `make deploy` finds no change.
    """

    name = "mapping deleted"
    description = "the API's base path mapping is missing; API Gateway answers 403"
    moves_traffic = True

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._moved: list[tuple[str, str, dict[str, Any]]] = []

    def break_(self, region: str) -> None:
        """Move the mappings of the region's own and of the shared domain name."""
        gateway = self._deployment.client("apigatewayv2", region)
        domains = (self._deployment.regions[region].api_domain, self._deployment.edge.api_domain)
        for domain, mapping in mappings(gateway, domains):
            if not _is_moved(mapping):
                self._moved.append((region, domain, mapping))
                _map(gateway, domain, mapping, f"{MOVED_PREFIX}{mapping.get('ApiMappingKey', '')}")

    def heal(self, region: str) -> None:
        """Move them back."""
        gateway = self._deployment.client("apigatewayv2", region)
        for where, domain, mapping in [moved for moved in self._moved if moved[0] == region]:
            _map(gateway, domain, mapping, mapping.get("ApiMappingKey", ""))
            self._moved.remove((where, domain, mapping))


def has_moved_mapping(gateway: Any, domains: Sequence[str]) -> bool:
    """Whether a drill moved a mapping of `domains` away and did not move it back."""
    return any(_is_moved(mapping) for _, mapping in mappings(gateway, domains))


def move_mappings_back(gateway: Any, domains: Sequence[str]) -> None:
    """Move every mapping of `domains` that a drill moved away back to its base path."""
    for domain, mapping in mappings(gateway, domains):
        if _is_moved(mapping):
            _map(gateway, domain, mapping, mapping["ApiMappingKey"].removeprefix(MOVED_PREFIX))


def _is_moved(mapping: Mapping[str, Any]) -> bool:
    return str(mapping.get("ApiMappingKey", "")).startswith(MOVED_PREFIX)


def mappings(gateway: Any, domains: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each mapping with its domain name."""
    for domain in domains:
        for mapping in gateway.get_api_mappings(DomainName=domain)["Items"]:
            yield domain, mapping


def _map(gateway: Any, domain: str, mapping: Mapping[str, Any], base_path: str) -> None:
    gateway.update_api_mapping(
        DomainName=domain,
        ApiMappingId=mapping["ApiMappingId"],
        ApiId=mapping["ApiId"],
        Stage=mapping["Stage"],
        ApiMappingKey=base_path,
    )


class FunctionsFailing(Failure):
    """Every function of the API fails at start."""

    name = "functions failing"
    description = "every function of the API fails; API Gateway answers 502"
    moves_traffic = True

    def __init__(self, deployment: Deployment, functions: tuple[str, ...] = SERVING) -> None:
        self._deployment = deployment
        self._functions = functions
        self._handlers: dict[tuple[str, str], str] = {}

    def break_(self, region: str) -> None:
        """Set a handler that does not exist."""
        client = self._deployment.client("lambda", region)
        for function in (self._deployment.regions[region].functions[name] for name in self._functions):
            handler = client.get_function_configuration(FunctionName=function)["Handler"]
            if handler != MISSING_HANDLER:
                self._handlers[region, function] = handler
                client.update_function_configuration(FunctionName=function, Handler=MISSING_HANDLER)

    def heal(self, region: str) -> None:
        """Restore the handlers."""
        client = self._deployment.client("lambda", region)
        for where, function in [key for key in self._handlers if key[0] == region]:
            client.get_waiter("function_updated_v2").wait(FunctionName=function)
            client.update_function_configuration(
                FunctionName=function, Handler=self._handlers[where, function]
            )
            del self._handlers[where, function]


class WritesFailing(Failure):
    """Carts and orders fail while the health check passes: only clients notice."""

    name = "writes failing"
    description = "carts and orders fail with 502 while reads and the health check answer 200"
    dependent_actions = ("cart", "order")

    FUNCTIONS = ("cart", "orders")

    def __init__(self, deployment: Deployment) -> None:
        self._handlers = FunctionsFailing(deployment, self.FUNCTIONS)

    def break_(self, region: str) -> None:
        """Set a handler that does not exist."""
        self._handlers.break_(region)

    def heal(self, region: str) -> None:
        """Restore the handlers."""
        self._handlers.heal(region)


class PausesReplication(Protocol):
    """Controls replication: an emulator's, or by experiments on AWS."""

    def pause(self, region: str) -> None:
        """Stop replication to and from `region`."""

    def resume(self, region: str) -> None:
        """Resume replication."""

    def await_caught_up(self, timeout: float) -> None:
        """Wait until all writes have arrived. Raises NotCaughtUpError after `timeout` seconds."""


class ReplicationPaused(Failure):
    """Replication to and from the region is paused; afterwards all regions must converge."""

    name = "replication paused"
    description = "tables do not replicate to or from the region; it continues to serve and catches up later"
    pauses_replication = True

    CATCH_UP = 120.0
    """Seconds within which all waiting writes must arrive."""

    def __init__(self, pausing: PausesReplication) -> None:
        self._pausing = pausing
        self._paused: set[str] = set()

    def break_(self, region: str) -> None:
        """Pause it."""
        self._paused.add(region)
        self._pausing.pause(region)

    def heal(self, region: str) -> None:
        """Resume replication and wait until all writes have arrived. Raises NotCaughtUpError."""
        if region in self._paused:
            self._pausing.resume(region)
            self._pausing.await_caught_up(self.CATCH_UP)
            self._paused.remove(region)


class RedisLost(Failure):
    """The region's functions cannot reach Redis; afterwards it is empty."""

    name = "Redis lost"
    description = (
        "the region's functions cannot reach Redis, which is empty afterwards; only bestsellers degrade"
    )
    dependent_actions = ("bestsellers",)

    USERS = ("bestsellers-feeder", "bestsellers-rebuild", "bestsellers")
    FIRST_REQUEST: Mapping[str, Any] = {
        "httpMethod": "GET",
        "resource": "/bestsellers",
        "path": "/bestsellers",
        "headers": {},
        "requestContext": {"requestId": "drill"},
    }
    """A proxy event of `GET /bestsellers`, so that no shopper waits for the function's cold start."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._environments: dict[tuple[str, str], Mapping[str, str]] = {}

    def break_(self, region: str) -> None:
        """Set an address without a Redis server."""
        client = self._deployment.client("lambda", region)
        for function in (self._deployment.regions[region].functions[name] for name in self.USERS):
            found = client.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
            if found["REDIS_URL"] != UNREACHABLE_REDIS:
                self._environments[region, function] = found
                self._set(client, function, {**found, "REDIS_URL": UNREACHABLE_REDIS})
        reader = self._deployment.regions[region].functions["bestsellers"]
        client.get_waiter("function_updated_v2").wait(FunctionName=reader)
        client.invoke(FunctionName=reader, Payload=json.dumps(self.FIRST_REQUEST))

    def heal(self, region: str) -> None:
        """Flush Redis if it is reachable from here, restore the address and rebuild the bestsellers.

        On AWS the cache is reachable only inside its network, so it keeps its data.
        """
        client = self._deployment.client("lambda", region)
        broken = [key for key in self._environments if key[0] == region]
        if not broken:
            return
        if address := self._deployment.settings.redis_url(region):
            with redis.Redis.from_url(address) as server:
                server.flushall()
        for where, function in broken:
            client.get_waiter("function_updated_v2").wait(FunctionName=function)
            self._set(client, function, self._environments[where, function])
            del self._environments[where, function]
        rebuild(self._deployment, region)

    @staticmethod
    def _set(client: Any, function: str, variables: Mapping[str, str]) -> None:
        client.update_function_configuration(
            FunctionName=function, Environment={"Variables": dict(variables)}
        )


class Evacuated(Failure):
    """An operator evacuates the region; no request may fail."""

    name = "evacuation"
    description = "an operator evacuates the region; no request may fail"
    moves_traffic = True
    is_planned = True

    def __init__(self, traffic: Traffic) -> None:
        self._traffic = traffic
        self._evacuated: set[str] = set()

    def break_(self, region: str) -> None:
        """Evacuate the region, unless an operator already has."""
        if not self._traffic.is_evacuated(region):
            self._evacuated.add(region)
            self._traffic.evacuate(region)

    def heal(self, region: str) -> None:
        """Restore traffic if this object evacuated the region."""
        if region in self._evacuated:
            self._traffic.restore(region)
            self._evacuated.remove(region)


def rebuild(deployment: Deployment, region: str) -> None:
    """Start the rebuild of a region's bestsellers, without waiting for it."""
    client = deployment.client("lambda", region)
    function = deployment.regions[region].functions["bestsellers-rebuild"]
    client.get_waiter("function_updated_v2").wait(FunctionName=function)
    client.invoke(FunctionName=function, InvocationType="Event", Payload=json.dumps({}))
