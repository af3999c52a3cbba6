from pathlib import Path

from cdktf import TerraformStack

from modules.canary import Canary, CanaryOptions
from modules.function import Code, Function, Platform
from modules.support.stack_files import Archives, stack_folder


def example(stack: TerraformStack) -> None:
    platform = Platform(
        name="books-prod",
        region="eu-west-1",
        archives=Archives(Path("lambda_src")),
        folder=stack_folder(stack),
        alias="live",
    )
    catalog = Function(stack, "catalog", platform=platform, code=Code("catalog"))
    Canary(
        stack,
        "canary",
        functions=[catalog],
        alarms={catalog.name: ["books-prod-catalog-errors"]},
        options=CanaryOptions(name="books-prod", region="eu-west-1"),
    )
