from pathlib import Path

from cdktf import TerraformStack

from modules.function import Platform
from modules.stock import Stock, StockOptions
from modules.support.stack_files import Archives, stack_folder
from modules.tables import RegionTables


def example(stack: TerraformStack) -> None:
    Stock(
        stack,
        "stock",
        platform=Platform(
            name="books-prod",
            region="eu-west-1",
            archives=Archives(Path("lambda_src")),
            folder=stack_folder(stack),
        ),
        tables=RegionTables(
            stack,
            "tables",
            names={"orders": "books-prod-orders", "stock": "books-prod-stock", "cart": "books-prod-cart"},
        ),
        options=StockOptions(sweep_schedule="rate(1 hour)"),
    )
