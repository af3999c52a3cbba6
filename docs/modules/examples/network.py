from cdktf import TerraformStack

from modules.network import Network, NetworkOptions


def example(stack: TerraformStack) -> None:
    network = Network(
        stack,
        "network",
        name="books-prod",
        region="eu-west-1",
        options=NetworkOptions(cidr="10.42.0.0/16", zones=3),
    )
    functions = network.security_group(stack, "functions", name="functions", description="Functions")
    network.reach_dynamodb(functions)
