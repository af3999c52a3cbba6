from pathlib import Path

from cdktf import TerraformStack

from modules.function import Code, Function, FunctionOptions, Platform
from modules.support.stack_files import Archives, stack_folder
from modules.tables import RegionTables


def example(stack: TerraformStack) -> None:
    books = RegionTables(stack, "tables", names={"books": "books-prod-books"})["books"]
    catalog = Function(
        stack,
        "catalog",
        platform=Platform(
            name="books-prod",
            region="eu-west-1",
            archives=Archives(Path("lambda_src")),
            folder=stack_folder(stack),
        ),
        code=Code("catalog"),
        options=FunctionOptions(environment=books.environment, memory=1024),
    )
    books.grant(catalog.permissions, "GetItem", indexes=["category-rating"])
