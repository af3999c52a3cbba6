from cdktf import TerraformStack

from modules.network import DynamoDbEndpoint, Network, NetworkOptions


def example(stack: TerraformStack) -> None:
    network = Network(
        stack,
        "network",
        name="books-prod",
        region="eu-west-1",
        options=NetworkOptions(cidr="10.42.0.0/16", zones=3),
    )
    functions = network.security_group(stack, "functions", name="functions", description="Functions")
    endpoint = DynamoDbEndpoint(stack, "dynamodb", name="books-prod", region="eu-west-1", network=network)
    endpoint.admit(functions)
