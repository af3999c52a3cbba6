"""A region's Redis, which holds nothing that could not be counted again."""

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
"""How ElastiCache numbers the nodes of a `replicated` cache: `<name>-001` is one's id."""


class Cache(Construct):
    """Valkey on ElastiCache, encrypted on the wire and at rest, open to the members of one group."""

    PORT = 6379
    """Of the primary endpoint. Serverless caches read from replicas on 6380, which nobody here does."""
    LARGEST_GB = 1
    """A ceiling on what a mistake may cost; a million books rank in a tenth of it."""
    FASTEST_ECPU = 5000
    """The same, in units a second."""
    NODE_TYPE = "cache.t4g.micro"

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        mode: CacheMode,
        network: Network,
        members: Group,
    ) -> None:
        """A `serverless` cache costs least idle, a `replicated` one, two nodes in two zones, under load."""
        super().__init__(scope, id)
        self._name = name
        self._network = network
        self._group = network.security_group(
            self, "group", name=f"{name}-cache", description="The cache of the best sellers"
        )
        members.allow_to("cache", self._group, self.PORT)
        self._address = self._serverless() if mode == "serverless" else self._replicated()

    @property
    def url(self) -> str:
        """Address of the primary endpoint; `rediss` is Redis over TLS."""
        return f"rediss://{self._address}:{self.PORT}/0"

    def _serverless(self) -> str:
        cache = ElasticacheServerlessCache(
            self,
            "serverless",
            engine="valkey",
            major_engine_version="8",
            name=self._name,
            description="Best sellers of this region",
            subnet_ids=list(self._network.private_subnet_ids),
            security_group_ids=[self._group.id],
            cache_usage_limits=[
                ElasticacheServerlessCacheCacheUsageLimits(
                    data_storage=[{"maximum": self.LARGEST_GB, "unit": "GB"}],
                    ecpu_per_second=[{"maximum": self.FASTEST_ECPU}],
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
            description="Best sellers of this region",
            engine="valkey",
            engine_version="8.0",
            node_type=self.NODE_TYPE,
            num_cache_clusters=2,
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
