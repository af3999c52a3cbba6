from cdktf import TerraformStack

from modules.cache import Cache, CacheOptions
from modules.network import Network


def example(stack: TerraformStack) -> None:
    network = Network(stack, "network", name="books-prod", region="eu-west-1")
    clients = network.security_group(stack, "clients", name="clients", description="Clients of the cache")
    Cache(
        stack,
        "cache",
        name="books-prod-cache",
        network=network,
        members=clients,
        options=CacheOptions(largest_gb=2),
    )
