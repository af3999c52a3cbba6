"""Valkey (Redis) on ElastiCache, for data that can be rebuilt from DynamoDB."""

from dataclasses import dataclass
from typing import Literal

from cdktf_cdktf_provider_aws.elasticache_replication_group import ElasticacheReplicationGroup
from cdktf_cdktf_provider_aws.elasticache_serverless_cache import (
    ElasticacheServerlessCache,
    ElasticacheServerlessCacheCacheUsageLimits,
)
from cdktf_cdktf_provider_aws.elasticache_subnet_group import ElasticacheSubnetGroup
from constructs import Construct

from modules.network import Group, Network

CacheMode = Literal["serverless", "replicated"]
NODES = ("001", "002")
"""Suffixes of a `replicated` cache's nodes: ElastiCache calls the first `<name>-001`."""


@dataclass(frozen=True)
class CacheOptions:
    """Kind and limits of a cache."""

    mode: CacheMode = "serverless"
    """`serverless` costs least when idle; `replicated`, two nodes in two zones, costs less under steady load."""
    largest_gb: int = 1
    """Serverless: most data that the cache stores, a limit of cost. A million ranked books need 100 MB."""
    ecpu_per_second: int = 5000
    """Serverless: most processing units per second, a limit of cost."""
    node_type: str = "cache.t4g.micro"
    """Replicated: type of both nodes."""


class Cache(Construct):
    """A cache with encryption in transit and at rest. Only members of one security group can connect."""

    PORT = 6379
    """Port of the primary endpoint. Serverless caches also have a reader endpoint on 6380, which is not used."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        network: Network,
        members: Group,
        options: CacheOptions = CacheOptions(),
    ) -> None:
        """Create the cache in the private subnets.

        Args:
            name: Name of the cache in ElastiCache and in its metrics.
            network: Network of the cache.
            members: Security group whose members may connect.
            options: Kind and limits.
        """
        super().__init__(scope, id)
        self._name = name
        self._network = network
        self._options = options
        self._group = network.security_group(
            self, "group", name=f"{name}-cache", description="The cache of the bestsellers"
        )
        members.allow_to("cache", self._group, self.PORT)
        self._address = self._serverless() if options.mode == "serverless" else self._replicated()

    @property
    def url(self) -> str:
        """URL of the primary endpoint. The scheme `rediss` means Redis over TLS."""
        return f"rediss://{self._address}:{self.PORT}/0"

    def _serverless(self) -> str:
        cache = ElasticacheServerlessCache(
            self,
            "serverless",
            engine="valkey",
            major_engine_version="8",
            name=self._name,
            description="Bestsellers of this region",
            subnet_ids=list(self._network.private_subnet_ids),
            security_group_ids=[self._group.id],
            cache_usage_limits=[
                ElasticacheServerlessCacheCacheUsageLimits(
                    data_storage=[{"maximum": self._options.largest_gb, "unit": "GB"}],
                    ecpu_per_second=[{"maximum": self._options.ecpu_per_second}],
                )
            ],
        )
        address: str = cache.endpoint.get(0).address
        return address

    def _replicated(self) -> str:
        subnets = ElasticacheSubnetGroup(
            self, "subnets", name=self._name, subnet_ids=list(self._network.private_subnet_ids)
        )
        cache = ElasticacheReplicationGroup(
            self,
            "replicated",
            replication_group_id=self._name,
            description="Bestsellers of this region",
            engine="valkey",
            engine_version="8.0",
            node_type=self._options.node_type,
            num_cache_clusters=len(NODES),
            automatic_failover_enabled=True,
            multi_az_enabled=True,
            transit_encryption_enabled=True,
            at_rest_encryption_enabled="true",
            subnet_group_name=subnets.name,
            security_group_ids=[self._group.id],
            apply_immediately=True,
        )
        address: str = cache.primary_endpoint_address
        return address
