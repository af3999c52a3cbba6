"""The failures of a drill: each breaks one region through AWS APIs, and heals what it broke."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import redis

from ops.deployment import Deployment
from ops.replication_pause import Pausing
from ops.traffic import Traffic

NOBODY_THERE = "redis://127.0.0.1:1/0"
"""An address at which no function finds a Redis, on AWS or here."""
NO_HANDLER = "drill.handler.handle"
"""A handler that no function has."""
ASIDE = "broken-"
"""Before the base path of a mapping that is out of the way."""

SERVING = ("catalog", "bestsellers", "cart", "orders", "health")


class Failure(ABC):
    """Something that goes wrong in a region. Both methods raise what boto3 raises, and both may be repeated."""

    name: str
    what: str
    moves_traffic = False
    """Whether shoppers have to be served by another region meanwhile."""
    is_orderly = False
    """Whether they are sent there by somebody, so that no request may fail."""
    parts_regions = False
    """Whether regions do not hear of each other meanwhile."""
    leans_on_it: tuple[str, ...] = ()
    """What shoppers do that stands on the broken thing. It may fail while the functions behind it start anew, which
    breaking them makes them do; nothing else may."""

    @abstractmethod
    def break_(self, region: str) -> None:
        """Make it go wrong."""

    @abstractmethod
    def heal(self, region: str) -> None:
        """Put back what was broken; nothing where nothing was."""


class MappingDeleted(Failure):
    """The API's base path mapping is gone: API Gateway answers 403 to everyone, health checks included.

    Each mapping is moved to a base path that nobody asks for and back: it keeps its id, which Terraform knows it
    by, so the next `make deploy` finds all as it left it.
    """

    name = "mapping gone"
    what = "the API's base path has no mapping any more; API Gateway answers 403"
    moves_traffic = True

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._moved: list[tuple[str, str, dict[str, Any]]] = []

    def break_(self, region: str) -> None:
        """Move the mappings of the region's own name and of the shop's out of the way."""
        gateway = self._deployment.client("apigatewayv2", region)
        for domain in (self._deployment.regions[region].api_domain, self._deployment.edge.api_domain):
            for mapping in gateway.get_api_mappings(DomainName=domain)["Items"]:
                base_path = mapping.get("ApiMappingKey", "")
                if not base_path.startswith(ASIDE):
                    self._moved.append((region, domain, mapping))
                    _map(gateway, domain, mapping, f"{ASIDE}{base_path}")

    def heal(self, region: str) -> None:
        """Move them back."""
        gateway = self._deployment.client("apigatewayv2", region)
        for where, domain, mapping in [moved for moved in self._moved if moved[0] == region]:
            _map(gateway, domain, mapping, mapping.get("ApiMappingKey", ""))
            self._moved.remove((where, domain, mapping))


def _map(gateway: Any, domain: str, mapping: Mapping[str, Any], base_path: str) -> None:
    gateway.update_api_mapping(
        DomainName=domain,
        ApiMappingId=mapping["ApiMappingId"],
        ApiId=mapping["ApiId"],
        Stage=mapping["Stage"],
        ApiMappingKey=base_path,
    )


class FunctionsFailing(Failure):
    """Every function that answers requests throws before it does anything."""

    name = "functions failing"
    what = "every function of the API fails; API Gateway answers 502"
    moves_traffic = True

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._handlers: dict[tuple[str, str], str] = {}

    def break_(self, region: str) -> None:
        """Point each function at a handler that does not exist."""
        client = self._deployment.client("lambda", region)
        for function in (self._deployment.regions[region].functions[name] for name in SERVING):
            handler = client.get_function_configuration(FunctionName=function)["Handler"]
            if handler != NO_HANDLER:
                self._handlers[region, function] = handler
                client.update_function_configuration(FunctionName=function, Handler=NO_HANDLER)

    def heal(self, region: str) -> None:
        """Point each function back at its own."""
        client = self._deployment.client("lambda", region)
        for where, function in [key for key in self._handlers if key[0] == region]:
            client.get_waiter("function_updated_v2").wait(FunctionName=function)
            client.update_function_configuration(
                FunctionName=function, Handler=self._handlers[where, function]
            )
            del self._handlers[where, function]


class ReplicationPaused(Failure):
    """Nothing is replicated to or from the region; when it is again, what both sides wrote must agree."""

    name = "replication paused"
    what = "tables replicate neither to nor from the region; it serves on, and later catches up"
    parts_regions = True

    CATCH_UP = 120.0
    """Seconds within which what waited must have arrived."""

    def __init__(self, pausing: Pausing) -> None:
        self._pausing = pausing
        self._paused: set[str] = set()

    def break_(self, region: str) -> None:
        """Pause it."""
        self._paused.add(region)
        self._pausing.pause(region)

    def heal(self, region: str) -> None:
        """Resume it, and wait until every region has caught up. Raises NotCaughtUpError."""
        if region in self._paused:
            self._pausing.resume(region)
            self._pausing.await_caught_up(self.CATCH_UP)
            self._paused.remove(region)


class RedisLost(Failure):
    """The region's functions find no Redis; when they find it again, it is empty."""

    name = "Redis lost"
    what = "the region's Redis is out of reach, then back and empty; best sellers degrade, nothing else"
    leans_on_it = ("bestsellers",)

    USERS = ("bestsellers-feeder", "bestsellers-rebuild", "bestsellers")
    FIRST_REQUEST: Mapping[str, Any] = {
        "httpMethod": "GET",
        "resource": "/bestsellers",
        "path": "/bestsellers",
        "headers": {},
        "requestContext": {"requestId": "drill"},
    }
    """As API Gateway would send it; the drill's own, so that no shopper waits for a function that starts anew."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._environments: dict[tuple[str, str], Mapping[str, str]] = {}

    def break_(self, region: str) -> None:
        """Give the functions an address where nobody listens."""
        client = self._deployment.client("lambda", region)
        for function in (self._deployment.regions[region].functions[name] for name in self.USERS):
            found = client.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
            if found["REDIS_URL"] != NOBODY_THERE:
                self._environments[region, function] = found
                self._set(client, function, {**found, "REDIS_URL": NOBODY_THERE})
        asked = self._deployment.regions[region].functions["bestsellers"]
        client.get_waiter("function_updated_v2").wait(FunctionName=asked)
        client.invoke(FunctionName=asked, Payload=json.dumps(self.FIRST_REQUEST))

    def heal(self, region: str) -> None:
        """Empty the Redis where it can be reached from here, give the address back, and count again.

        On AWS a cache takes no connections from outside its network, so there it comes back as it was.
        """
        client = self._deployment.client("lambda", region)
        broken = [key for key in self._environments if key[0] == region]
        if not broken:
            return
        local = self._deployment.settings.local
        if local and region in local.redis:
            with redis.Redis.from_url(local.redis[region]) as server:
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
    """An operator sends everyone away; nobody may notice."""

    name = "evacuation"
    what = "the region is evacuated in good order; no request may fail"
    moves_traffic = True
    is_orderly = True

    def __init__(self, traffic: Traffic) -> None:
        self._traffic = traffic
        self._evacuated: set[str] = set()

    def break_(self, region: str) -> None:
        """Keep traffic away from the region, unless an operator does already."""
        if not self._traffic.is_evacuated(region):
            self._evacuated.add(region)
            self._traffic.evacuate(region)

    def heal(self, region: str) -> None:
        """Let traffic come again, where this drill kept it away."""
        if region in self._evacuated:
            self._traffic.restore(region)
            self._evacuated.remove(region)


def rebuild(deployment: Deployment, region: str) -> None:
    """Have a region's best sellers counted from its orders; nobody waits for it, as nobody does on AWS."""
    client = deployment.client("lambda", region)
    function = deployment.regions[region].functions["bestsellers-rebuild"]
    client.get_waiter("function_updated_v2").wait(FunctionName=function)
    client.invoke(FunctionName=function, InvocationType="Event", Payload=json.dumps({}))
