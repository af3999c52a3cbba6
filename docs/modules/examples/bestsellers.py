from pathlib import Path

from cdktf import TerraformStack

from modules.bestsellers import Bestsellers, BestsellersOptions
from modules.cache import CacheOptions
from modules.function import Platform
from modules.network import DynamoDbEndpoint, Network
from modules.support.stack_files import Archives, stack_folder
from modules.tables import RegionTables


def example(stack: TerraformStack) -> None:
    network = Network(stack, "network", name="books-prod", region="eu-west-1")
    Bestsellers(
        stack,
        "bestsellers",
        platform=Platform(
            name="books-prod",
            region="eu-west-1",
            archives=Archives(Path("lambda_src")),
            folder=stack_folder(stack),
        ),
        network=network,
        dynamodb=DynamoDbEndpoint(stack, "dynamodb", name="books-prod", region="eu-west-1", network=network),
        tables=RegionTables(
            stack,
            "tables",
            names={"books": "books-prod-books", "orders": "books-prod-orders", "stock": "books-prod-stock"},
        ),
        options=BestsellersOptions(cache=CacheOptions(mode="replicated")),
    )
