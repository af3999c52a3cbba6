from cdktf import TerraformStack

from modules.api import ApiDomain
from modules.routing import RegionEndpoint, Routing, RoutingPolicy


def example(stack: TerraformStack) -> None:
    def domain(host: str) -> ApiDomain:
        return ApiDomain(host, "d-example.execute-api.eu-west-1.amazonaws.com", "Z0123456789EXAMPLE")

    Routing(
        stack,
        "routing",
        name="books-prod",
        zone_id="Z9876543210EXAMPLE",
        endpoints=[
            RegionEndpoint(region, own=domain(f"api-{region}.example.com"), shared=domain("api.example.com"))
            for region in ("eu-west-1", "ap-southeast-1")
        ],
        policy=RoutingPolicy(kind="latency", interval=30),
    )
