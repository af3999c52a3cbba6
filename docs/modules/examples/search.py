from pathlib import Path

from cdktf import TerraformStack

from modules.function import Platform
from modules.search import Search, SearchOptions
from modules.support.stack_files import Archives, stack_folder
from modules.tables import RegionTables


def example(stack: TerraformStack) -> None:
    Search(
        stack,
        "search",
        platform=Platform(
            name="books-prod",
            region="eu-west-1",
            archives=Archives(Path("lambda_src")),
            folder=stack_folder(stack),
        ),
        tables=RegionTables(
            stack, "tables", names={"books": "books-prod-books", "stock": "books-prod-stock"}
        ),
        options=SearchOptions(schedule="rate(1 hour)"),
    )
